"""Read what people write on seed packets.

A label names a plant, perhaps a cultivar in single quotes, a year, and how
many seeds there are, in more or less that order::

    Brassica oleracea 'Skerry Blue' 2023 180 seeds
    Phaseolus coccineus "Lighthouse Keeper", 40 g, harvested 2022-09-30
    Allium cepa ‘Rossa di Firenze’ c. 300 seeds '21

Curly quotes, straight quotes and double quotes all mean the same. A year of
two digits is an apostrophe year. Grams are turned into seeds by the average
weight of the genus, so ``40 g`` of runner beans is a handful and ``40 g`` of
poppies is a lifetime supply.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

__all__ = ["Label", "LabelError", "parse_label", "parse_quantity", "parse_year"]


class LabelError(ValueError):
    """A label that even a forgiving reader cannot make sense of."""


@dataclass(frozen=True, slots=True)
class Label:
    """What a packet says about itself."""

    genus: str
    species: str
    cultivar: str | None
    year: int
    seeds: int

    def __str__(self) -> str:
        name = f"{self.genus} {self.species}"
        if self.cultivar:
            name += f" '{self.cultivar}'"
        return f"{name} ({self.year}), {self.seeds} seeds"


# Seeds per gram, rounded to what a kitchen scale can tell apart.
SEEDS_PER_GRAM = {
    "allium": 250,
    "beta": 60,
    "brassica": 300,
    "daucus": 800,
    "lactuca": 900,
    "papaver": 9000,
    "phaseolus": 3,
    "pisum": 4,
    "vicia": 1,
}

# Opening and closing marks that have been found on packets so far.
_QUOTED = re.compile(r"""['"‘“„]([^'"‘’“”„]{2,}?)['"’”“]""")
_BINOMIAL = re.compile(r"^\s*([A-Z][a-zë]+)\s+(?:[x×]\s*)?([a-zë]{2,}(?:-[a-zë]+)?)\b")
_ISO_DATE = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
_FULL_YEAR = re.compile(r"\b(19[5-9]\d|20\d\d)\b")
_SHORT_YEAR = re.compile(r"(?<!\w)['’](\d\d)\b")
_SEEDS = re.compile(r"\b(?:c\.\s*)?(\d+)\s*(?:seeds?|pcs)\b", re.IGNORECASE)
_GRAMS = re.compile(r"\b(\d+(?:[.,]\d+)?)\s*(?:g|grams?)\b", re.IGNORECASE)


def parse_label(text: str) -> Label:
    """Parse a label, or raise :class:`LabelError` with what is missing."""
    # NFC first: half of the labels were typed on a machine that writes é as
    # two code points, and those would compare unequal to the other half.
    text = unicodedata.normalize("NFC", text)
    binomial = _BINOMIAL.match(text)
    if not binomial:
        raise LabelError(f"no botanical name at the start of {text!r}")
    genus, species = binomial.groups()
    rest = text[binomial.end() :]
    cultivar, rest = _take_cultivar(rest)
    return Label(
        genus=genus,
        species=species,
        cultivar=cultivar,
        year=parse_year(rest),
        seeds=parse_quantity(rest, genus),
    )


def _take_cultivar(text: str) -> tuple[str | None, str]:
    """Split the quoted name off, so that its digits are not taken for a year."""
    quoted = _QUOTED.search(text)
    if not quoted:
        return None, text
    return quoted[1].strip(), text[: quoted.start()] + " " + text[quoted.end() :]


def parse_year(text: str, *, today: date | None = None) -> int:
    """Find the year of the harvest.

    A complete date wins over a bare year, and a bare year over an apostrophe.
    """
    today = today or date.today()
    if day := _ISO_DATE.search(text):
        try:
            return date(*map(int, day.groups())).year
        except ValueError as error:
            raise LabelError(f"{day[0]} is not a day") from error
    if full := _FULL_YEAR.search(text):
        year = int(full[1])
    elif short := _SHORT_YEAR.search(text):
        # '97 was in the last century, '21 was not.
        century = today.year // 100 * 100
        year = century + int(short[1])
        if year > today.year:
            year -= 100
    else:
        raise LabelError(f"no year in {text.strip()!r}")
    if year > today.year:
        raise LabelError(f"{year} has not happened yet")
    return year


def parse_quantity(text: str, genus: str) -> int:
    """Find how many seeds there are, by number or by weight."""
    if counted := _SEEDS.search(text):
        return int(counted[1])
    if weighed := _GRAMS.search(text):
        grams = float(weighed[1].replace(",", "."))
        try:
            return round(grams * SEEDS_PER_GRAM[genus.lower()])
        except KeyError:
            # TODO: ask the user to weigh a hundred seeds instead of giving up.
            raise LabelError(f"no idea what a seed of {genus} weighs") from None
    raise LabelError(f"no number of seeds in {text.strip()!r}")
