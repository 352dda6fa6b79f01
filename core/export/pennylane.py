"""Pennylane: what is owed becomes supplier invoices, each once, with its PDF; an e-invoice goes as the e-invoice that it is."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from core import archive, db
from core.db import models
from core.export import (
    booking,
    books,
    delivering,
    kinds,
    pennylane_invoice,
    pennylane_lists,
    records,
    remote_lists,
)
from core.export.books import Owed
from core.export.delivering import Refused, Step
from core.export.desk import Desk
from core.export.pennylane_api import Api
from core.export.pennylane_steps import Parcel, steps
from core.partners import Means

PDF = "application/pdf"
#: The word for an Invoice of which no PDF came: Pennylane takes nothing else.
NOT_PDF = "not_pdf"


def draft(
    session: Session,
    destination: models.Destination,
    invoice: models.Invoice,
    document: models.Document,
    here: kinds.Here,
) -> Mapping[str, Any] | None:
    desk = Desk.of(session, destination, here)
    return made(session, invoice, document, desk) if here.again or desk.takes(invoice) else None


def made(session: Session, invoice: models.Invoice, document: models.Document, desk: Desk) -> dict[str, Any]:
    """`kind`, and the `record` as it is sent, to which the ids of its supplier and its file are added. Raises Refused."""
    if document.media_type != PDF:
        raise Refused("", NOT_PDF)
    desk.rule(invoice)
    if _carries_data(session, document):
        return {"kind": "e_invoice", "record": {"invoice_options": pennylane_invoice.whose(invoice, desk)}}
    vat = booking.vat_of(session, invoice.workspace_id, [invoice.id]).get(invoice.id, ())
    return {"kind": "bill", "record": pennylane_invoice.made(invoice, vat, desk)}


def _carries_data(session: Session, document: models.Document) -> bool:
    """Whether what was read of this PDF was told by an XML inside it (Factur-X)."""
    reading = models.ReadingRow
    total = reading.fields["total"]["source"].as_string()
    newest = select(total).where(reading.document_id == document.id).order_by(reading.id.desc()).limit(1)
    return (session.scalar(newest) or "").startswith("xml:")


KIND = kinds.Kind(
    "pennylane",
    "Pennylane",
    (
        kinds.Field("token", secret=True),
        kinds.Field("url", default="https://app.pennylane.com", rare=True),
    ),
    books=True,
    draft=draft,
    again=True,
)


@dataclass(frozen=True)
class Pennylane:
    """The target. `wait` lets seconds pass when the window of 25 requests in 5 seconds is full."""

    database: db.Database
    stored: archive.Archive
    here: kinds.Here
    wait: Callable[[float], None] = time.sleep

    def origins(self, destination: models.Destination) -> tuple[str, ...]:
        return KIND.origins(destination)

    def deliver(self, destination: models.Destination, means: Means) -> None:
        """Lists first when somebody waits for them, then what is owed. Raises the errors of `core.partners`."""
        api = Api(means, destination.place, self.wait)
        with self.database.read() as session:
            looked = remote_lists.fetched_at(session, destination.id)
        if looked is None or (destination.books or {}).get("asked"):
            told, lists = pennylane_lists.company(api), pennylane_lists.read(api)
            books.keep(self.database, destination, told, lists, means.now())
        with self.database.write() as session:
            _make_way(session, destination, means)
        pack = partial(self._packed, means=means, api=api)
        with books.patient(self.database, destination, means):
            books.send_all(self.database, destination, means, self.here, pack)

    def _packed(self, session: Session, owed: Owed, desk: Desk, *, means: Means, api: Api) -> Sequence[Step]:
        delivery, now = owed.delivery, means.now()
        if owed.first is not None:  # one file is all that a supplier invoice has
            delivery.withdrawn_at = now
            return ()
        wanted = delivery.payload or made(session, owed.invoice, owed.document, desk)
        delivering.intend(delivery, wanted, desk.version, now)
        parcel = Parcel.of(owed, desk, dict(delivery.payload or {}))
        known = partial(records.is_known, self.database, owed.delivery.destination_id)
        return steps(parcel, api, self.stored, known)


def _make_way(session: Session, destination: models.Destination, means: Means) -> None:
    """What waited for a PDF is no longer owed when one came: that one goes."""
    one, paper = models.Delivery, models.Document
    came = select(paper.invoice_id).where(paper.media_type == PDF, paper.invoice_id == one.invoice_id)
    waits = (one.destination_id == destination.id, one.held_for == NOT_PDF, one.withdrawn_at.is_(None))
    for delivery in session.scalars(select(one).where(*waits, exists(came))):
        delivery.withdrawn_at, delivery.held_for = means.now(), None
