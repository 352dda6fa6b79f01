"""Xero: what is owed goes into the books of one organisation, each Invoice once, with its file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from core import archive, db, errors
from core.db import models
from core.export import books, chosen, kinds, records, remote_lists, xero_lists, xero_parcel
from core.export.books import Owed
from core.export.delivering import Step
from core.export.desk import Desk
from core.export.remote_lists import Lists
from core.export.xero_api import Api
from core.partners import Means
from core.providers import Provider


def draft(
    session: Session,
    destination: models.Destination,
    invoice: models.Invoice,
    _: models.Document,
    here: kinds.Here,
) -> dict[str, Any] | None:
    """What this Invoice would be there now, word for word. Raises Refused."""
    desk = Desk.of(session, destination, here)
    wanted = here.again or desk.takes(invoice)
    return xero_parcel.made(session, destination.id, invoice, desk) if wanted else None


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
        there = self._books(destination, means)
        if there is None or not books.waiting(self.database, destination, means):
            return
        api = Api(means, self.provider.api, there["id"])
        with books.patient(self.database, destination, means):
            # The books may have been closed since yesterday.
            closed = xero_lists.locks(api.read("Organisation", "Organisations")[0])
            books.learn(self.database, destination, closed)
            here = kinds.Here(self.supplier_name, self.public_url)
            pack = partial(self._packed, means=means, api=api)
            books.send_all(self.database, destination, means, here, pack)

    def _packed(self, session: Session, owed: Owed, desk: Desk, *, means: Means, api: Api) -> Sequence[Step]:
        parcel = xero_parcel.packed(session, owed, desk, means.now())
        known = partial(records.is_known, self.database, owed.delivery.destination_id)
        return xero_parcel.steps(parcel, api, self.stored, known)

    def _books(self, destination: models.Destination, means: Means) -> dict[str, Any] | None:
        """Whose books it is, after a look when they were connected or a person asked for one; None while a person must choose."""
        there = dict(destination.books or {})
        with self.database.read() as session:
            looked = remote_lists.fetched_at(session, destination.id)
        connected = destination.connected_at
        if connected is None:
            return None
        if looked is None or looked < connected or there.get("asked"):
            there, lists = self._looked(means, there)
            books.keep(self.database, destination, there, lists, means.now())
        return there if there.get("id") and not there.get("offered") else None

    def _looked(self, means: Means, before: dict[str, Any]) -> tuple[dict[str, Any], Lists]:
        """The organisation that was chosen before, or the only one, with its lists; else those among which a person chooses."""
        every = Api(means, self.provider.api, "").connections()
        if not every:
            raise errors.PartnerRefused("no organisation", step="connections")
        names = {one["tenantId"]: one["tenantName"] for one in every}
        id_ = before.get("id") or (next(iter(names)) if len(names) == 1 else "")
        if id_ not in names:
            offered = [{"id": one, "name": name} for one, name in names.items()]
            return {**before, "offered": offered, "asked": False}, {}
        api = Api(means, self.provider.api, id_)
        told = xero_lists.organisation(api, xero_lists.user_of(means.token().reveal()))
        return {"id": id_, **told}, xero_lists.read(api)
