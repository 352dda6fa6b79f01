"""What is owed to folders: each delivery is recorded before and after. Services have steps of their own (`delivering`)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core import archive, db
from core.db import models
from core.export import delivering, folder

log = structlog.get_logger(__name__)

#: A failed delivery is tried again after this, doubled each time up to a day.
FIRST_WAIT = timedelta(minutes=2)


def owed(session: Session, now: datetime, *, limit: int = 100) -> list[int]:
    """Deliveries to folders that can go: their document has been read, nobody put its invoice aside, and it is time."""
    folders = select(models.Destination.id).where(
        models.Destination.kind == "folder",
        models.Destination.removed_at.is_(None),
        models.Destination.paused_at.is_(None),
        models.Destination.id.not_in(delivering.dry(now)),
    )
    ready = select(models.Document.id).where(models.Document.read_at.is_not(None))
    aside = select(models.Invoice.id).where(models.Invoice.rejected_for.is_not(None))
    waiting = (
        models.Delivery.sent_at.is_(None),
        models.Delivery.withdrawn_at.is_(None),
        models.Delivery.held_for.is_(None),
        models.Delivery.next_try_at <= now,
        models.Delivery.document_id.in_(ready),
        models.Delivery.invoice_id.not_in(aside),
        models.Delivery.destination_id.in_(folders),
    )
    return list(
        session.scalars(select(models.Delivery.id).where(*waiting).order_by(models.Delivery.id).limit(limit))
    )


def deliver(
    database: db.Database,
    stored: archive.Archive,
    delivery_id: int,
    *,
    supplier_name: Callable[[str], str],
    now: Callable[[], datetime],
) -> None:
    """Send one Invoice to one Destination. Copying a file again is harmless, so an unknown outcome is simply sent again.

    Nothing is done when another worker was first.
    """
    with database.write() as session:
        delivery = session.get_one(models.Delivery, delivery_id)
        if not _taken(session, delivery, now()):
            return
        destination = session.get_one(models.Destination, delivery.destination_id)
        invoice = session.get_one(models.Invoice, delivery.invoice_id)
        document = session.get_one(models.Document, delivery.document_id)
    try:
        proof, error = _send(destination, stored, invoice, document, supplier_name(invoice.supplier))
    except delivering.Refused as err:
        with database.write() as session:
            delivering.hold(session.get_one(models.Delivery, delivery_id), err.why)
        return
    with database.write() as session:
        delivery = session.get_one(models.Delivery, delivery_id)
        delivery.proof, delivery.error = proof, error
        delivery.sent_at = now() if error is None else None


def _taken(session: Session, delivery: models.Delivery, at: datetime) -> bool:
    """Counted and put off in one statement, so that of two workers who saw it owed one has it."""
    again = at + min(FIRST_WAIT * 2**delivery.tries, timedelta(days=1))
    row = models.Delivery
    mine = update(row).where(row.id == delivery.id, row.sent_at.is_(None), row.next_try_at <= at)
    return bool(db.changed(session, mine.values(tries=delivery.tries + 1, tried_at=at, next_try_at=again)))


def _send(
    destination: models.Destination,
    stored: archive.Archive,
    invoice: models.Invoice,
    document: models.Document,
    supplier_name: str,
) -> tuple[str | None, str | None]:
    try:
        return folder.deliver(Path(destination.place), stored, invoice, document, supplier_name), None
    except OSError as err:
        log.warning("delivery.failed", delivery_of=document.id, why=err.strerror)
        return None, err.strerror or "the folder cannot be written"
