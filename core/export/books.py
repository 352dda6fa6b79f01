"""What is owed to a service that keeps books: which of it goes there, in which order, and how long a full minute delays it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy.orm import Session

from core import errors
from core.db import Database, models
from core.export import delivering, kinds, records, remote_lists, turns
from core.export.delivering import Refused, Step
from core.export.desk import Desk
from core.export.remote_lists import Lists
from core.partners import Means

log = structlog.get_logger(__name__)

#: A wait that is asked for up to this is the minute's; a longer one parks the destination.
SHORT = timedelta(minutes=2)
#: What waits for another Delivery of its Invoice is looked at again after this.
BEHIND = timedelta(minutes=10)


@dataclass(frozen=True)
class Owed:
    """A Delivery about to go. `first` is the one of the same Invoice that made the record there, if this one does not."""

    delivery: models.Delivery
    invoice: models.Invoice
    document: models.Document
    first: models.Delivery | None

    @property
    def fixed(self) -> dict[str, Any] | None:
        """What an earlier attempt was about to send, or what the record says that this file is added to."""
        return self.delivery.payload or (self.first.payload if self.first else None)

    @property
    def round(self) -> int:
        """How often people wanted it there; 0 when the record is another's."""
        return 0 if self.first else self.delivery.round

    @property
    def record_id(self) -> str:
        """Of the record there that is to be changed, or gets another file; empty when this Delivery makes it."""
        there = self.first.receipts if self.first else self.delivery.receipts
        return (there.get("record") or "") if self.first or self.delivery.round > 1 else ""


#: Fixes what is sent of it (`delivering.intend`) and tells the steps; none when nothing of it goes. Raises Refused.
Packing = Callable[[Session, Owed, Desk], Sequence[Step]]


@contextmanager
def patient(database: Database, destination: models.Destination, means: Means) -> Iterator[None]:
    """A minute that is full is no failure: what is owed there waits for the next one. Raises PartnerBusy for a longer wait."""
    try:
        yield
    except errors.PartnerBusy as err:
        wait = timedelta(seconds=err.retry_after or 60)
        if wait > SHORT:
            raise
        log.info("books.minute_full", destination=destination.id, wait=wait.total_seconds())
        with database.write() as session:
            delivering.postpone(session, destination.id, means.now() + wait)


def send_all(
    database: Database, destination: models.Destination, means: Means, here: kinds.Here, pack: Packing
) -> None:
    """All that may go now, oldest first. Raises the errors of `core.partners`."""
    owed = waiting(database, destination, means)
    with database.read() as session:
        desk = Desk.of(session, destination, here)
    for delivery_id in owed:
        if means.enough():
            return
        with database.write() as session:
            steps = _picked_up(session, delivery_id, desk, pack, means.now())
        if steps:
            turns.carry(database, means, delivery_id, steps)


def waiting(database: Database, destination: models.Destination, means: Means) -> Sequence[int]:
    """The Deliveries that may go there now."""
    with database.read() as session:
        return session.scalars(delivering.owed(destination.id, means.now())).all()


def keep(
    database: Database, destination: models.Destination, told: Mapping[str, Any], lists: Lists, now: datetime
) -> None:
    """Whose books they are, as the service says it, and nothing that was known before; with what it lists in them, at once.

    Lists that are kept are not asked for again: nobody would learn whose they are after a halt between the two.
    """
    with database.write() as session:
        session.get_one(models.Destination, destination.id).books = dict(told)
        remote_lists.keep(session, destination, lists, now)
    destination.books = dict(told)


def learn(database: Database, destination: models.Destination, told: Mapping[str, Any]) -> None:
    """The same beside what is known by now: what a person asks for meanwhile stays asked."""
    with database.write() as session:
        row = session.get_one(models.Destination, destination.id)
        row.books = {**(row.books or {}), **told}
    destination.books = {**(destination.books or {}), **told}


def _picked_up(
    session: Session, delivery_id: int, desk: Desk, pack: Packing, now: datetime
) -> Sequence[Step]:
    delivery = session.get_one(models.Delivery, delivery_id)
    invoice = session.get_one(models.Invoice, delivery.invoice_id)
    document = session.get_one(models.Document, delivery.document_id)
    if not desk.takes(invoice) and delivery.round == 1 and not delivery.receipts:
        delivery.withdrawn_at = now
        return ()
    first = records.first_of(session, delivery)
    if first is not None and first.sent_at is None:
        delivery.next_try_at = now + BEHIND
        return ()
    try:
        return pack(session, Owed(delivery, invoice, document, first), desk)
    except Refused as err:
        delivering.hold(delivery, err.why, str(err) or None)
        return ()
