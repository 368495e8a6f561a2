package org.example.ringing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.StringReader;
import java.time.LocalDate;
import java.util.Locale;
import org.example.ringing.RecoveryParser.Condition;
import org.example.ringing.RecoveryParser.ParseException;
import org.junit.jupiter.api.Test;

class RecoveryParserTest {

    private final RecoveryParser parser = new RecoveryParser(Locale.FRENCH);

    @Test
    void readsBothKindsOfDay() throws IOException {
        var report = parser.parse(new StringReader("""
                # Baie de Somme, mars 2024
                SKR A04127-7;2024-03-17;Le Crotoy;vivant
                SKR C11902-6;9.03.2024;Le Hourdel;blessé
                """));
        assertEquals(2, report.recoveries().size());
        assertEquals(LocalDate.of(2024, 3, 9), report.recoveries().get(1).day());
        assertEquals(Condition.INJURED, report.recoveries().get(1).condition());
    }

    @Test
    void keepsWhatItCannotRead() throws IOException {
        var report = parser.parse(new StringReader("SKR A04217-7;2024-03-17;Le Crotoy;vivant\n"));
        var problem = report.problems().get(0);
        assertEquals(1, problem.line());
        assertEquals("le chiffre de contrôle est erroné : relisez la bague", problem.reason());
    }

    @Test
    void sharesTheExamplesOfTheOtherPrograms() throws ParseException {
        for (String ring : new String[] {"SKR A04127-7", "SKR C11902-6", "SKR E30046-0", "SKR A04123-X"}) {
            assertEquals(ring, RecoveryParser.parseRing(ring));
        }
        assertThrows(ParseException.class, () -> RecoveryParser.parseRing("SKR A04217-7"));
    }

    @Test
    void thereIsNoThirtiethOfFebruary() {
        assertThrows(ParseException.class, () -> RecoveryParser.parseDay("30.02.2024"));
    }
}
