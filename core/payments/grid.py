"""The lines of an unknown CSV file that look like payments, as columns of cells under their titles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from core.payments import figures, table, titles
from core.payments.table import Row

#: Rows that are looked at, and lines that a head may have.
LOOKED_AT, HEAD = 200, 40
#: The part of a column that must be what the column is taken for.
MOST = 0.85


@dataclass(frozen=True)
class Grid:
    """`columns` from left to right, each with as many cells as there are rows; `names` are their titles, folded, "" is none."""

    columns: Sequence[Sequence[str]]
    names: Sequence[str]

    def __len__(self) -> int:
        return len(self.columns)

    def titled(self, place: int, role: str) -> bool:
        return titles.says(self.names[place], role)

    def first(self, places: Iterable[int], role: str) -> int | None:
        """The first of these that is titled so."""
        return next((place for place in places if self.titled(place, role)), None)

    def days(self) -> list[int]:
        return [place for place, column in enumerate(self.columns) if mostly(column, _is_day)]

    def amounts(self, but: Collection[int]) -> list[int]:
        return [place for place, column in enumerate(self.columns) if place not in but and _amounts(column)]


def of(found: Sequence[Row], rows: Sequence[Row]) -> tuple[Grid, int]:
    """Of the rows that look like payments; the line of their titles, 0 is none."""
    columns = list(zip(*(row.cells for row in rows), strict=True))
    titled = head(found, rows)
    names = [titles.folded(title) for title in titled.cells] if titled else []
    return Grid(columns, names + [""] * (len(columns) - len(names))), titled.at if titled else 0


def body(told: str, separator: str) -> tuple[list[Row], list[Row]]:
    """The first rows, and those of them that look like payments: a day and an amount in each, as many cells as most have."""
    found = []
    for row in table.rows(told, separator):
        found.append(row)
        if len(found) == LOOKED_AT + HEAD:
            break
    likely = [row for row in found if _looks_paid(row)]
    width = Counter(len(row.cells) for row in likely).most_common(1)
    rows = [row for row in likely if len(row.cells) == width[0][0]] if width else []
    return found, rows


def head(found: Sequence[Row], rows: Sequence[Row]) -> Row | None:
    """The row of titles: the last one above the payments that has two words of titles, or no figure at all."""
    above = [row for row in found if row.at < rows[0].at]
    titled = [row for row in above if sum(titles.is_one(cell) for cell in row.cells) > 1]
    if titled:
        return titled[-1]
    bare = [row for row in above[-1:] if not any(letter.isdecimal() for letter in row.raw)]
    return bare[0] if bare else None


def mostly(column: Sequence[str], is_one: Callable[[str], bool]) -> bool:
    return bool(column) and sum(map(is_one, column)) >= MOST * len(column)


def _looks_paid(row: Row) -> bool:
    days = sum(figures.day(cell) is not None or figures.day(cell, "mdy") is not None for cell in row.cells)
    return bool(days) and any(_is_amount(cell) and figures.day(cell) is None for cell in row.cells)


def _is_amount(cell: str) -> bool:
    return any(figures.amount(cell, mark) is not None for mark in (",", "."))


def _is_day(cell: str) -> bool:
    return any(figures.day(cell, order) is not None for order in figures.ORDERS)


def _amounts(column: Sequence[str]) -> bool:
    """Amounts, or nothing where the other column has it; no long numbers, which are references."""
    filled = [cell for cell in column if cell]
    short = [cell for cell in filled if len(cell.strip("+-")) < 9 or not cell.strip("+-").isdecimal()]
    return bool(short) and len(short) == len(filled) and mostly(filled, _is_amount)
