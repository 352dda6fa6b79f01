"""QuickBooks Online: what is owed goes into the books of one company, each Invoice once, with its file."""

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
from core.export import (
    delivering,
    kinds,
    qbo_bill,
    qbo_lists,
    qbo_parcel,
    qbo_vendors,
    remote_lists,
    xero_parcel,
)
from core.export.delivering import Refused
from core.export.qbo_api import Api, Row
from core.partners import Means
from core.providers import Provider

log = structlog.get_logger(__name__)

#: Of the throttle when it does not say; it counts by the minute.
WAIT = 60.0
#: A wait that is asked for up to this is the minute's; a longer one parks the destination.
SHORT = timedelta(minutes=2)
#: What waits for another Delivery of its Invoice is looked at again after this.
BEHIND = timedelta(minutes=10)


def draft(
    session: Session,
    destination: models.Destination,
    invoice: models.Invoice,
    _: models.Document,
    here: kinds.Here,
) -> dict[str, Any] | None:
    """What this Invoice would be there now, word for word; a vendor who is not there yet by name only. Raises Refused."""
    desk = qbo_parcel.Desk.of(session, destination, here)
    return desk.payload(session, invoice) if here.again or desk.takes(invoice) else None


KIND = kinds.Kind(
    "qbo",
    "QuickBooks Online",
    provider="qbo",
    books=True,
    whats=("", "bill", "spend", "nothing"),
    policies=qbo_bill.POLICIES,
    columns=("account", "tax", "contact", "bank"),
    draft=draft,
    again=True,
)


@dataclass(frozen=True)
class Qbo:
    """The target. `public_url` is where people reach this farm: from https, a record's note leads back to its Invoice."""

    database: db.Database
    stored: archive.Archive
    provider: Provider
    supplier_name: Callable[[str], str]
    public_url: str = ""

    def origins(self, destination: models.Destination) -> tuple[str, ...]:
        return self.provider.origins

    def deliver(self, destination: models.Destination, means: Means) -> None:
        """Lists first when somebody waits for them, then what is owed. Raises the errors of `core.partners`."""
        if destination.connected_at is None:
            return
        realm = means.brought().get("realmId", "")
        if not realm.isdigit():
            raise errors.ConsentEnded("the consent names no company")
        api = Api(means, self.provider.api, realm)
        try:
            if self._is_known(destination, realm, api, means):
                self._send_all(destination, means, api)
        except errors.PartnerBusy as err:
            self._wait(destination, means, err)

    def _send_all(self, destination: models.Destination, means: Means, api: Api) -> None:
        with self.database.read() as session:
            owed = session.scalars(delivering.owed(destination.id, means.now())).all()
        if not owed:
            return
        # The books may have been closed since yesterday.
        self._keep(destination.id, qbo_lists.company(api))
        here = kinds.Here(self.supplier_name, self.public_url)
        with self.database.read() as session:
            place = session.get_one(models.Destination, destination.id)
            desk = qbo_parcel.Desk.of(session, place, here)
        for delivery_id in owed:
            if means.enough():
                return
            parcel = self._parcel(delivery_id, desk, api, means)
            if parcel is not None:
                steps = qbo_parcel.steps(parcel, api, self.stored, partial(self._is_ours, destination.id))
                delivering.carry(self.database, means, delivery_id, steps)

    def _parcel(
        self, delivery_id: int, desk: qbo_parcel.Desk, api: Api, means: Means
    ) -> qbo_parcel.Parcel | None:
        """What is sent of this Delivery, fixed before it goes, its vendor found or made; None when nothing of it goes now."""
        try:
            payload = self._wanted(delivery_id, desk, means.now())
            vendor = qbo_vendors.nameless(payload) if payload else None
            if vendor:
                means.hold()
                self._learn(delivery_id, desk, qbo_vendors.found_or_made(api, *vendor))
                payload = self._wanted(delivery_id, desk, means.now())
        except Refused as err:
            with self.database.write() as session:
                one = session.get_one(models.Delivery, delivery_id)
                delivering.hold(one, err.why, str(err) or None)
            return None
        if payload is None:
            return None
        with self.database.write() as session:
            delivery = session.get_one(models.Delivery, delivery_id)
            first = xero_parcel.first_of(session, delivery)
            return qbo_parcel.packed(session, delivery, first, payload, desk, means.now())

    def _wanted(self, delivery_id: int, desk: qbo_parcel.Desk, now: datetime) -> dict[str, Any] | None:
        """The payload, or why there is none now: it is not for these books, or its record is not there yet. Raises Refused."""
        with self.database.write() as session:
            delivery = session.get_one(models.Delivery, delivery_id)
            invoice = session.get_one(models.Invoice, delivery.invoice_id)
            if not desk.takes(invoice) and delivery.round == 1 and not delivery.receipts:
                delivery.withdrawn_at = now
                return None
            first = xero_parcel.first_of(session, delivery)
            if first is not None and first.sent_at is None:
                delivery.next_try_at = now + BEHIND
                return None
            fixed = delivery.payload or (first.payload if first else None)
            return fixed or desk.payload(session, invoice)

    def _learn(self, delivery_id: int, desk: qbo_parcel.Desk, vendor: Row) -> None:
        """A vendor who is not in the kept list."""
        desk.lists["contacts"].append(vendor)
        with self.database.write() as session:
            place = session.get_one(models.Delivery, delivery_id).destination_id
            kept = session.get_one(models.RemoteList, {"destination_id": place, "kind": "contacts"})
            kept.entries = [*kept.entries, vendor]

    def _is_ours(self, destination_id: int, remote_id: str) -> bool:
        """Whether another of our Deliveries is that record there."""
        with self.database.read() as session:
            return xero_parcel.is_known(session, destination_id, remote_id)

    def _is_known(self, destination: models.Destination, realm: str, api: Api, means: Means) -> bool:
        """Whether it is clear whose books these are, after a look when they were connected or a person asked for one."""
        books = destination.books or {}
        with self.database.read() as session:
            looked = remote_lists.fetched_at(session, destination.id)
        connected = destination.connected_at
        if looked and connected and looked >= connected and not books.get("asked"):
            return bool(books.get("id") == realm and not books.get("offered"))
        told = qbo_lists.company(api)
        if books.get("id", realm) != realm:
            offered = [{"id": realm, "name": told["name"]}]
            self._keep(destination.id, {"offered": offered, "asked": False})
            return False
        qbo_lists.refresh(self.database, api, destination, means.now())
        self._keep(destination.id, {"id": realm, "offered": [], "asked": False, **told})
        return True

    def _keep(self, destination_id: int, told: dict[str, Any]) -> None:
        with self.database.write() as session:
            place = session.get_one(models.Destination, destination_id)
            place.books = {**(place.books or {}), **told}

    def _wait(self, destination: models.Destination, means: Means, err: errors.PartnerBusy) -> None:
        """A minute that is full is no failure; a longer wait parks the destination as long as QuickBooks says."""
        wait = timedelta(seconds=err.retry_after or WAIT)
        if wait > SHORT:
            raise err
        log.info("qbo.minute_full", destination=destination.id, wait=wait.total_seconds())
        with self.database.write() as session:
            delivering.postpone(session, destination.id, means.now() + wait)
