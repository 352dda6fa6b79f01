"""CSV: rows of a bank's own making, read with `Columns`."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from core import nouns
from core.payments import figures, letters
from core.payments.columns import Columns
from core.payments.statement import RAW, Line, Statement, Unread, Why, iso, or_none, text

#: Lines that one row may go on for, and cells that it may have.
LONGEST = 100
#: Words by which a file says of an unsigned amount that it went out, in lower case.
OUT = (
    "d",
    "db",
    "dr",
    "dbit",
    "debit",
    "débit",
    "soll",
    "s",
    "af",
    "bij/af",
    "debe",
    "cargo",
    "addebito",
    "-",
)


@dataclass(frozen=True, slots=True)
class Row:
    """`at` is the line that it begins on, from 1; `raw` is that line and those that its quotes go on to."""

    at: int
    raw: str
    cells: tuple[str, ...]


def rows(content: str, separator: str) -> Iterator[Row]:
    """Every row that has anything in it. A quote that never ends is no quote, and its lines are rows each."""
    lines = content.split("\n")
    reader = csv.reader(io.StringIO(content), delimiter=separator)
    before = 0
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            cells = []
        several = lines[before : reader.line_num]
        if len(several) > LONGEST or not cells:
            yield from (
                _bare(before + n, line, separator) for n, line in enumerate(several, 1) if line.strip()
            )
        elif any(cell.strip() for cell in cells):
            yield Row(before + 1, "\n".join(several)[:RAW], tuple(cell.strip() for cell in cells))
        before = reader.line_num


def _bare(at: int, line: str, separator: str) -> Row:
    return Row(at, line[:RAW], tuple(cell.strip(' "')[:RAW] for cell in line.split(separator)))


def read(content: bytes, columns: Columns, *, currency: str) -> Statement:
    """The payments below the head. `currency` is the account's, for rows that name none."""
    lines: list[Line] = []
    unread: list[Unread] = []
    balances: list[Decimal | None] = []
    for row in rows(letters.decoded(content, columns.encoding), columns.separator):
        if row.at <= columns.skip or is_foot(row, columns):
            continue
        found = _line(row, columns, currency)
        if isinstance(found, Line):
            lines.append(found)
            balances.append(_amount(row, columns.balance, columns))
        else:
            unread.append(Unread(row.at, row.raw, found))
    amounts = [line.amount.amount for line in lines]
    return Statement(
        currency=currency,
        lines=tuple(lines),
        unread=tuple(unread),
        balanced=follows(amounts, balances) if columns.balance is not None else None,
    )


def is_foot(row: Row, columns: Columns) -> bool:
    """A row with neither a day nor an amount at their places is a title or a total, no payment."""
    return not _cell(row, columns.day) and not any(
        _cell(row, place) for place in (columns.amount, columns.debit, columns.credit)
    )


def follows(amounts: list[Decimal], balances: list[Decimal | None]) -> bool | None:
    """Whether each balance is the one before it and the amount, upwards or downwards; None when there are not two to compare."""
    told = [
        (amount, balance) for amount, balance in zip(amounts, balances, strict=True) if balance is not None
    ]
    if len(told) < 2 or len(told) < len(amounts):
        return None
    down = all(before + amount == after for (_, before), (amount, after) in pairwise(told))
    up = all(after + amount == before for (amount, before), (_, after) in pairwise(told))
    return down or up


def _line(row: Row, columns: Columns, currency: str) -> Line | Why:
    booked = _day(row, columns.day, columns)
    amount = _moved(row, columns)
    if booked is None:
        return Why.NO_DAY
    if amount is None:
        return Why.NO_AMOUNT
    named = iso(_cell(row, columns.currency) or currency, "")
    if not named:
        return Why.NO_CURRENCY
    counterparty = _cell(row, columns.counterparty)
    return Line(
        at=row.at,
        raw=row.raw,
        booked_on=booked,
        amount=nouns.Money(amount, named),
        label=text(_cell(row, columns.label), _cell(row, columns.more)) or text(counterparty) or "—",
        value_on=_day(row, columns.value_day, columns),
        original=_original(row, columns, amount, named),
        counterparty=or_none(counterparty),
        reference=or_none(_cell(row, columns.reference)),
        bank_ref=or_none(_cell(row, columns.bank_ref)),
    )


def _moved(row: Row, columns: Columns) -> Decimal | None:
    """What went out is negative, however the file says so."""
    if columns.amount is not None:
        amount = _amount(row, columns.amount, columns)
        if amount is not None and _cell(row, columns.way).casefold() in OUT:
            amount = -abs(amount)
        return -amount if amount is not None and columns.inverted else amount
    debit, credit = _amount(row, columns.debit, columns), _amount(row, columns.credit, columns)
    if debit and credit:
        return None
    if debit:
        return -abs(debit)
    return debit if credit is None else abs(credit)


def _original(row: Row, columns: Columns, amount: Decimal, named: str) -> nouns.Money | None:
    """What was paid in another currency."""
    paid, currency = _amount(row, columns.original, columns), iso(_cell(row, columns.original_currency), "")
    if not paid or not currency or currency == named:
        return None
    return nouns.Money(abs(paid).copy_sign(amount), currency)


def _cell(row: Row, place: int | None) -> str:
    return row.cells[place] if place is not None and place < len(row.cells) else ""


def _amount(row: Row, place: int | None, columns: Columns) -> Decimal | None:
    return figures.amount(_cell(row, place), columns.mark)


def _day(row: Row, place: int | None, columns: Columns) -> date | None:
    return figures.day(_cell(row, place), columns.order)
