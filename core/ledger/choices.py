"""What the match desk is about: the Payments that wait for a person, in turn, and the Invoices that one of them may be for."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, distinct, func, select
from sqlalchemy.orm import Session

from core.db import models
from core.ledger import dues

#: Invoices that are offered beside what is proposed, and how far from the Payment's day they may be issued.
OFFERED = 8
EARLIER, LATER = timedelta(days=125), timedelta(days=50)
#: What a price can be off by and still be offered: a discount, a fee, a rate of exchange.
OFF = 0.04


class Queue(StrEnum):
    """`proposed` waits for a person's word, `unlinked` has nothing, `automatic` was linked by the machine."""

    PROPOSED = "proposed"
    UNLINKED = "unlinked"
    AUTOMATIC = "automatic"


class Place(NamedTuple):
    """Where a Payment stands in its queue: its position from 1 (0 when it is not in it), how many there are, its neighbours."""

    position: int
    total: int
    before: int | None
    after: int | None


def page(
    session: Session, workspace_id: int, queue: Queue, *, number: int = 1, per_page: int = 30
) -> tuple[list[models.Payment], int]:
    """One page of a queue, the oldest first, and how many there are in all."""
    key = _key(queue)
    asked = _asked(workspace_id, queue).order_by(key).limit(per_page).offset((number - 1) * per_page)
    ids = list(session.scalars(asked))
    found = session.scalars(
        select(models.Payment).where(models.Payment.id.in_(ids)).order_by(models.Payment.id)
    )
    return list(found), count(session, workspace_id, queue)


def count(session: Session, workspace_id: int, queue: Queue) -> int:
    return session.scalar(_asked(workspace_id, queue, func.count(distinct(_key(queue))))) or 0


def place_of(session: Session, workspace_id: int, queue: Queue, payment_id: int) -> Place:
    """A Payment that is not in the queue is followed by its next all the same, else by its first."""
    key = _key(queue)
    before = session.scalar(_asked(workspace_id, queue, func.max(key)).where(key < payment_id))
    after = session.scalar(_asked(workspace_id, queue, func.min(key)).where(key > payment_id))
    here = session.scalar(_asked(workspace_id, queue).where(key == payment_id).limit(1))
    counted = func.count(distinct(key))
    position = session.scalar(_asked(workspace_id, queue, counted).where(key <= payment_id)) if here else 0
    if after is None and not here:
        after = session.scalar(_asked(workspace_id, queue, func.min(key)))
    return Place(position or 0, count(session, workspace_id, queue), before, after)


def offered(
    session: Session, payment: models.Payment, suppliers: Collection[str], *, but: Collection[int] = ()
) -> Sequence[models.Invoice]:
    """Invoices near a Payment, the nearest first: of about its amount, or of the suppliers that it may be of, and not paid yet."""
    invoice = models.Invoice
    worth = invoice.total_minor.between(
        *_about(payment.amount_minor)
    ) & invoice.currency.is_not_distinct_from(payment.currency)
    ways: list[ColumnElement[bool]] = [worth]
    if payment.original_minor is not None:
        ways.append(
            invoice.total_minor.between(*_about(payment.original_minor))
            & (invoice.currency == payment.original_currency)
        )
    if suppliers:
        ways.append(invoice.supplier.in_(suppliers))
    found = {one.id: one for way in ways for one in session.scalars(_near(payment, way)) if one.id not in but}
    paid = dues.paid(session, list(found), but=payment.id)
    unpaid = [one for one in found.values() if abs(paid.get(one.id, 0)) < abs(dues.owed(one))]
    return sorted(unpaid, key=lambda one: _farness(payment, one))[:OFFERED]


def _near(payment: models.Payment, way: ColumnElement[bool]) -> Select[models.Invoice]:
    invoice = models.Invoice
    days = invoice.issued_on.between(payment.booked_on - EARLIER, payment.booked_on + LATER)
    mine = invoice.workspace_id == payment.workspace_id, dues.living()
    return (
        select(invoice)
        .where(*mine, days, way)
        .order_by(invoice.issued_on.desc(), invoice.id.desc())
        .limit(60)
    )


def _farness(payment: models.Payment, invoice: models.Invoice) -> tuple[bool, float, int]:
    """Another amount is farther than any number of days."""
    owed = dues.owed(invoice)
    paid = payment.original_minor if invoice.currency == payment.original_currency else payment.amount_minor
    off = abs(abs(paid or 0) - abs(owed)) / max(abs(owed), 1)
    days = abs((payment.booked_on - invoice.issued_on).days) if invoice.issued_on else 999
    return off > 0, round(off, 3), days


def _about(minor: int) -> tuple[int, int]:
    return int(abs(minor) * (1 - OFF)), int(abs(minor) * (1 + OFF)) + 1


def _key(queue: Queue) -> ColumnElement[int]:
    key: ColumnElement[int] = models.Payment.id if queue is Queue.UNLINKED else models.Match.payment_id  # type: ignore[assignment]
    return key


def _asked(workspace_id: int, queue: Queue, what: ColumnElement[int] | None = None) -> Select[int]:
    """Said as the index of each queue says it."""
    payment, match, key = models.Payment, models.Match, _key(queue)
    chosen = select(key if what is None else what)
    if queue is Queue.UNLINKED:
        open_ones = payment.unmatched_for.is_not(None), payment.closed_at.is_(None)
        return chosen.where(payment.workspace_id == workspace_id, *open_ones)
    if what is None:
        chosen = chosen.distinct()
    if queue is Queue.PROPOSED:
        return chosen.where(match.workspace_id == workspace_id, match.confirmed_at.is_(None))
    by_machine = match.confirmed_at.is_not(None), match.confirmed_by.is_(None)
    return chosen.where(match.workspace_id == workspace_id, *by_machine)
