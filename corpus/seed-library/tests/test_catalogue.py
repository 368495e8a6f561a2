import contextlib
import io
import tempfile
import unittest
from datetime import date
from pathlib import Path
from unittest import mock

from seedlib.catalogue import Catalogue, CatalogueError
from seedlib.cli import main
from seedlib.labels import parse_label
from seedlib.retry import retry

SPRING = date(2024, 3, 17)
HARVEST = date(2024, 11, 30)


class Shelf(unittest.TestCase):
    def setUp(self):
        self.catalogue = Catalogue(":memory:")
        self.addCleanup(self.catalogue.__exit__)
        self.kale = self.catalogue.add(
            parse_label("Brassica oleracea 'Skerry Blue' 2023 180 seeds")
        )

    def lend(self, seeds, member="ailsa@example.org"):
        return self.catalogue.lend(
            self.kale, member, seeds, day=SPRING, due=HARVEST, reserve=15
        )

    def test_lending_takes_seeds_off_the_shelf(self):
        self.lend(20)
        self.assertEqual(self.catalogue.packet(self.kale).label.seeds, 160)

    def test_the_reserve_stays(self):
        with self.assertRaisesRegex(CatalogueError, "15 stay on the shelf"):
            self.lend(170)

    def test_one_open_loan_each(self):
        self.lend(20)
        with self.assertRaises(Exception):
            self.lend(20)
        # The failed loan must not have taken anything.
        self.assertEqual(self.catalogue.packet(self.kale).label.seeds, 160)

    def test_overdue(self):
        self.lend(20)
        self.assertEqual(self.catalogue.overdue(HARVEST), [])
        (loan,) = self.catalogue.overdue(date(2024, 12, 1))
        self.assertEqual(loan.days_late(date(2024, 12, 1)), 1)

    def test_giving_back_renews_the_packet(self):
        self.lend(20)
        self.catalogue.give_back(self.kale, "ailsa@example.org", 400, day=date(2024, 10, 5))
        label = self.catalogue.packet(self.kale).label
        self.assertEqual((label.seeds, label.year), (560, 2024))

    def test_search_takes_percent_signs_literally(self):
        self.assertEqual(list(self.catalogue.search("100%")), [])
        self.assertEqual(len(list(self.catalogue.search("blue oleracea"))), 1)


class Import(unittest.TestCase):
    def test_the_byte_order_mark_is_not_part_of_the_heading(self):
        seeds = Path(__file__).parent.parent / "data" / "seeds.csv"
        with tempfile.TemporaryDirectory() as folder:
            env = {"SEEDLIB_DATABASE": str(Path(folder, "seeds.db"))}
            out = io.StringIO()
            with mock.patch.dict("os.environ", env), contextlib.redirect_stdout(out):
                self.assertEqual(main(["import", str(seeds)]), 0)
        self.assertRegex(out.getvalue(), r"^imported \d+ packets$")


class TryingAgain(unittest.TestCase):
    def test_gives_up_after_five_attempts(self):
        function = mock.Mock(side_effect=TimeoutError("still typing"))
        with self.assertRaises(TimeoutError):
            retry(function, on=TimeoutError, sleep=lambda _: None)
        self.assertEqual(function.call_count, 5)

    def test_other_errors_are_raised_at_once(self):
        function = mock.Mock(side_effect=KeyError("beans"))
        with self.assertRaises(KeyError):
            retry(function, on=TimeoutError, sleep=lambda _: None)
        self.assertEqual(function.call_count, 1)


if __name__ == "__main__":
    unittest.main()
