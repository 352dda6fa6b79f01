"""The record of an Invoice in somebody's books: which Delivery makes it, which records are ours, and the steps that bring it there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from core.db import Database, models
from core.export.delivering import RECORD, Receipts, Step

#: Makes or changes the record, given the receipts so far and the key of a repeated request; tells its id.
Send = Callable[[Receipts, str], str]


def first_of(session: Session, delivery: models.Delivery) -> models.Delivery | None:
    """The Delivery of the same Invoice that makes the record; None when this one does. A later file is added to that record."""
    one = models.Delivery
    mine = (one.destination_id == delivery.destination_id, one.invoice_id == delivery.invoice_id)
    earlier = select(one).where(*mine, one.id < delivery.id, one.withdrawn_at.is_(None)).order_by(one.id)
    return session.scalars(earlier.limit(1)).first()


def is_known(database: Database, destination_id: int, remote_id: str) -> bool:
    """Whether one of our Deliveries has that record there as its own."""
    one = models.Delivery
    mine = (one.destination_id == destination_id, one.receipts[RECORD].as_string() == remote_id)
    with database.read() as session:
        return bool(session.scalar(select(exists(select(one.id).where(*mine)))))


def paid_on(session: Session, invoice_id: int) -> date | None:
    """The day of the first Payment that is surely of this Invoice."""
    match, payment = models.Match, models.Payment
    confirmed = (match.invoice_id == invoice_id, match.confirmed_at.is_not(None))
    days = select(payment.booked_on).join(match, match.payment_id == payment.id).where(*confirmed)
    return session.scalar(days.order_by(payment.booked_on).limit(1))


def steps(
    round_: int, record_id: str, find: Callable[[Receipts], str | None], make: Send, change: Send
) -> list[Step]:
    """The record is made; a person's *push again* (`round_` 2 and on) changes the one that is there (`record_id`).

    In round 0 there is one already, to which this Delivery only adds a file.
    """

    def adopt(_: Receipts, __: str) -> str:
        return record_id

    if round_ == 0:
        return [Step(RECORD, nothing, adopt)]
    again = [Step(f"change {round_}", nothing, change)] if round_ > 1 else []
    return [Step(RECORD, find, make), *again]


def nothing(_: Receipts) -> None:
    """Nothing to look for: done twice it is there once."""
