"""QIF: Quicken's exchange format, one field a line, `^` after each record. It names neither currency nor account number."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from core import nouns
from core.payments import figures, letters
from core.payments.statement import RAW, Line, Statement, Unread, Why, or_none, text

#: Lists of money that moves, by their heads; the others are categories, securities and the like.
KINDS = {
    "!type:bank": "bank",
    "!type:cash": "bank",
    "!type:oth a": "bank",
    "!type:oth l": "bank",
    "!type:ccard": "card",
}
_HEAD = re.compile(rb"\s*!(type|account|option|clear)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Record:
    """`fields` by their letter, the first of each; `kind` of the list that it is in."""

    at: int
    raw: str
    kind: str
    fields: dict[str, str]


def is_qif(content: bytes) -> bool:
    return _HEAD.match(content[:200].removeprefix(b"\xef\xbb\xbf")) is not None


def read(content: bytes, *, currency: str) -> list[Statement]:
    records = list(_records(letters.decoded(content)))
    order = figures.order_of(_day_told(record) for record in records)
    mark = figures.mark_of(_amount_told(record) for record in records)
    statements = []
    for kind in dict.fromkeys(record.kind for record in records):
        found = [_line(record, order, mark, currency) for record in records if record.kind == kind]
        lines = tuple(one for one in found if isinstance(one, Line))
        unread = tuple(one for one in found if isinstance(one, Unread))
        statements.append(Statement(currency=currency, kind=kind, lines=lines, unread=unread))
    return statements


def _records(told: str) -> Iterator[Record]:
    kind, begun = "", 0
    lines = [*told.split("\n"), "^"]
    for at, line in enumerate(lines):
        if line.startswith("!"):
            kind, begun = KINDS.get(line.strip().casefold(), ""), at + 1
        elif line.startswith("^"):
            inside = [one for one in lines[begun:at] if one.strip()]
            if kind and inside:
                fields: dict[str, str] = {}
                for one in inside:
                    fields.setdefault(one[0], one[1:].strip())
                yield Record(begun + 1, "\n".join(inside)[:RAW], kind, fields)
            begun = at + 1


def _line(record: Record, order: str, mark: str, currency: str) -> Line | Unread:
    booked = figures.day(_day_told(record), order)
    amount = figures.amount(_amount_told(record), mark)
    if booked is None or amount is None:
        return Unread(record.at, record.raw, Why.NO_DAY if booked is None else Why.NO_AMOUNT)
    return Line(
        at=record.at,
        raw=record.raw,
        booked_on=booked,
        amount=nouns.Money(amount, currency),
        label=text(record.fields.get("P"), record.fields.get("M")) or "—",
        reference=or_none(record.fields.get("N")),
    )


def _day_told(record: Record) -> str:
    """Quicken writes `10/3'26` for the years from 2000 on."""
    return record.fields.get("D", "").replace("' ", "'").replace("/ ", "/").replace("'", "/")


def _amount_told(record: Record) -> str:
    return record.fields.get("T") or record.fields.get("U", "")
