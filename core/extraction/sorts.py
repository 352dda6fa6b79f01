"""The sorts of value that a person can point at, and where on a line such values stand."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby

from core.extraction import amounts, dates, identifiers, lines

AMOUNT, DATE, CODE, IBAN, VAT, SIREN, CURRENCY, NAME = (
    "amount", "date", "code", "iban", "vat", "siren", "currency", "name",
)  # fmt: skip
#: What can be taught, and of which sort it is.
OF_FIELD = {
    "number": CODE, "date": DATE, "due_date": DATE, "period_from": DATE, "period_to": DATE,
    "total": AMOUNT, "net": AMOUNT, "vat": AMOUNT, "payable": AMOUNT, "currency": CURRENCY,
    "supplier": NAME, "supplier_vat": VAT, "supplier_siren": SIREN, "iban": IBAN,
    "customer_ref": CODE, "contract": CODE,
}  # fmt: skip
#: Shapes that tell one spelling of a sort from another.
CENTS, WHOLE, DAY_FIRST, MONTH_FIRST = "cents", "whole", "day first", "month first"
_SIREN = re.compile(r"(?<![\w.])\d{3}[ .]?\d{3}[ .]?\d{3}(?![\w.]|[ .]\d{3})")


@dataclass(frozen=True, slots=True)
class Value:
    """A value at `start:end` of a line, normalised, and the shape in which it is written."""

    text: str
    start: int
    end: int
    shape: str = ""


def found(sort: str, line: lines.Line) -> list[Value]:
    """Every value of a sort on a line, from left to right; a code is any word."""
    return FINDERS[sort](line)


def alike(sort: str, line: lines.Line, shape: str) -> list[Value]:
    """Those of them that are written as `shape` says. A date is read in its order, whatever it looks like."""
    if sort == DATE:
        return _days(line, turned=shape == MONTH_FIRST)
    if sort == CODE:
        return [one for one in _codes(line, 1 + shape.count(" ")) if one.shape == shape]
    return [one for one in found(sort, line) if not shape or one.shape == shape]


def _amounts(line: lines.Line) -> list[Value]:
    return [
        Value(f"{one.value:.2f}", one.start, one.end, WHOLE if one.whole else CENTS)
        for one in amounts.found(line.text)
    ]


def _days(line: lines.Line, *, turned: bool = False) -> list[Value]:
    return [
        Value((day.other if turned and day.other else day.value).isoformat(), day.start, day.end)
        for day in dates.found(line.folded)
    ]


def _codes(line: lines.Line, words: int = 1) -> list[Value]:
    """Runs of so many words, each without the punctuation around it."""
    every = list(re.finditer(r"\S+", line.text))
    runs = (every[at : at + words] for at in range(len(every) - words + 1))
    return [one for run in runs if (one := code(line, run[0].start(), run[-1].end()))]


def code(line: lines.Line, start: int, end: int) -> Value | None:
    """What stands there as a code, without brackets and stops around it, or glued to its label ("n°F26"); None without a digit."""
    bare = re.search(r"[^\W_][^°#:]*[^\W_]|[^\W_]", line.text[start:end].rsplit("°")[-1].rsplit(":")[-1])
    if bare is None or "  " in bare[0] or not identifiers.looks_like_number(bare[0]):
        return None
    at = line.text.rindex(bare[0], start, end)
    return Value(bare[0], at, at + len(bare[0]), shape_of(bare[0]))


def shape_of(text: str) -> str:
    """`FA-2026-0012` as `A-9-9`: what a supplier's next number will look like too."""
    kinds = ("9" if letter.isdigit() else "A" if letter.isalpha() else letter for letter in text)
    return "".join(kind for kind, _ in groupby(kinds))


def _checked(codes: Callable[[str], list[tuple[str, int, int]]]) -> Callable[[lines.Line], list[Value]]:
    return lambda line: [Value(text, start, end) for text, start, end in codes(line.text)]


def _sirens(text: str) -> list[tuple[str, int, int]]:
    return [(re.sub(r"\D", "", one[0]), one.start(), one.end()) for one in _SIREN.finditer(text)]


def _names(line: lines.Line) -> list[Value]:
    return [Value(cell[0], cell.start(), cell.end()) for cell in re.finditer(r"\S+(?: \S+)*", line.text)]


def _signs(line: lines.Line) -> list[Value]:
    return [
        Value(one.currency, one.start, one.end)
        for one in amounts.found(line.text)
        if one.currency is not None
    ]


FINDERS: dict[str, Callable[[lines.Line], list[Value]]] = {
    AMOUNT: _amounts,
    DATE: _days,
    CODE: _codes,
    IBAN: _checked(lambda text: identifiers.ibans(text)),
    VAT: _checked(lambda text: identifiers.vat_numbers(text)),
    SIREN: _checked(_sirens),
    CURRENCY: _signs,
    NAME: _names,
}
