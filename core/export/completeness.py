"""What a month should hold and what it holds: expected, received, not confirmed, missing with its reason. The sheet before a download."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.db import models
from core.export.month import Bill, Span
from core.ledger import cents, gaps, missing

_EVERY_SUPPLIER = 1_000_000


class Stand(StrEnum):
    """Why something is told on the sheet."""

    #: Nobody has confirmed what was read of it.
    UNCONFIRMED = "unconfirmed"
    #: Its rhythm says that it should have come, and it has not; it is not late yet.
    EXPECTED = "expected"
    #: Nobody has explained why it is not there.
    MISSING = "missing"
    #: It is not there, and somebody has said why.
    EXPLAINED = "explained"
    #: The portal showed it at the first visit, which leaves everything there.
    LEFT = "left"
    #: An Invoice that is known without any file.
    NO_FILE = "no_file"
    #: Its file is no longer in the archive.
    LOST = "lost"


#: What keeps a month from being whole.
LACKING = frozenset({Stand.UNCONFIRMED, Stand.EXPECTED, Stand.MISSING, Stand.NO_FILE, Stand.LOST})


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to know. `said` is a number, a bank line's words or why it was explained; `why` a reason of `matches.Why`."""

    stand: Stand
    supplier: str
    said: str = ""
    day: date | None = None
    amount: Decimal | None = None
    currency: str = ""
    why: str = ""
    invoice_id: int | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """`expected` counts what the month should hold, by rhythm and by what was paid; `received` the Invoices that came."""

    expected: int
    received: int
    lines: tuple[Line, ...]

    @property
    def counts(self) -> Counter[Stand]:
        return Counter(line.stand for line in self.lines)

    @property
    def whole(self) -> bool:
        return not any(self.counts[stand] for stand in LACKING)


def sheet(
    session: Session,
    workspace_id: int,
    span: Span,
    bills: Collection[Bill],
    *,
    holds: Callable[[str], bool],
    named: Callable[[str], str],
) -> Sheet:
    """`holds` tells whether the archive has a file by its SHA-256, `named` how a Supplier is called."""
    lines = [*_of_bills(bills, holds), *_of_gaps(session, workspace_id, span, named)]
    lines += _of_rhythm(session, workspace_id, span, named)
    order = {stand: n for n, stand in enumerate(Stand)}
    lines.sort(key=lambda line: (order[line.stand], line.supplier, line.day or span.first, line.said))
    absent = sum(line.stand in (Stand.EXPECTED, Stand.MISSING, Stand.EXPLAINED) for line in lines)
    return Sheet(len(bills) + absent, len(bills), tuple(lines))


def _of_bills(bills: Iterable[Bill], holds: Callable[[str], bool]) -> Iterator[Line]:
    for bill in bills:
        if not bill.seen:
            yield _told(Stand.UNCONFIRMED, bill)
        if not bill.papers:
            yield _told(Stand.NO_FILE, bill)
        if not all(holds(paper.sha256) for paper in bill.papers):
            yield _told(Stand.LOST, bill)


def _told(stand: Stand, bill: Bill) -> Line:
    return Line(
        stand,
        bill.supplier_name,
        bill.number or "",
        bill.day,
        bill.amount(bill.total_minor),
        bill.currency or "",
        invoice_id=bill.id,
    )


def _of_gaps(session: Session, workspace_id: int, span: Span, named: Callable[[str], str]) -> Iterator[Line]:
    """A Payment's gap belongs to the month that it was paid in."""
    gap, payment = models.Gap, models.Payment
    rows: Iterable[Any] = session.execute(
        select(gap, payment)
        .outerjoin(payment, payment.id == gap.payment_id)
        .where(gap.workspace_id == workspace_id)
        .where(func.coalesce(gap.period, payment.booked_on).between(span.first, span.last))
        .order_by(gap.id)
    )
    for one, paid in rows:
        if one.closed_for == gaps.ARRIVED:
            continue
        stand = Stand.MISSING if one.closed_at is None else Stand.EXPLAINED
        supplier = named(one.supplier) if one.supplier else ""
        if paid is None:
            yield Line(stand, supplier, one.closed_note or "", one.period, why=one.closed_for or "")
            continue
        money = cents.money(-paid.amount_minor, paid.currency)
        amount = money.amount if money else None
        yield Line(
            stand, supplier, paid.label, paid.booked_on, amount, paid.currency, why=one.closed_for or ""
        )


def _of_rhythm(
    session: Session, workspace_id: int, span: Span, named: Callable[[str], str]
) -> Iterator[Line]:
    """What the grid of suppliers and months knows of this month beside its gaps."""
    rows, _ = missing.grid(session, workspace_id, today=span.last, per_page=_EVERY_SUPPLIER)
    for row in rows:
        stand = row.cells[-1].stand
        if stand in (Stand.EXPECTED, Stand.LEFT):
            label = row.account.label if row.account else ""
            yield Line(Stand(stand), named(row.supplier), label, span.first)
