"""What stands anywhere in a document's text, with or without a label: days, amounts, a number."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from core.extraction import amounts, dates, lines

#: Digits in a row from here on are also printed in groups.
LONG = 8
_RUN = re.compile(r"\d+|[^\W\d_]+")


def days_in(text: str) -> set[date]:
    """Each day that may be meant: 03/04/2026 is two."""
    return {day for one in dates.found(lines.fold(text)) for day in (one.value, one.other) if day}


def amounts_in(text: str) -> set[Decimal]:
    return {amount.value for line in text.splitlines() for amount in amounts.found(line)}


def number_in(text: str, number: str) -> bool:
    """The whole number, not a part of a longer one; spaces and dashes within it may differ, a word may stand before it."""
    runs = _RUN.findall(lines.clean(number))
    if not runs:
        return False
    spelt = r"[\W_]{0,3}".join(
        " ?".join(run) if run.isdigit() and len(run) >= LONG else re.escape(run) for run in runs
    )
    return bool(re.search(rf"(?<![^\W_])(?<!\d[-/.]){spelt}(?![^\W_])(?![-/.]\d)", text, re.I))
