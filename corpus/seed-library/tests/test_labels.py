"""Real labels, typed in from real packets."""

import unittest
from datetime import date

from seedlib.labels import Label, LabelError, parse_label, parse_quantity, parse_year


class ParseLabel(unittest.TestCase):
    def test_the_label_in_the_manual(self):
        self.assertEqual(
            parse_label("Brassica oleracea 'Skerry Blue' 2023 180 seeds"),
            Label("Brassica", "oleracea", "Skerry Blue", 2023, 180),
        )

    def test_any_quotes_will_do(self):
        for quoted in ["'Rossa'", '"Rossa"', "‘Rossa’", "“Rossa”", "„Rossa“"]:
            with self.subTest(quoted):
                label = parse_label(f"Allium cepa {quoted} 300 seeds 2021")
                self.assertEqual(label.cultivar, "Rossa")

    def test_a_number_in_the_cultivar_is_not_the_year(self):
        label = parse_label("Pisum sativum 'Victory 1945' 60 seeds 2022")
        self.assertEqual((label.cultivar, label.year), ("Victory 1945", 2022))

    def test_decomposed_letters_are_composed(self):
        # "Chérie" with e + U+0301, as the old machine typed it.
        label = parse_label("Lactuca sativa 'Che\u0301rie' 2020 90 seeds")
        self.assertEqual(label.cultivar, "Ch\u00e9rie")

    def test_hybrids(self):
        self.assertEqual(parse_label("Mentha × piperita 2022 5 seeds").species, "piperita")

    def test_what_is_missing_is_named(self):
        for text, complaint in [
            ("unlabelled", "botanical name"),
            ("Beta vulgaris 40 seeds", "no year"),
            ("Beta vulgaris 2021", "number of seeds"),
            ("Urtica dioica 2021 3 g", "weighs"),
        ]:
            with self.subTest(text), self.assertRaisesRegex(LabelError, complaint):
                parse_label(text)


class ParseYear(unittest.TestCase):
    today = date(2024, 3, 17)

    def test_apostrophe_years(self):
        self.assertEqual(parse_year("'21", today=self.today), 2021)
        self.assertEqual(parse_year("’97", today=self.today), 1997)

    def test_a_date_wins(self):
        self.assertEqual(parse_year("sown 2021, cut 2022-09-30", today=self.today), 2022)

    def test_impossible_days(self):
        with self.assertRaises(LabelError):
            parse_year("2022-02-30", today=self.today)

    def test_the_future_can_wait(self):
        with self.assertRaisesRegex(LabelError, "not happened"):
            parse_year("2031", today=self.today)


class ParseQuantity(unittest.TestCase):
    def test_by_number(self):
        self.assertEqual(parse_quantity("c. 300 seeds", "Allium"), 300)

    def test_by_weight(self):
        self.assertEqual(parse_quantity("40 g", "Phaseolus"), 120)
        self.assertEqual(parse_quantity("0,5 g", "Papaver"), 4500)


if __name__ == "__main__":
    unittest.main()
