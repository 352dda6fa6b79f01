"""NetSuite: what is owed becomes vendor bills and credits under external ids of ours, each once, with its file where a RESTlet takes it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from core import archive, db
from core.db import models
from core.export import (
    books,
    delivering,
    enclosed,
    kinds,
    netsuite_api,
    netsuite_bill,
    netsuite_lists,
    records,
    remote_lists,
)
from core.export.books import Owed
from core.export.delivering import Receipts, Step
from core.export.desk import Desk
from core.export.enclosed import Paper
from core.export.netsuite_api import Api, Sign
from core.partners import Means

#: The receipt of a file where the customer has not installed our RESTlet: it stays here, and the page says so.
NO_RESTLET = "no_restlet"
#: Bytes of a file that a RESTlet takes: ten megabytes of base64 in one request.
LARGEST = 7 * 1024 * 1024
_ACCOUNT = re.compile(r"[a-z0-9]+(-[a-z0-9]+)?")


def place(typed: Mapping[str, str]) -> str:
    """The address of an account: `1234567_SB1` is at `https://1234567-sb1.suitetalk.api.netsuite.com`.

    Raises ValueError with the field's name, of a RESTlet too that is not that account's.
    """
    there = kinds.address_of(typed) if typed.get("url", "").strip() else _address(typed.get("account", ""))
    restlet = typed.get("restlet", "").strip()
    if restlet and not restlet.startswith(tuple(f"{one}/" for one in _hosts(there))):
        raise ValueError("restlet")
    return there


def _address(account: str) -> str:
    name = account.strip().lower().replace("_", "-")
    if not _ACCOUNT.fullmatch(name):
        raise ValueError("account")
    return f"https://{name}.suitetalk.api.netsuite.com"


def _hosts(there: str) -> tuple[str, ...]:
    """Of the record service and of RESTlets, which have a host of their own."""
    return tuple(sorted({there, there.replace(".suitetalk.", ".restlets.")}))


def origins(destination: models.Destination) -> tuple[str, ...]:
    (there,) = kinds.origin_of(destination)
    return _hosts(there)


def draft(
    session: Session,
    destination: models.Destination,
    invoice: models.Invoice,
    _: models.Document,
    here: kinds.Here,
) -> Mapping[str, Any] | None:
    desk = Desk.of(session, destination, here)
    return netsuite_bill.made(invoice, desk) if here.again or desk.takes(invoice) else None


KIND = kinds.Kind(
    "netsuite",
    "NetSuite",
    (
        kinds.Field("account"),
        kinds.Field("client_id"),
        kinds.Field("certificate_id"),
        kinds.Field("private_key", secret=True, long=True),
        kinds.Field("subsidiary", needed=False),
        kinds.Field("restlet", needed=False),
        kinds.Field("url", needed=False, rare=True),
    ),
    books=True,
    draft=draft,
    again=True,
    place=place,
    origins=origins,
)


@dataclass(frozen=True)
class NetSuite:
    """The target. `sign` makes the assertion that the certificate is known by."""

    database: db.Database
    stored: archive.Archive
    here: kinds.Here
    sign: Sign

    def origins(self, destination: models.Destination) -> tuple[str, ...]:
        return origins(destination)

    def deliver(self, destination: models.Destination, means: Means) -> None:
        """Lists first when somebody waits for them, then what is owed. Raises the errors of `core.partners`."""
        with self.database.read() as session:
            typed = Desk.of(session, destination, self.here).typed
            looked = remote_lists.fetched_at(session, destination.id)
        api = netsuite_api.signed_in(means, destination.place, typed, self.sign)
        if looked is None or (destination.books or {}).get("asked"):
            account = str(typed.get("account", ""))
            told = {"id": account, "name": account, "currencies": netsuite_lists.currencies(api)}
            books.keep(self.database, destination, told, netsuite_lists.read(api), means.now())
        pack = partial(self._packed, means=means, api=api)
        with books.patient(self.database, destination, means):
            books.send_all(self.database, destination, means, self.here, pack)

    def _packed(self, session: Session, owed: Owed, desk: Desk, *, means: Means, api: Api) -> Sequence[Step]:
        made = owed.fixed or netsuite_bill.made(owed.invoice, desk)
        delivering.intend(owed.delivery, made, desk.version, means.now())
        kind = netsuite_bill.RECORDS[made["kind"]]
        paper = Paper.of(owed.invoice, owed.document, desk.named(owed.invoice))
        file = self._file(paper, kind, api, desk.typed.get("restlet"))
        return [*_record(api, owed, kind, made["record"]), file]

    def _file(self, paper: Paper, kind: str, api: Api, restlet: str | None) -> Step:
        def attach(receipts: Receipts, _: str) -> str:
            if not restlet:
                return NO_RESTLET
            return api.attach(restlet, kind, str(receipts["record"]), paper, paper.content(self.stored))

        return enclosed.step(paper, LARGEST, records.nothing, attach)


def _record(api: Api, owed: Owed, kind: str, record: Mapping[str, Any]) -> list[Step]:
    """Under an external id of this Delivery's own."""
    reference = f"moisson-{owed.delivery.idempotency_key}"

    def find(_: Receipts) -> str | None:
        return api.found(kind, reference)

    def put(_: Receipts, __: str) -> str:
        return api.put(kind, reference, record)

    def change(_: Receipts, __: str) -> str:
        return api.change(kind, owed.record_id, record)

    return records.steps(owed.round, owed.record_id, find, put, change)
