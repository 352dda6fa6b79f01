"""What stands anywhere in a document's text, with or without a label: days, amounts, a number."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from core.extraction import amounts, dates, lines

#: Digits in groups, as some print long numbers: 12 345 678 901.
_GROUPS = re.compile(r"(?<!\S)\d{2,5}(?: \d{2,5}){1,5}(?!\S)")
_RUN = re.compile(r"\d+|[^\W\d_]+")


def days_in(text: str) -> set[date]:
    """Each day that may be meant: 03/04/2026 is two."""
    return {day for one in dates.found(lines.fold(text)) for day in (one.value, one.other) if day}


def days_meant(text: str) -> set[date]:
    """Each day, of two possible ones the one that this document's other dates and its money speak for."""
    folded = lines.fold(text)
    found = dates.found(folded)
    turned = dates.month_first(folded, found)
    return {one.other if turned and one.other else one.value for one in found}


def amounts_in(text: str) -> set[Decimal]:
    return {amount.value for amount in figures_in(text)}


def figures_in(text: str) -> Iterator[amounts.Amount]:
    return (amount for line in text.splitlines() for amount in amounts.found(line))


def number_in(text: str, number: str) -> bool:
    """The whole number, not a part of a longer one nor two that stand side by side; dashes in it may differ, a word may stand before it."""
    return number_at(text, number) is not None


def number_at(text: str, number: str) -> str | None:
    """The number in the letters in which it stands there."""
    runs = list(_RUN.finditer(lines.clean(number)))
    if not runs:
        return None
    spelt = "".join(
        f"{_between(before, run)}{re.escape(run[0])}"
        for before, run in zip([None, *runs], runs, strict=False)
    )
    if found := re.search(rf"(?<![^\W_])(?<!\d[-/.]){spelt}(?![^\W_])(?![-/.]\d)", text, re.I):
        return found[0]
    grouped = _GROUPS.findall(text) if len(runs) == 1 else []
    return next((group for group in grouped if group.replace(" ", "") == runs[0][0]), None)


def _between(before: re.Match[str] | None, run: re.Match[str]) -> str:
    """What may stand between two runs of one number: what it has there, less, or another sign; a space is of two numbers."""
    if before is None:
        return ""
    sign = run.string[before.end() : run.start()]
    if not sign:
        return "[ -]?" if run[0].isdigit() else ""
    return r"[\s-]?" if sign.isspace() else r"(?: ?[^\w\s] ?|_)?"
