package org.example.ringing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.ResourceBundle;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the recovery reports that other ringing schemes send us.
 *
 * <p>A report is a text file with one recovery per line: ring, day, place and
 * condition, separated by semicolons. Lines that begin with {@code #} are
 * comments. Days are written as 2024-03-17 or, by the older schemes, as
 * 17.03.2024.
 *
 * <p>Lines that cannot be read are kept with the reason, because somebody has
 * to write a friendly letter about each of them.
 */
public final class RecoveryParser {

    /** A ring of ours that was read elsewhere. */
    public record Recovery(String ring, LocalDate day, String place, Condition condition) {}

    /** A line that could not be read. */
    public record Problem(int line, String text, String reason) {}

    /** What a report amounts to. */
    public record Report(List<Recovery> recoveries, List<Problem> problems) {}

    /** How the bird was. */
    public enum Condition {
        ALIVE,
        INJURED,
        DEAD,
        RING_ONLY;

        static Optional<Condition> parse(String text) {
            return switch (text.strip().toLowerCase(Locale.ROOT)) {
                case "1", "alive", "vivant", "lebend" -> Optional.of(ALIVE);
                case "2", "injured", "blessé", "verletzt" -> Optional.of(INJURED);
                case "3", "dead", "mort", "tot" -> Optional.of(DEAD);
                case "4", "ring only", "bague seule", "nur ring" -> Optional.of(RING_ONLY);
                default -> Optional.empty();
            };
        }
    }

    private static final Pattern RING = Pattern.compile("SKR ?([A-E])(\\d{5})-?([\\dX])");
    private static final Pattern ISO_DAY = Pattern.compile("(\\d{4})-(\\d{2})-(\\d{2})");
    private static final Pattern DOTTED_DAY = Pattern.compile("(\\d{1,2})\\.(\\d{1,2})\\.(\\d{4})");

    private final ResourceBundle messages;

    public RecoveryParser(Locale locale) {
        this.messages = ResourceBundle.getBundle("messages", locale);
    }

    /** Reads a whole report. The caller knows its encoding; it is rarely the one promised. */
    public Report parse(Reader source) throws IOException {
        var recoveries = new ArrayList<Recovery>();
        var problems = new ArrayList<Problem>();
        try (var lines = new BufferedReader(source)) {
            int number = 0;
            for (String line; (line = lines.readLine()) != null; ) {
                number++;
                if (line.isBlank() || line.startsWith("#")) {
                    continue;
                }
                try {
                    recoveries.add(parseLine(line));
                } catch (ParseException e) {
                    problems.add(new Problem(number, line, messages.getString(e.getMessage())));
                }
            }
        }
        return new Report(List.copyOf(recoveries), List.copyOf(problems));
    }

    private static Recovery parseLine(String line) throws ParseException {
        String[] fields = line.split(";", -1);
        if (fields.length != 4) {
            throw new ParseException("problem.fields");
        }
        String place = fields[2].strip();
        if (place.isEmpty()) {
            throw new ParseException("problem.place");
        }
        Condition condition =
                Condition.parse(fields[3]).orElseThrow(() -> new ParseException("problem.condition"));
        return new Recovery(parseRing(fields[0].strip()), parseDay(fields[1].strip()), place, condition);
    }

    static String parseRing(String text) throws ParseException {
        Matcher ring = RING.matcher(text.toUpperCase(Locale.ROOT));
        if (!ring.matches()) {
            throw new ParseException("problem.ring");
        }
        char size = ring.group(1).charAt(0);
        char check = checkDigit(size, ring.group(2));
        if (check != ring.group(3).charAt(0)) {
            throw new ParseException("problem.check-digit");
        }
        return "SKR " + size + ring.group(2) + "-" + check;
    }

    /** The weights fall towards the end, as in the desk ({@code rings.ts}). */
    static char checkDigit(char size, String serial) {
        int sum = 7 * (size - 'A' + 1);
        for (int i = 0; i < 5; i++) {
            sum += (6 - i) * Character.digit(serial.charAt(i), 10);
        }
        return "0123456789X".charAt(sum % 11);
    }

    static LocalDate parseDay(String text) throws ParseException {
        try {
            Matcher iso = ISO_DAY.matcher(text);
            if (iso.matches()) {
                return day(iso.group(1), iso.group(2), iso.group(3));
            }
            Matcher dotted = DOTTED_DAY.matcher(text);
            if (dotted.matches()) {
                return day(dotted.group(3), dotted.group(2), dotted.group(1));
            }
        } catch (DateTimeException e) {
            // 30 February, from a scheme that shall remain nameless.
        }
        throw new ParseException("problem.day");
    }

    private static LocalDate day(String year, String month, String day) {
        return LocalDate.of(Integer.parseInt(year), Integer.parseInt(month), Integer.parseInt(day));
    }

    /** Its message is the name of a message. */
    static final class ParseException extends Exception {
        private static final long serialVersionUID = 1L;

        ParseException(String key) {
            super(key);
        }
    }
}
