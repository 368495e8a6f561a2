"""The command line of the seed library."""

from __future__ import annotations

import argparse
import csv
import sys
from datetime import date
from pathlib import Path

from seedlib import __version__
from seedlib.catalogue import Catalogue, CatalogueError
from seedlib.config import Config, ConfigError, load_config
from seedlib.labels import Label, LabelError, parse_label


def main(argv: list[str] | None = None) -> int:
    args = _parser().parse_args(argv)
    try:
        config = load_config(args.config)
        with Catalogue(config.database) as catalogue:
            args.run(catalogue, config, args)
    except (CatalogueError, ConfigError, LabelError) as error:
        print(f"seedlib: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="seedlib", description=__doc__)
    parser.add_argument("--version", action="version", version=__version__)
    parser.add_argument("--config", type=Path, default=Path("seedlib.toml"))
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    add = commands.add_parser("add", help="put a packet on the shelf")
    add.add_argument("label", help="what is written on it")
    add.set_defaults(run=_add)

    find = commands.add_parser("find", help="search by name")
    find.add_argument("words", nargs="*")
    find.set_defaults(run=_find)

    lend = commands.add_parser("lend", help="lend some seeds to a member")
    lend.add_argument("number", type=int)
    lend.add_argument("member", help="an address such as ailsa@example.org")
    lend.add_argument("--seeds", type=int, default=20)
    lend.add_argument("--day", type=date.fromisoformat, default=date.today())
    lend.set_defaults(run=_lend)

    due = commands.add_parser("due", help="list what is late")
    due.add_argument("--day", type=date.fromisoformat, default=date.today())
    due.set_defaults(run=_due)

    load = commands.add_parser("import", help="read the old spreadsheet")
    load.add_argument("file", type=Path)
    load.set_defaults(run=_import)
    return parser


def _add(catalogue: Catalogue, _: Config, args: argparse.Namespace) -> None:
    label = parse_label(args.label)
    print(f"added no. {catalogue.add(label)}: {label}")


def _find(catalogue: Catalogue, _: Config, args: argparse.Namespace) -> None:
    for packet in catalogue.search(" ".join(args.words)):
        print(f"{packet.number:>4}  {packet.label}")


def _lend(catalogue: Catalogue, config: Config, args: argparse.Namespace) -> None:
    due = date.fromisoformat(f"{args.day.year}-{config.due}")
    if due <= args.day:  # borrowed in December: next year's harvest
        due = due.replace(year=due.year + 1)
    loan = catalogue.lend(
        args.number, args.member, args.seeds, day=args.day, due=due, reserve=config.reserve
    )
    print(f"due back by {loan.due}")


def _due(catalogue: Catalogue, _: Config, args: argparse.Namespace) -> None:
    for loan in catalogue.overdue(args.day):
        days = loan.days_late(args.day)
        print(f"{loan.packet}  {loan.name}  {loan.member}  {days} day{'s'[: days != 1]} late")


def _import(catalogue: Catalogue, _: Config, args: argparse.Namespace) -> None:
    # utf-8-sig: the spreadsheet put a byte order mark in front of the heading.
    with args.file.open(encoding="utf-8-sig", newline="") as file:
        count = 0
        for row in csv.DictReader(file):
            catalogue.add(
                Label(
                    genus=row["genus"],
                    species=row["species"],
                    cultivar=row["cultivar"] or None,
                    year=int(row["year"]),
                    seeds=int(row["seeds"]),
                )
            )
            count += 1
    print(f"imported {count} packets")
