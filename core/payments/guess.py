"""What the columns of an unknown CSV file are, from its own rows: by what its cells look like first, by their titles then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from core.payments import figures, grid, letters, sums
from core.payments.columns import SEPARATORS, Columns
from core.payments.grid import Grid


def columns(content: bytes, encoding: str | None = None, separator: str | None = None) -> Columns:
    """The best guess; `complete` says whether it is one. What is given is taken for granted."""
    known = encoding or letters.encoding_of(content)
    told = letters.decoded(content, known)
    tried = [_with(told, known, each) for each in ([separator] if separator else SEPARATORS)]
    return max(
        tried, key=lambda guess: (guess.complete, len([w for w in guess.told().values() if w is not None]))
    )


def _with(told: str, encoding: str, separator: str) -> Columns:
    found, rows = grid.body(told, separator)
    plain = Columns(encoding=encoding, separator=separator)
    if not rows:
        return plain
    seen, skip = grid.of(found, rows)
    days = seen.days()
    marks = seen.amounts(but=days)
    mark = figures.mark_of(cell for place in marks for cell in seen.columns[place])
    guess = replace(plain, skip=skip, mark=mark, **_days(days, seen))
    guess = sums.placed(guess, seen, marks)
    return replace(guess, **_texts(seen, taken={*days, *_numbers(guess)}))


def _days(days: Sequence[int], seen: Grid) -> dict[str, Any]:
    """The booking day is the first that no title calls a value day."""
    if not days:
        return {}
    value = seen.first(days, "value_day") if len(days) > 1 else None
    booked = next(place for place in days if place != value)
    order = figures.order_of(cell for place in days for cell in seen.columns[place])
    return {"day": booked, "value_day": value, "order": order}


def _texts(seen: Grid, taken: set[int]) -> dict[str, Any]:
    """Currencies by their codes, the other words by their titles, the label at last by its length."""
    found: dict[str, int] = {}
    for role in ("original_currency", "currency"):
        for place in _free(seen, taken, found):
            if _codes(seen.columns[place]) and (role == "currency" or seen.titled(place, role)):
                found.setdefault(role, place)
    for role in ("bank_ref", "counterparty", "reference", "label", "more"):
        for place in _free(seen, taken, found):
            if seen.titled(place, role) and any(seen.columns[place]):
                found.setdefault(role, place)
    if "bank_ref" in found and len(set(seen.columns[found["bank_ref"]])) < len(seen.columns[0]):
        del found["bank_ref"]
    if "label" not in found:
        longest = max(
            _free(seen, taken, found),
            key=lambda place: len(set(seen.columns[place])) * sum(map(len, seen.columns[place])),
            default=found.pop("counterparty", None),
        )
        found |= {} if longest is None else {"label": longest}
    return found


def _free(seen: Grid, taken: set[int], found: dict[str, int]) -> list[int]:
    return [place for place in range(len(seen)) if place not in {*taken, *found.values()}]


def _codes(column: Sequence[str]) -> bool:
    """Three capitals in each cell that has something."""
    codes = {cell for cell in column if cell}
    return bool(codes) and all(len(code) == 3 and code.isalpha() and code.isupper() for code in codes)


def _numbers(guess: Columns) -> set[int]:
    places = (guess.amount, guess.debit, guess.credit, guess.balance, guess.original, guess.way)
    return {place for place in places if place is not None}
