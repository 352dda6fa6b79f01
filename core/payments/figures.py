"""Amounts and days as banks write them, in any of their ways; and which way a column of them is written in."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache

from babel import Locale

#: No payment is as large, in any currency.
BEYOND = Decimal(10) ** 14
#: Characters of a cell that may be an amount or begin with a day.
LONGEST = 60
#: The years that statements are of.
YEARS = (1970, 2199)
#: In which order a day's figures stand.
ORDERS = ("dmy", "mdy", "ymd")
#: What people write at either end of an amount: its sign, its currency.
_EDGE = re.compile(r"^(?:[A-Z]{3}(?![A-Z])|[€$£¥+\-\s])+|(?:(?<![A-Z])[A-Z]{3}|[€$£¥+\-\s])+$")
_SIGNS = str.maketrans({"\u2212": "-", "\u2013": "-", "\u2019": "'"})
_PLAIN = {mark: re.compile(rf"\d+(?:[{mark}]\d*)?|[{mark}]\d+") for mark in ",."}
_GROUPED = {
    mark: re.compile(rf"\d{{1,3}}(?:([ '{other}])\d{{3}})(?:\1\d{{3}})*(?:[{mark}]\d*)?")
    for mark, other in (",.", ".,")
}
_MARKED = re.compile(r"([.,])(\d*)\D*$")
_FIGURES = re.compile(r"(\d{1,4})[./\-' ]{1,2}(\d{1,2})[./\-' ]{1,2}(\d{1,4})(?!\d)")
_SOLID = re.compile(r"(\d{8})(?!\d)")
_NAMED = re.compile(
    r"(\d{1,2})[.\- ]*([^\W\d_]{3,})\.?[,\- ]*(\d{2,4})|([^\W\d_]{3,})\.? (\d{1,2}),? (\d{4})"
)
_LANGUAGES = ("en", "fr", "de", "es", "it", "nl", "pt")


def amount(told: str, mark: str = ",") -> Decimal | None:
    """`1 234,56`, `-1.234,56 €`, `(45,00)`, `12,30-`, `EUR 5`. `mark` is what stands before the cents. None when it is no amount."""
    plain = " ".join(told[:LONGEST].translate(_SIGNS).split())
    bracketed = plain.startswith("(") and plain.endswith(")")
    bare = _EDGE.sub("", plain[1:-1] if bracketed else plain)
    if not (_PLAIN[mark].fullmatch(bare) or _GROUPED[mark].fullmatch(bare)):
        return None
    worth = Decimal(re.sub(rf"[^0-9{mark}]", "", bare).replace(mark, "."))
    if worth >= BEYOND:
        return None
    return -worth if bracketed or "-" in plain else worth


def mark_of(cells: Iterable[str]) -> str:
    """What stands before the cents in most of these amounts: `,` or `.`; a comma where nothing tells."""
    votes: Counter[str] = Counter()
    for cell in cells:
        found = _MARKED.search(cell[:LONGEST])
        if found and (len(found[2]) != 3 or {",", "."} <= set(cell)):
            votes[found[1]] += 1
    return "." if votes["."] > votes[","] else ","


def day(told: str, order: str = "dmy") -> date | None:
    """`03/10/2026`, `3.10.26`, `20261003`, `2026-10-03T12:00`, `3 oct. 2026`. None when it is no day."""
    return _day(told[:LONGEST].strip(), order)


@lru_cache(maxsize=4096)
def _day(plain: str, order: str) -> date | None:
    if found := _SOLID.match(plain):
        return _solid(found[1], order)
    if found := _FIGURES.match(plain):
        parts = [int(part) for part in found.groups()]
        shape = "ymd" if len(found[1]) == 4 else order
        return _made(**dict(zip(shape, parts, strict=True)))
    return _named(plain)


def _solid(figures: str, order: str) -> date | None:
    if order == "ymd" or ("1900" <= figures[:4] <= "2199" and figures[4:6] <= "12"):
        return _made(int(figures[:4]), int(figures[4:6]), int(figures[6:]))
    first, second, year = int(figures[:2]), int(figures[2:4]), int(figures[4:])
    return _made(year, second, first) if order == "dmy" else _made(year, first, second)


def _named(plain: str) -> date | None:
    found = _NAMED.match(plain)
    if not found:
        return None
    number, name, year = (found[1], found[2], found[3]) if found[1] else (found[5], found[4], found[6])
    month = _months().get(_folded(name))
    return _made(int(year), month, int(number)) if month else None


def _made(y: int, m: int, d: int) -> date | None:
    year = y + 2000 if y < 100 else y
    try:
        return date(year, m, d) if YEARS[0] <= year <= YEARS[1] else None
    except ValueError:
        return None


def order_of(cells: Iterable[str]) -> str:
    """In which order most of these days are written; the day first where nothing tells."""
    votes: Counter[str] = Counter()
    for cell in cells:
        for order in ORDERS:
            votes[order] += day(cell, order) is not None
    best = max(votes.values(), default=0)
    return next((order for order in ORDERS if votes[order] == best), "dmy")


@cache
def _months() -> dict[str, int]:
    """The months' names, long and short (CLDR)."""
    found: dict[str, int] = {}
    for language in _LANGUAGES:
        for form in ("wide", "abbreviated"):
            for number, name in Locale(language).months["format"][form].items():
                found.setdefault(_folded(str(name)), number)
    return found


def _folded(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in plain if letter.isalpha() and not unicodedata.combining(letter))
