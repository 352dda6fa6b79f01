"""The day a portal prints, in French or English, with its precision. What could mean two days is refused, never guessed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from core.nouns import Precision

#: How a manifest says what its numbers mean; `auto` reads ISO dates and dates with a month in letters.
STYLES = ("auto", "day-first", "month-first", "month", "epoch", "epoch-ms")

#: Shortest beginnings that tell a month, French and English, accents dropped; "juin" and "juil" share three letters.
_MONTHS = {
    "jan": 1, "fev": 2, "feb": 2, "mar": 3, "avr": 4, "apr": 4, "mai": 5, "may": 5, "jun": 6, "juin": 6, "jul": 7,
    "juil": 7, "aou": 8, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12,
}  # fmt: skip
_FULL = (
    "janvier", "fevrier", "mars", "avril", "mai", "juin", "juillet", "aout", "septembre", "octobre", "novembre", "decembre",
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_ISO = re.compile(r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_NUMBERS = re.compile(r"(?<!\d)(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})(?!\d)")
_DAY_MONTH = re.compile(
    r"(?<![\d-])(\d{1,2})(?:er|st|nd|rd|th)?[ -]+(?:of )?([a-z]{3,9})\.?,?[ -]+(\d{4})(?!\d)"
)
_MONTH_DAY = re.compile(r"\b([a-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})(?!\d)")
_MONTH_WORD = re.compile(r"\b([a-z]{3,9})\.? (\d{4})(?!\d)")
_MONTH_NUMBER = re.compile(r"(?<!\d)(?:(\d{4})[-/. ]?(\d{2})|(\d{1,2})[-/. ](\d{4}))(?!\d)")


def parse(
    value: Any, style: str = "auto", zone: str = "", months: Mapping[str, str] | None = None
) -> tuple[date, Precision]:
    """The day in `value`; a month alone is its first day with precision MONTH. Raises ValueError, with what would help.

    `zone` is the IANA time zone whose calendar day is meant, for instants (epoch, or ISO with an offset); without one,
    an ISO instant gives the day as it is printed and an epoch its UTC day. `months` are abbreviations of this portal alone.
    """
    if style.startswith("epoch"):
        return _epoch(value, 1000 if style == "epoch-ms" else 1, zone), Precision.DAY
    text = _spelt_out(plain(str(value)), months or {})
    if style == "month":
        return _month(text), Precision.MONTH
    if zone and (instant := _instant(str(value).strip())):
        return instant.astimezone(ZoneInfo(zone)).date(), Precision.DAY
    return _one(_days(text, style), text)


def plain(text: str) -> str:
    """Lower case, no accents, every kind of space made one plain space."""
    bare = "".join(each for each in unicodedata.normalize("NFKD", text) if not unicodedata.combining(each))
    return " ".join(bare.lower().split())


def month_named(word: str) -> int | None:
    """`fevr`, `déce`, `Sept`, `June`; None for a word that is no month."""
    bare = plain(word).rstrip(".")
    if len(bare) < 3 or not any(full.startswith(bare) for full in _FULL):
        return None
    return _MONTHS.get(bare[:4], _MONTHS.get(bare[:3]))


def _spelt_out(text: str, months: Mapping[str, str]) -> str:
    for short, month in months.items():
        text = re.sub(rf"\b{re.escape(plain(short).rstrip('.'))}\b", plain(month), text)
    return text


def _days(text: str, style: str) -> list[tuple[date, Precision]]:
    exact = [date(int(y), int(m), int(d)) for y, m, d in _ISO.findall(text)]
    for words, order in ((_DAY_MONTH, (2, 1, 0)), (_MONTH_DAY, (2, 0, 1))):
        for found in words.findall(text):
            if month := month_named(found[order[1]]):
                exact.append(date(int(found[order[0]]), month, int(found[order[2]])))
    exact += [_numbers(found, style) for found in _NUMBERS.findall(text)]
    if exact:
        return [(day, Precision.DAY) for day in exact]
    months = [(month_named(word), int(year)) for word, year in _MONTH_WORD.findall(text)]
    return [(date(year, month, 1), Precision.MONTH) for month, year in months if month]


def _numbers(found: tuple[str, str, str], style: str) -> date:
    first, second, year = map(int, found)
    if style == "day-first":
        return date(year, second, first)
    if style == "month-first":
        return date(year, first, second)
    raise ValueError(
        f"{first:02}/{second:02}/{year} can be two days: declare style = 'day-first' or 'month-first'"
    )


def _month(text: str) -> date:
    for word, year in _MONTH_WORD.findall(text):
        if month := month_named(word):
            return date(int(year), month, 1)
    if found := _MONTH_NUMBER.search(text):
        ordered = (found[1], found[2]) if found[1] else (found[4], found[3])
        return date(int(ordered[0]), int(ordered[1]), 1)
    raise ValueError(f"no month with its year in {text[:40]!r}")


def _one(found: list[tuple[date, Precision]], text: str) -> tuple[date, Precision]:
    days = set(found)
    if len(days) == 1:
        return days.pop()
    if days:
        raise ValueError(f"{len(days)} different dates in {text[:60]!r}: point at one of them, or use match")
    raise ValueError(f"no date with its year in {text[:40]!r}")


def _epoch(value: Any, unit: int, zone: str) -> date:
    try:
        instant = datetime.fromtimestamp(float(value) / unit, UTC)
    except (TypeError, OverflowError, OSError) as err:
        raise ValueError(f"no epoch time: {str(value)[:40]!r}") from err
    return instant.astimezone(ZoneInfo(zone) if zone else UTC).date()


def _instant(text: str) -> datetime | None:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return instant if instant.tzinfo else None
