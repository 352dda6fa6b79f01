"""What targets of files and of messages have in common: a Delivery that may go is picked up, what is sent is fixed, its steps are done."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from core import archive, db, errors
from core.db import models
from core.export import chosen, contents, delivering, folder, kinds, turns
from core.export.delivering import Refused, Step
from core.export.kinds import Field
from core.partners import Means

#: Whether only what we owe goes there, or what we sent too.
WHICH = Field("which", default="purchases", choices=("purchases", "all"), needed=False)


@dataclass(frozen=True)
class House:
    """What a target has of the farm; `zone` is the one that people read times in."""

    database: db.Database
    stored: archive.Archive
    here: kinds.Here
    zone: str = "UTC"


@dataclass(frozen=True)
class Parcel:
    """A Delivery that is ready: what is sent of it, and its file in the archive. `key` names it for good."""

    delivery_id: int
    key: str
    payload: Mapping[str, Any]
    path: Path
    sha256: str
    size: int
    media_type: str


def is_for(
    session: Session, destination: models.Destination, invoice: models.Invoice, document: models.Document
) -> bool:
    """Whether this goes there at all: it came after the destination was made, and is of the invoices that were chosen."""
    early = destination.starts_at is not None and document.received_at < destination.starts_at
    _, typed = chosen.typed(session, destination.id)
    wanted = invoice.role == "ap" or typed.get(WHICH.name) == "all"
    return wanted and not early and invoice.merged_into is None


def draft_of_file(
    session: Session,
    destination: models.Destination,
    invoice: models.Invoice,
    document: models.Document,
    here: kinds.Here,
) -> Mapping[str, Any] | None:
    """A file under the name that the folder gives it."""
    if not here.again and not is_for(session, destination, invoice, document):
        return None
    own = contents.of(document)
    name = folder.file_name(invoice, document, here.supplier_name(invoice.supplier))
    return {"name": name, "size": own.size, "sha256": own.sha256, "media_type": document.media_type}


def carry_all(
    house: House,
    destination: models.Destination,
    means: Means,
    draft: kinds.Draft,
    steps: Callable[[Parcel], Sequence[Step]],
) -> None:
    """Send what is owed there. Raises what `steps` raise that concerns all of it."""
    with house.database.read() as session:
        owed = session.scalars(delivering.owed(destination.id, means.now())).all()
    for delivery_id in owed:
        if means.enough():
            return
        with house.database.write() as session:
            parcel = pick_up(session, delivery_id, draft, house, means.now())
        if parcel is not None:
            _carry(house, means, parcel, steps(parcel))


def pick_up(
    session: Session, delivery_id: int, draft: kinds.Draft, house: House, now: datetime
) -> Parcel | None:
    """What is sent of this Delivery, fixed before it goes; None when nothing of it does."""
    delivery = session.get_one(models.Delivery, delivery_id)
    destination = session.get_one(models.Destination, delivery.destination_id)
    invoice = session.get_one(models.Invoice, delivery.invoice_id)
    document = session.get_one(models.Document, delivery.document_id)
    try:
        payload = delivery.payload or draft(session, destination, invoice, document, house.here)
        own = contents.of(document)
    except Refused as err:
        delivering.hold(delivery, err.why, str(err) or None)
        return None
    if payload is None:
        delivery.withdrawn_at = now
        return None
    delivering.intend(delivery, payload, chosen.typed(session, destination.id)[0], now)
    return Parcel(
        delivery.id,
        str(delivery.idempotency_key),
        payload,
        house.stored.path(own.sha256),
        own.sha256,
        own.size,
        document.media_type,
    )


def _carry(house: House, means: Means, parcel: Parcel, steps: Sequence[Step]) -> None:
    try:
        delivering.carry(house.database, means, parcel.delivery_id, steps)
    except errors.PartnerDown as err:
        with house.database.write() as session:
            delivery = session.get_one(models.Delivery, parcel.delivery_id)
            turns.later(delivery, str(err), means.now())
        raise
