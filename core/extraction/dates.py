"""Dates as they are printed in French, English, German, Dutch, Spanish and Italian."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

MONTHS = (
    "janvier january januar januari enero gennaio janv jan ene gen",
    "fevrier february februar februari febrero febbraio fevr fev feb",
    "mars march marz maart marzo mrt mar",
    "avril april abril aprile avr apr abr",
    "mai may mei mayo maggio mag",
    "juin june juni junio giugno jun giu",
    "juillet july juli julio luglio juil jul lug",
    "aout august augustus agosto aug ago aou",
    "septembre september septiembre settembre sept sep set",
    "octobre october oktober octubre ottobre oct okt ott",
    "novembre november noviembre nov",
    "decembre december dezember diciembre dicembre dec dez dic",
)
MONTH_OF = {name: number for number, names in enumerate(MONTHS, 1) for name in names.split()}
_MONTH = "|".join(sorted(MONTH_OF, key=len, reverse=True))
_WRITTEN = (
    rf"(?P<d1>\d{{1,2}})(?:er|st|nd|rd|th|°)?[.,]?[ -]?(?:de |of )?(?P<m1>{_MONTH})\.?,?[ -]?(?:de |del )?(?P<y1>\d{{4}})",
    rf"(?P<m2>{_MONTH})\.? (?P<d2>\d{{1,2}})(?:st|nd|rd|th)? ?,? ?(?P<y2>\d{{4}})",
)
_NUMERIC = (
    r"(?P<y3>20\d\d)(?P<s3>[-/.])(?P<m3>\d{2})(?P=s3)(?P<d3>\d{2})",
    r"(?P<a>\d{1,2})(?P<s4> ?[./-] ?)(?P<b>\d{1,2})(?P=s4)(?P<y4>\d{4}|\d{2})",
)
_DATE = re.compile(rf"(?<![\w/.,-])(?:{'|'.join(_WRITTEN + _NUMERIC)})(?![\w]|[/.,-]\d)")


@dataclass(frozen=True, slots=True)
class Day:
    """A date at `start:end` of a line. `other` is what it would be if the month stood first, when that is possible."""

    value: date
    start: int
    end: int
    other: date | None = None
    turned: bool = False


def found(folded: str) -> list[Day]:
    """Every date in a line (lower case, no accents); impossible ones, such as 30 February, are left out."""
    return [day for match in _DATE.finditer(folded) if (day := _day(match))]


def impossible(folded: str) -> list[tuple[int, int]]:
    """Where a line prints a day that no calendar has, such as 30 February."""
    return [match.span() for match in _DATE.finditer(folded) if _day(match) is None]


def month_first(folded_text: str, days: Iterable[Day]) -> bool:
    """Are numeric dates of this document month-first? Told by a date that can only be so, else by its country."""
    days = list(days)
    if any(day.turned for day in days):
        return True
    if any(day.value.day > 12 and day.other is None for day in days if day.end - day.start <= 10):
        return False
    american = re.search(r"\$|usd|us dollar", folded_text) and re.search(r"invoice|receipt|bill", folded_text)
    return bool(american) and not re.search(r"€|\beur\b|\bgst\b|facture|rechnung|factu|fattura", folded_text)


def _day(match: re.Match[str]) -> Day | None:
    if match["a"]:
        return _numeric(match)
    year, month, day = next(
        (match[f"y{n}"], match[f"m{n}"], match[f"d{n}"]) for n in (1, 2, 3) if match[f"y{n}"]
    )
    value = _date(year, MONTH_OF.get(month) or int(month), int(day))
    return Day(value, match.start(), match.end()) if value else None


def _numeric(match: re.Match[str]) -> Day | None:
    first, second = int(match["a"]), int(match["b"])
    usual, turned = _date(match["y4"], second, first), _date(match["y4"], first, second)
    if usual is None:
        return Day(turned, match.start(), match.end(), turned=True) if turned else None
    # Nobody who writes the month first writes dots.
    other = turned if turned != usual and "." not in match["s4"] else None
    return Day(usual, match.start(), match.end(), other=other)


def _date(year: str, month: int, day: int) -> date | None:
    try:
        return date(int(year) + (2000 if len(year) == 2 else 0), month, day)
    except ValueError:
        return None
