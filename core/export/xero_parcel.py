"""One Delivery made ready for Xero: its record, its file, and the steps that bring both there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from core import archive
from core.db import models
from core.export import booking, delivering, enclosed, records, remote_lists, xero_bill
from core.export.books import Owed
from core.export.delivering import Receipts, Step
from core.export.desk import Desk
from core.export.enclosed import Paper
from core.export.xero_api import LARGEST, Api
from core.export.xero_bill import RECORDS, Locks


@dataclass(frozen=True)
class Parcel:
    """`record_id` is the record there that a person wants changed, or that this file is added to."""

    kind: str
    record: dict[str, Any]
    record_id: str
    round: int
    paper: Paper


def packed(session: Session, owed: Owed, desk: Desk, now: datetime) -> Parcel:
    """Its payload is fixed before anything is sent. Raises Refused."""
    wanted = owed.fixed or made(session, owed.delivery.destination_id, owed.invoice, desk)
    delivering.intend(owed.delivery, wanted, desk.version, now)
    paper = Paper.of(owed.invoice, owed.document, desk.named(owed.invoice))
    return Parcel(wanted["kind"], wanted["record"], owed.record_id, owed.round, paper)


def made(session: Session, destination_id: int, invoice: models.Invoice, desk: Desk) -> dict[str, Any]:
    """The payload: the kind of record and what it says. Raises Refused."""
    rule, settings = desk.settings.rule(invoice.supplier), desk.settings
    paid_on = records.paid_on(session, invoice.id)
    wanted = xero_bill.entry(invoice, rule, settings.status, paid_on=paid_on)
    wanted = xero_bill.unlocked(wanted, Locks.of(desk.books), settings.locked)
    vat = booking.vat_of(session, invoice.workspace_id, [invoice.id]).get(invoice.id, ())
    taxes = remote_lists.kept(session, destination_id)["taxes"]
    split = xero_bill.rates(invoice, vat, settings.codes(rule), taxes)
    record = xero_bill.payload(invoice, wanted, rule, desk.named(invoice), desk.link(invoice), split)
    return {"kind": wanted.kind, "record": record}


def steps(parcel: Parcel, api: Api, stored: archive.Archive, known: Callable[[str], bool]) -> list[Step]:
    """The record, then its file."""
    path, id_name, *_ = RECORDS[parcel.kind]

    def find(_: Receipts) -> str | None:
        return _found(parcel, api, known)

    def make(_: Receipts, key: str) -> str:
        return api.make(path, parcel.record, key, id_name=id_name)

    def change(_: Receipts, key: str) -> str:
        return api.change(path, parcel.record_id, parcel.record, key, id_name=id_name)

    record = records.steps(parcel.round, parcel.record_id, find, make, change)
    return [*record, _file(parcel.paper, path, api, stored)]


def _file(paper: Paper, path: str, api: Api, stored: archive.Archive) -> Step:
    def find(receipts: Receipts) -> str | None:
        return api.attached(path, str(receipts["record"])).get(paper.name)

    def attach(receipts: Receipts, key: str) -> str:
        content = paper.content(stored)
        return api.attach(path, str(receipts["record"]), paper.name, content, paper.media_type, key)

    return enclosed.step(paper, LARGEST, find, attach)


def _found(parcel: Parcel, api: Api, known: Callable[[str], bool]) -> str | None:
    """The record that an attempt left whose answer was lost: same type, number, contact, day and sum, and no other Delivery's."""
    path, id_name, number, type_ = RECORDS[parcel.kind]
    asked = f'Type=="{type_}" AND {number}=="{parcel.record[number]}"'
    for one in api.read(path, where=asked):
        if _same(parcel.record, one) and not known(str(one[id_name])):
            return str(one[id_name])
    return None


def _same(sent: dict[str, Any], there: dict[str, Any]) -> bool:
    total = sum(line["UnitAmount"] + line.get("TaxAmount", 0.0) for line in sent["LineItems"])
    theirs = there.get("Contact", {})
    return (
        all(_alike(value, theirs.get(name)) for name, value in sent["Contact"].items())
        and there.get("CurrencyCode") == sent["CurrencyCode"]
        and abs(float(there["Total"]) - total) < 0.02
    )


def _alike(mine: str, theirs: str | None) -> bool:
    """Xero finds a contact by its name whatever the capitals, and tells the name as it was written first."""
    return " ".join(mine.split()).casefold() == " ".join((theirs or "").split()).casefold()
