"""The catalogue: packets, members and loans, kept in SQLite.

This is the only module that speaks SQL. Everything it returns is a plain
value, so nothing outside needs to know that there is a database at all.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from seedlib.labels import Label
from seedlib.retry import retry

MIGRATIONS = Path(__file__).parent.parent / "migrations"


class CatalogueError(Exception):
    """The request makes sense, but the shelf says no."""


@dataclass(frozen=True, slots=True)
class Packet:
    number: int
    label: Label


@dataclass(frozen=True, slots=True)
class Loan:
    packet: int
    name: str
    member: str
    seeds: int
    due: date

    def days_late(self, today: date) -> int:
        return max(0, (today - self.due).days)


class Catalogue:
    """An open catalogue. Use it as a context manager."""

    def __init__(self, path: str | Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("PRAGMA foreign_keys = ON")
        self._migrate()

    def __enter__(self) -> Catalogue:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def _migrate(self) -> None:
        """Apply the migrations that this database has not seen yet.

        SQLite keeps a number in the file header for exactly this purpose.
        """
        with closing(self._db.execute("PRAGMA user_version")) as cursor:
            (current,) = cursor.fetchone()
        for script in sorted(MIGRATIONS.glob("*.sql")):
            number = int(script.name.split("_", 1)[0])
            if number <= current:
                continue
            text = script.read_text(encoding="utf-8")
            self._db.executescript(
                f"BEGIN; {text}; PRAGMA user_version = {number}; COMMIT;"
            )

    def add(self, label: Label) -> int:
        """Put a packet on the shelf and return its number."""
        row = self._execute(
            """
            INSERT INTO packet (genus, species, cultivar, year, seeds)
            VALUES (?, ?, ?, ?, ?)
            RETURNING number
            """,
            (label.genus, label.species, label.cultivar, label.year, label.seeds),
        ).fetchone()
        return row[0]

    def packet(self, number: int) -> Packet:
        row = self._execute(
            "SELECT genus, species, cultivar, year, seeds FROM packet WHERE number = ?",
            (number,),
        ).fetchone()
        if row is None:
            raise CatalogueError(f"there is no packet no. {number}")
        return Packet(number, Label(*row))

    def search(self, words: str) -> Iterator[Packet]:
        """Packets whose name contains every one of the words."""
        clauses, values = [], []
        for word in words.split():
            clauses.append("name LIKE ? ESCAPE '!'")
            values.append(f"%{_escape_like(word)}%")
        rows = self._execute(
            f"""
            SELECT number, genus, species, cultivar, year, seeds FROM packet
            WHERE {" AND ".join(clauses) or "TRUE"}
            ORDER BY name, year DESC
            """,
            values,
        )
        for number, *fields in rows:
            yield Packet(number, Label(*fields))

    def lend(
        self, number: int, member: str, seeds: int, *, day: date, due: date, reserve: int
    ) -> Loan:
        """Take seeds out of a packet, unless too few would be left."""
        packet = self.packet(number)
        left = packet.label.seeds - seeds
        if left < reserve:
            raise CatalogueError(
                f"only {packet.label.seeds} seeds of no. {number} left, "
                f"and {reserve} stay on the shelf"
            )
        self._execute("BEGIN IMMEDIATE")
        try:
            self._execute("UPDATE packet SET seeds = ? WHERE number = ?", (left, number))
            self._execute(
                """
                INSERT INTO loan (packet, member, seeds, lent_on, due_on)
                VALUES (?, ?, ?, ?, ?)
                """,
                (number, member, seeds, day.isoformat(), due.isoformat()),
            )
        except BaseException:
            self._execute("ROLLBACK")
            raise
        self._execute("COMMIT")
        return Loan(number, str(packet.label), member, seeds, due)

    def give_back(self, number: int, member: str, seeds: int, *, day: date) -> None:
        """Record that a member has brought seed back."""
        changed = self._execute(
            """
            UPDATE loan SET returned_on = ?, returned = ?
            WHERE packet = ? AND member = ? AND returned_on IS NULL
            """,
            (day.isoformat(), seeds, number, member),
        ).rowcount
        if not changed:
            raise CatalogueError(f"{member} has not borrowed no. {number}")
        self._execute(
            "UPDATE packet SET seeds = seeds + ?, year = ? WHERE number = ?",
            (seeds, day.year, number),
        )

    def overdue(self, today: date) -> list[Loan]:
        rows = self._execute(
            "SELECT packet, name, member, seeds, due_on FROM overdue WHERE due_on < ?",
            (today.isoformat(),),
        )
        return [
            Loan(packet, name, member, seeds, date.fromisoformat(due))
            for packet, name, member, seeds, due in rows
        ]

    def _execute(self, sql: str, values: object = ()) -> sqlite3.Cursor:
        # The reading room has two terminals and one database file. A locked
        # database is not an error, it is somebody else typing.
        return retry(lambda: self._db.execute(sql, values), on=sqlite3.OperationalError)


def _escape_like(text: str) -> str:
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")
