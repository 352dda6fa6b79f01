"""What belongs to a month: its Invoices, each with the files that are its own. Read once, in order, as values."""

from __future__ import annotations

import calendar
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, Self
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from core import ledger, nouns
from core.db import models
from core.export import contents
from core.ledger import cents, dues

#: Kinds of documents that say what is owed; the others only remind or explain.
BILLS = frozenset({nouns.Kind.INVOICE.value, nouns.Kind.CREDIT_NOTE.value, nouns.Kind.UNKNOWN.value})
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Span:
    """Days, both in it; `zone` says where the day of an instant is."""

    first: date
    last: date
    zone: ZoneInfo

    @classmethod
    def month(cls, day: date, zone: ZoneInfo) -> Self:
        """The whole month of this day."""
        return cls(day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1]), zone)

    @classmethod
    def last_complete(cls, today: date, zone: ZoneInfo) -> Self:
        """The month before today's."""
        before = date(today.year - (today.month == 1), (today.month - 2) % 12 + 1, 1)
        return cls.month(before, zone)

    @property
    def name(self) -> str:
        return f"{self.first:%Y-%m}"

    def issued(self) -> ColumnElement[bool]:
        """Issued in these days; an Invoice whose day nobody knows belongs to the day on which it came."""
        invoice = models.Invoice
        came = invoice.issued_on.is_(None) & invoice.received_at.between(self._start(), self._end())
        return invoice.issued_on.between(self.first, self.last) | came

    def _start(self) -> datetime:
        return datetime.combine(self.first, time.min, self.zone).astimezone(UTC)

    def _end(self) -> datetime:
        return datetime.combine(self.last, time.max, self.zone).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Paper:
    """One file of an Invoice in the archive; `size` in bytes."""

    sha256: str
    size: int
    media_type: str


@dataclass(frozen=True, slots=True)
class Bill:
    """One Invoice of the month. Money in minor units of `currency`; `seen` is that nobody has to look at it any more."""

    id: int
    supplier: str
    supplier_name: str
    number: str | None
    issued_on: date | None
    precision: str
    received_on: date
    due_on: date | None
    kind: str
    net_minor: int | None
    vat_minor: int | None
    total_minor: int | None
    currency: str | None
    seller: str | None
    seller_id: str | None
    seen: bool
    papers: tuple[Paper, ...]

    @property
    def day(self) -> date:
        """Of issue, else the one on which it came."""
        return self.issued_on or self.received_on

    @property
    def is_credit(self) -> bool:
        return self.kind == nouns.Kind.CREDIT_NOTE

    def amount(self, minor: int | None) -> Decimal | None:
        """In the major unit, of a credit note less than nothing."""
        money = cents.money(-abs(minor) if minor and self.is_credit else minor, self.currency or "EUR")
        return money.amount if money else None


def bills(session: Session, workspace_id: int, span: Span, named: Callable[[str], str]) -> list[Bill]:
    """Every Invoice of these days that is ours to pay, by day, supplier and number. `named` tells how a Supplier is called."""
    rows = session.execute(_chosen(workspace_id, span)).all()
    papers: dict[int, list[Paper]] = defaultdict(list)
    ids = [row.id for row in rows]
    for start in range(0, len(ids), _AT_ONCE):
        for invoice_id, paper in _papers(session, workspace_id, ids[start : start + _AT_ONCE]):
            papers[invoice_id].append(paper)
    found = [_bill(row, span, named, papers[row.id]) for row in rows]
    return sorted(found, key=lambda bill: (bill.day, bill.supplier, bill.number or "", bill.id))


def _chosen(workspace_id: int, span: Span) -> Select[*tuple[Any, ...]]:
    one = models.Invoice
    return select(
        one.id, one.supplier, one.number, one.issued_on, one.precision, one.received_at, one.due_on, one.kind,
        one.net_minor, one.vat_minor, one.total_minor, one.currency, one.seller, one.seller_id,
        one.asks_review, one.reviewed_at, one.read_at,
    ).where(one.workspace_id == workspace_id, span.issued(), dues.living())  # fmt: skip


def _papers(session: Session, workspace_id: int, ids: Collection[int]) -> Iterable[tuple[int, Paper]]:
    """Of each line of a portal its last revision; the same bytes once, by whatever doors they came."""
    one = models.Document
    rows = session.execute(
        select(one.invoice_id, one.listed_id, contents.SHA256, contents.SIZE, one.media_type)
        .where(one.workspace_id == workspace_id, one.invoice_id.in_(ids), contents.ARE_THERE)
        .order_by(one.invoice_id, one.revision.desc(), one.id)
    )
    shown: set[tuple[int, object]] = set()
    for invoice_id, listed_id, sha256, size, media_type in rows:
        line = (invoice_id, listed_id if listed_id is not None else sha256)
        if line in shown or (invoice_id, sha256) in shown:
            continue
        shown |= {line, (invoice_id, sha256)}
        yield invoice_id, Paper(sha256, size, media_type)


def _bill(row: Any, span: Span, named: Callable[[str], str], papers: Collection[Paper]) -> Bill:
    return Bill(
        id=row.id,
        supplier=row.supplier,
        supplier_name=named(row.supplier),
        number=row.number,
        issued_on=row.issued_on,
        precision=row.precision,
        received_on=row.received_at.astimezone(span.zone).date(),
        due_on=row.due_on,
        kind=row.kind,
        net_minor=row.net_minor,
        vat_minor=row.vat_minor,
        total_minor=row.total_minor,
        currency=row.currency,
        seller=row.seller,
        seller_id=row.seller_id,
        seen=row.read_at is not None and not (row.asks_review and row.reviewed_at is None),
        papers=tuple(sorted(papers, key=lambda paper: (paper.media_type, paper.sha256))),
    )


def plain(text: str) -> str:
    """A stranger's words on one line: no tab, no control character."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def written(bill: Bill, minor: int | None) -> str:
    """An amount with as many decimals as its currency has, with a point; empty when nobody knows."""
    amount = bill.amount(minor)
    return "" if amount is None else f"{amount:.{ledger.decimals(bill.currency)}f}"
