"""CFONB 120: the account statement of French banks, records of 120 characters (CFONB, *Relevé de compte sur support informatique*)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from core import nouns
from core.payments import figures, letters
from core.payments.statement import RAW, Line, Statement, Unread, Why, account_number, iso, or_none, text

OLD, MOVED, MORE, NEW = "01", "04", "05", "07"
WIDTH = 120
#: The last digit of an amount bears its sign.
_OVERPUNCH = {
    **{sign: (n, 1) for n, sign in enumerate("{ABCDEFGHI")},
    **{sign: (n, -1) for n, sign in enumerate("}JKLMNOPQR")},
}
#: Where a record's parts stand, counted from 0.
BANK, BRANCH, CURRENCY, DECIMALS, ACCOUNT = slice(2, 7), slice(11, 16), slice(16, 19), 19, slice(21, 32)
DAY, VALUE_DAY, LABEL, REFERENCE, AMOUNT = (
    slice(34, 40),
    slice(42, 48),
    slice(48, 79),
    slice(81, 88),
    slice(90, 104),
)
QUALIFIER, TOLD = slice(45, 48), slice(48, 118)


@dataclass(slots=True)
class _Open:
    """A Statement whose records are still being read."""

    statement: Statement
    found: list[tuple[int, list[str]]] = field(default_factory=list)


def is_cfonb120(content: bytes) -> bool:
    first = letters.decoded(content[:1000]).split("\n")[0][:WIDTH].rstrip()
    return (
        first[:2] == OLD and len(first) >= AMOUNT.stop and first[BANK].isdecimal() and first[DAY].isdecimal()
    )


def read(content: bytes, *, currency: str) -> list[Statement]:
    """One Statement from each old balance to its new one."""
    done: list[_Open] = []
    for at, record in _records(letters.decoded(content)):
        if record[:2] == OLD or not done:
            done.append(_Open(Statement(number=_number(record), currency=iso(record[CURRENCY], currency))))
        now = done[-1]
        if record[:2] == OLD:
            now.statement = replace(now.statement, opening=_amount(record))
        elif record[:2] == NEW:
            now.statement = replace(now.statement, closing=_amount(record))
        elif record[:2] == MORE and now.found:
            now.found[-1][1].append(record)
        else:
            now.found.append((at, [record]))
    return [_closed(one, currency) for one in done]


def _records(told: str) -> Iterator[tuple[int, str]]:
    """Lines, or one long line of records where a bank writes no line ends."""
    for at, line in enumerate(told.split("\n"), 1):
        for start in range(0, len(line.rstrip()), WIDTH):
            yield at, line[start : start + WIDTH].ljust(WIDTH)


def _closed(one: _Open, currency: str) -> Statement:
    found = [_line(at, records, one.statement.currency or currency) for at, records in one.found]
    lines = tuple(each for each in found if isinstance(each, Line))
    unread = tuple(each for each in found if isinstance(each, Unread))
    return replace(one.statement, lines=lines, unread=unread).added_up()


def _line(at: int, records: list[str], currency: str) -> Line | Unread:
    head, raw = records[0], "\n".join(record.rstrip() for record in records)[:RAW]
    booked, amount = _day(head[DAY]), _amount(head)
    if head[:2] != MOVED:
        return Unread(at, raw, Why.DAMAGED)
    if booked is None or amount is None:
        return Unread(at, raw, Why.NO_DAY if booked is None else Why.NO_AMOUNT)
    more: dict[str, str] = {}
    for record in records[1:]:
        more[record[QUALIFIER]] = text(more.get(record[QUALIFIER]), record[TOLD])
    return Line(
        at=at,
        raw=raw,
        booked_on=booked,
        amount=nouns.Money(amount, iso(head[CURRENCY], currency)),
        label=text(head[LABEL], more.get("LIB")) or "—",
        value_on=_day(head[VALUE_DAY]),
        original=_original(more.get("MMO", ""), amount),
        counterparty=or_none(more.get("NPY"), more.get("NBE")),
        counterparty_id=or_none(more.get("IPY"), more.get("IBE")),
        reference=or_none(
            more.get("RCN", "")[:35], more.get("LCC"), more.get("LC2"), more.get("REF"), head[REFERENCE]
        ),
    )


def _original(told: str, amount: Decimal) -> nouns.Money | None:
    """Qualifier MMO: currency, number of decimals, 14 figures."""
    if len(told) < 18 or not told[3:18].isdecimal() or not iso(told[:3], ""):
        return None
    return nouns.Money(Decimal(told[4:18]).scaleb(-int(told[3])).copy_sign(amount), told[:3])


def _amount(record: str) -> Decimal | None:
    told, places = record[AMOUNT], record[DECIMALS]
    if not told[:-1].isdecimal() or told[-1] not in _OVERPUNCH:
        return None
    digit, sign = _OVERPUNCH[told[-1]]
    return sign * Decimal(told[:-1] + str(digit)).scaleb(-int(places) if places.isdecimal() else -2)


def _day(told: str) -> date | None:
    return figures.day(f"{told[:2]}/{told[2:4]}/{told[4:]}") if told.isdecimal() else None


def _number(record: str) -> str | None:
    return account_number(record[BANK] + record[BRANCH] + record[ACCOUNT])
