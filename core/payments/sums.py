"""Which columns of an unknown CSV file are its sums: amounts, debits and credits, balances, amounts in another currency."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from core.payments import figures, table
from core.payments.columns import Columns
from core.payments.grid import MOST, Grid

#: What stands in each row of the columns that look like amounts; None where there is nothing.
Worth = Mapping[int, list[Decimal | None]]


def placed(guess: Columns, grid: Grid, marks: Sequence[int]) -> Columns:
    """The guess with its columns of sums, of those at `marks`."""
    worth = {place: [figures.amount(cell, guess.mark) for cell in grid.columns[place]] for place in marks}
    two = _two(grid, worth)
    whole = [
        place for place in marks if sum(one is not None for one in worth[place]) >= MOST * len(worth[place])
    ]
    single = [place for place in whole if place not in (two or ())]
    balance = _balance(grid, worth, whole, single)
    others = [place for place in single if place != balance]
    if two and not others:
        return replace(guess, debit=two[0], credit=two[1], balance=balance)
    original = grid.first(others, "original") if len(others) > 1 else None
    amount = _amount(grid, worth, [place for place in others if place != original])
    guess = replace(guess, amount=amount, original=original, balance=balance)
    return guess if amount is None or _has_minus(worth[amount]) else _with_way(guess, grid)


def _balance(grid: Grid, worth: Worth, whole: Sequence[int], single: Sequence[int]) -> int | None:
    """By its title, else the one of several that adds up what another says."""
    titled = grid.first(whole, "balance")
    if titled is not None or len(single) < 2:
        return titled
    pairs = ((place, other) for place in single for other in single if other != place)
    return next((place for place, other in pairs if table.follows(_zeros(worth[other]), worth[place])), None)


def _amount(grid: Grid, worth: Worth, chosen: Sequence[int]) -> int | None:
    """By its title, else the first with a minus, else the first."""
    titled = grid.first(chosen, "amount")
    if titled is not None:
        return titled
    return next((place for place in chosen if _has_minus(worth[place])), chosen[0] if chosen else None)


def _two(grid: Grid, worth: Worth) -> tuple[int, int] | None:
    """Debit and credit in columns of their own: in each row one of the two is filled, or their titles say so."""
    for one in worth:
        for other in worth:
            if one < other and _either(worth[one], worth[other]):
                turned = grid.titled(one, "credit") or grid.titled(other, "debit")
                return (other, one) if turned else (one, other)
    free = [place for place, column in enumerate(grid.columns) if place in worth or not any(column)]
    debit = grid.first(free, "debit")
    credit = grid.first((place for place in free if place != debit), "credit")
    return None if debit is None or credit is None else (debit, credit)


def _with_way(guess: Columns, grid: Grid) -> Columns:
    """Amounts without a sign: a column of two words says which went out."""
    for place, column in enumerate(grid.columns):
        words = {cell.casefold() for cell in column}
        if len(words) <= 2 and words & set(table.OUT) and (len(words) == 2 or grid.titled(place, "way")):
            return replace(guess, way=place)
    return guess


def _either(one: Sequence[Decimal | None], other: Sequence[Decimal | None]) -> bool:
    """In each row one of the two has an amount, and both do somewhere."""
    pairs = [(bool(a), bool(b)) for a, b in zip(one, other, strict=True)]
    return sum(a != b for a, b in pairs) >= MOST * len(pairs) and {(True, False), (False, True)} <= set(pairs)


def _has_minus(amounts: Sequence[Decimal | None]) -> bool:
    return any((one or 0) < 0 for one in amounts)


def _zeros(amounts: Sequence[Decimal | None]) -> list[Decimal]:
    return [amount or Decimal() for amount in amounts]
