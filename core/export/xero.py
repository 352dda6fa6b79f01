"""Xero: what is owed goes into the books of one organisation, each Invoice once, with its file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog
from sqlalchemy.orm import Session

from core import archive, db, errors
from core.db import models
from core.export import chosen, delivering, kinds, remote_lists, xero_lists, xero_parcel
from core.export.delivering import Refused
from core.export.xero_api import Api
from core.export.xero_bill import Locks
from core.partners import Means
from core.providers import Provider

log = structlog.get_logger(__name__)


def draft(
    session: Session,
    destination: models.Destination,
    invoice: models.Invoice,
    _: models.Document,
    here: kinds.Here,
) -> dict[str, Any] | None:
    """What this Invoice would be there now, word for word. Raises Refused."""
    version, settings = chosen.current(session, destination.id)
    locks = Locks.of(destination.books or {})
    desk = xero_parcel.Desk(settings, version, locks, here.supplier_name, here.public_url)
    return xero_parcel.made(session, invoice, desk) if here.again or desk.takes(invoice) else None


KIND = kinds.Kind(
    "xero",
    "Xero",
    provider="xero",
    books=True,
    whats=chosen.WHATS,
    statuses=chosen.STATUSES,
    policies=chosen.LOCKED,
    columns=("account", "tax", "contact", "bank"),
    account_by="code",
    draft=draft,
    again=True,
)

#: A wait that Xero asks for up to this is the minute's; a longer one parks the destination.
SHORT = timedelta(minutes=2)
#: What waits for another Delivery of its Invoice is looked at again after this.
BEHIND = timedelta(minutes=10)


@dataclass(frozen=True)
class Xero:
    """The target. `public_url` is where people reach this farm: from https, a bill leads back to its Invoice."""

    database: db.Database
    stored: archive.Archive
    provider: Provider
    supplier_name: Callable[[str], str]
    public_url: str = ""

    def origins(self, destination: models.Destination) -> tuple[str, ...]:
        return self.provider.origins

    def deliver(self, destination: models.Destination, means: Means) -> None:
        """Lists first when somebody waits for them, then what is owed. Raises the errors of `core.partners`."""
        books = self._books(destination, means)
        if books is None:
            return
        api = Api(means, self.provider.api, books["id"])
        try:
            self._send_all(destination, means, api, books)
        except errors.PartnerBusy as err:
            self._wait(destination, means, err)

    def _send_all(
        self, destination: models.Destination, means: Means, api: Api, books: dict[str, Any]
    ) -> None:
        with self.database.read() as session:
            owed = session.scalars(delivering.owed(destination.id, means.now())).all()
            version, settings = chosen.current(session, destination.id)
        if not owed:
            return
        # The books may have been closed since yesterday.
        books = books | xero_lists.locks(api.read("Organisation", "Organisations")[0])
        desk = xero_parcel.Desk(settings, version, Locks.of(books), self.supplier_name, self.public_url)
        for delivery_id in owed:
            if means.enough():
                return
            with self.database.write() as session:
                parcel = self._picked_up(session, delivery_id, desk, means.now())
            if parcel is not None:
                steps = xero_parcel.steps(parcel, api, self.stored, partial(self._known, destination.id))
                delivering.carry(self.database, means, delivery_id, steps)

    def _picked_up(
        self, session: Session, delivery_id: int, desk: xero_parcel.Desk, now: datetime
    ) -> xero_parcel.Parcel | None:
        """What is sent of this Delivery, fixed before it goes; None when nothing of it goes now."""
        delivery = session.get_one(models.Delivery, delivery_id)
        invoice = session.get_one(models.Invoice, delivery.invoice_id)
        document = session.get_one(models.Document, delivery.document_id)
        if not desk.takes(invoice) and delivery.round == 1 and not delivery.receipts:
            delivery.withdrawn_at = now
            return None
        first = xero_parcel.first_of(session, delivery)
        if first is not None and first.sent_at is None:
            delivery.next_try_at = now + BEHIND
            return None
        try:
            return xero_parcel.packed(session, delivery, invoice, document, first, desk, now)
        except Refused as err:
            delivering.hold(delivery, err.why, str(err) or None)
            return None

    def _known(self, destination_id: int, remote_id: str) -> bool:
        """Whether another of our Deliveries is that record there."""
        with self.database.read() as session:
            return xero_parcel.is_known(session, destination_id, remote_id)

    def _books(self, destination: models.Destination, means: Means) -> dict[str, Any] | None:
        """Whose books it is, after a look when they were connected or a person asked for one; None while a person must choose."""
        books = dict(destination.books or {})
        with self.database.read() as session:
            looked = remote_lists.fetched_at(session, destination.id)
        connected = destination.connected_at
        if connected is None:
            return None
        if looked is None or looked < connected or books.get("asked"):
            books = self._looked(destination, means, books, reconnected=looked is None or looked < connected)
        return books if books.get("id") and not books.get("offered") else None

    def _looked(
        self, destination: models.Destination, means: Means, books: dict[str, Any], *, reconnected: bool
    ) -> dict[str, Any]:
        there = {
            one["tenantId"]: one["tenantName"] for one in Api(means, self.provider.api, "").connections()
        }
        if not there:
            raise errors.PartnerRefused("no organisation", step="connections")
        if not books.get("id") and len(there) == 1:
            books["id"] = next(iter(there))
        if books.get("id") not in there:
            offered = [{"id": id_, "name": name} for id_, name in there.items()]
            return self._keep(destination, {**books, "offered": offered, "asked": False})
        api = Api(means, self.provider.api, books["id"])
        told = xero_lists.organisation(api, xero_lists.user_of(means.token().reveal()))
        xero_lists.refresh(self.database, api, destination, means.now())
        return self._keep(destination, {"id": books["id"], **told})

    def _keep(self, destination: models.Destination, books: dict[str, Any]) -> dict[str, Any]:
        with self.database.write() as session:
            session.get_one(models.Destination, destination.id).books = books
        return books

    def _wait(self, destination: models.Destination, means: Means, err: errors.PartnerBusy) -> None:
        """A minute that is full is no failure; a day's budget that is spent parks the destination as long as Xero says."""
        wait = timedelta(seconds=err.retry_after or 60)
        if wait > SHORT:
            raise err
        log.info("xero.minute_full", destination=destination.id, wait=wait.total_seconds())
        with self.database.write() as session:
            delivering.postpone(session, destination.id, means.now() + wait)
