"""CSV as French and English spreadsheets open it: separator, decimals, days, the mark at its beginning; and no formula of a stranger's."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

#: A spreadsheet takes a text that begins so for a formula (OWASP, CSV Injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

Cell = str | date | Decimal | int | None


@dataclass(frozen=True, slots=True)
class Profile:
    """How a CSV is written. `encoding` is Python's name of it; `utf-8-sig` begins with a byte order mark."""

    separator: str
    decimal: str
    day: str
    encoding: str


PROFILES = {
    "fr": Profile(";", ",", "%d/%m/%Y", "utf-8-sig"),
    "en": Profile(",", ".", "%Y-%m-%d", "utf-8-sig"),
}


def table(profile: Profile, titles: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """The whole file, lines ended as RFC 4180 says. Numbers and days stay what they are; texts are guarded."""
    out = io.StringIO(newline="")
    pen = csv.writer(out, delimiter=profile.separator, lineterminator="\r\n")
    pen.writerow(titles)
    pen.writerows([_cell(profile, cell) for cell in row] for row in rows)
    return out.getvalue().encode(profile.encoding)


def _cell(profile: Profile, cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, Decimal):
        return f"{cell:f}".replace(".", profile.decimal)
    if isinstance(cell, date):
        return cell.strftime(profile.day)
    return guarded(cell) if isinstance(cell, str) else str(cell)


def guarded(text: str) -> str:
    """A text that no spreadsheet calculates, on one line; spaces before a formula do not hide it."""
    plain = "".join(letter if letter.isprintable() else " " for letter in text)
    return f"'{plain}" if plain.lstrip().startswith(_FORMULA) or text.startswith(_FORMULA) else plain
