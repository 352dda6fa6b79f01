"""QuickBooks Online: what is owed goes into the books of one company, each Invoice once, with its file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from core import archive, db, errors
from core.db import models
from core.export import (
    books,
    delivering,
    kinds,
    qbo_bill,
    qbo_lists,
    qbo_parcel,
    qbo_vendors,
    records,
    remote_lists,
)
from core.export.books import Owed
from core.export.delivering import Step
from core.export.desk import Desk
from core.export.qbo_api import Api, Row
from core.partners import Means
from core.providers import Provider


def draft(
    session: Session,
    destination: models.Destination,
    invoice: models.Invoice,
    _: models.Document,
    here: kinds.Here,
) -> dict[str, Any] | None:
    """What this Invoice would be there now, word for word; a vendor who is not there yet by name only. Raises Refused."""
    desk = Desk.of(session, destination, here)
    wanted = here.again or desk.takes(invoice)
    return qbo_parcel.payload(session, destination.id, invoice, desk) if wanted else None


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
        if not self._is_known(destination, realm, api, means):
            return
        with books.patient(self.database, destination, means):
            # The books may have been closed since yesterday.
            books.learn(self.database, destination, qbo_lists.company(api))
            here = kinds.Here(self.supplier_name, self.public_url)
            pack = partial(self._packed, means=means, api=api)
            books.send_all(self.database, destination, means, here, pack)

    def _packed(self, session: Session, owed: Owed, desk: Desk, *, means: Means, api: Api) -> Sequence[Step]:
        destination_id = owed.delivery.destination_id
        wanted = owed.fixed or qbo_parcel.payload(session, destination_id, owed.invoice, desk)
        delivering.intend(owed.delivery, wanted, desk.version, means.now())
        parcel = qbo_parcel.Parcel.of(owed, desk, wanted)
        known = partial(records.is_known, self.database, destination_id)
        return qbo_parcel.steps(parcel, api, self.stored, known, partial(self._learn, owed.delivery.id))

    def _learn(self, delivery_id: int, vendor: Row) -> None:
        """Who was found or made is in the payload that is shown, and in the kept list."""
        with self.database.write() as session:
            one = session.get_one(models.Delivery, delivery_id)
            sent = one.payload or {}
            one.payload = {**sent, "record": qbo_vendors.called(sent["record"], vendor)}
            one.payload_hash = delivering.hashed(one.payload)
            mine = {"destination_id": one.destination_id, "kind": "contacts"}
            kept = session.get_one(models.RemoteList, mine)
            kept.entries = [*(other for other in kept.entries if other["id"] != vendor["id"]), vendor]

    def _is_known(self, destination: models.Destination, realm: str, api: Api, means: Means) -> bool:
        """Whether it is clear whose books these are, after a look when they were connected or a person asked for one."""
        there = destination.books or {}
        with self.database.read() as session:
            looked = remote_lists.fetched_at(session, destination.id)
        connected = destination.connected_at
        if looked and connected and looked >= connected and not there.get("asked"):
            return bool(there.get("id") == realm and not there.get("offered"))
        told = qbo_lists.company(api)
        if there.get("id", realm) != realm:
            offered = [{"id": realm, "name": told["name"]}]
            told = {**there, "offered": offered, "asked": False}
            books.keep(self.database, destination, told, {}, means.now())
            return False
        books.keep(self.database, destination, {"id": realm, **told}, qbo_lists.read(api), means.now())
        return True
