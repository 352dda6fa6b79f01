"""One Delivery on its way to QuickBooks Online: its vendor, its record, its file, each looked for before it is made a second time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from core import archive
from core.db import models
from core.export import booking, enclosed, qbo_bill, qbo_vendors, records, remote_lists, shares
from core.export.books import Owed
from core.export.delivering import Receipts, Step
from core.export.desk import Desk
from core.export.enclosed import Paper
from core.export.qbo_api import LARGEST, Api, Duplicate, Row
from core.export.qbo_bill import RECORDS


def payload(session: Session, destination_id: int, invoice: models.Invoice, desk: Desk) -> dict[str, Any]:
    """What is sent of it, the vendor by name only as long as none is known. Raises Refused."""
    lists, rule = remote_lists.kept(session, destination_id), desk.settings.rule(invoice.supplier)
    name, currency = desk.named(invoice), invoice.currency or ""
    card = any(one.get("card") for one in lists["accounts"] if one["id"] == rule.bank)
    wanted = qbo_bill.entry(invoice, rule, card=card, paid_on=records.paid_on(session, invoice.id))
    wanted = qbo_bill.open_(wanted, _closed(desk), desk.settings.locked)
    vat = booking.vat_of(session, invoice.workspace_id, [invoice.id]).get(invoice.id, ())
    split = shares.of(invoice, vat, desk.settings.codes(rule), lists["taxes"])
    vendor = qbo_vendors.named(rule, name, currency, lists["contacts"])
    placed = qbo_bill.Placed(rule.account, vendor, rule.bank, card, desk.books.get("country", ""))
    record = qbo_bill.payload(invoice, wanted, placed, split, name, desk.here.public_url)
    return {"kind": wanted.kind, "record": record}


def _closed(desk: Desk) -> date | None:
    told = desk.books.get("period_lock")
    return date.fromisoformat(told) if told else None


@dataclass(frozen=True)
class Parcel:
    """`record_id` is the record there that a person wants changed, or that this file is added to; `reference` is in our note."""

    kind: str
    record: Mapping[str, Any]
    record_id: str
    round: int
    total: float
    reference: str
    paper: Paper

    @classmethod
    def of(cls, owed: Owed, desk: Desk, sent: Mapping[str, Any]) -> Parcel:
        invoice = owed.invoice
        return cls(
            sent["kind"],
            sent["record"],
            owed.record_id,
            owed.round,
            float(shares.amount(invoice, abs(invoice.total_minor or 0))),
            qbo_bill.reference(invoice),
            Paper.of(invoice, owed.document, desk.named(invoice)),
        )


def steps(
    parcel: Parcel,
    api: Api,
    stored: archive.Archive,
    known: Callable[[str], bool],
    learn: Callable[[Row], None],
) -> list[Step]:
    """The vendor, where none is known; the record; its file."""
    vendor = qbo_vendors.steps(parcel.record, api, learn) if parcel.round else []
    return [*vendor, *_record(parcel, api, known), _file(parcel.paper, RECORDS[parcel.kind], api, stored)]


def _record(parcel: Parcel, api: Api, known: Callable[[str], bool]) -> list[Step]:
    entity = RECORDS[parcel.kind]

    def find(_: Receipts) -> str | None:
        return _found(parcel, api, known)

    def make(receipts: Receipts, key: str) -> str:
        record = qbo_vendors.settled(parcel.record, receipts)
        try:
            return api.make(entity, record, key)
        except Duplicate:
            there = _found(parcel, api, known) or _typed(parcel, record, api, known)
            if there is None:
                raise
            return there

    def change(receipts: Receipts, key: str) -> str:
        return api.change(entity, parcel.record_id, qbo_vendors.settled(parcel.record, receipts), key)

    return records.steps(parcel.round, parcel.record_id, find, make, change)


def _file(paper: Paper, entity: str, api: Api, stored: archive.Archive) -> Step:
    def find(receipts: Receipts) -> str | None:
        return api.attached(entity, str(receipts["record"])).get(paper.name)

    def attach(receipts: Receipts, key: str) -> str:
        path = stored.path(paper.sha256)
        return api.attach(entity, str(receipts["record"]), paper.name, path, paper.media_type, key)

    return enclosed.step(paper, LARGEST, find, attach)


def _found(parcel: Parcel, api: Api, known: Callable[[str], bool]) -> str | None:
    """The record of our own reference, which an attempt left whose answer was lost."""
    there = api.found(RECORDS[parcel.kind], DocNumber=parcel.record["DocNumber"])
    ours = (str(one["Id"]) for one in there if parcel.reference in one.get("PrivateNote", ""))
    return next((id_ for id_ in ours if not known(id_)), None)


def _typed(parcel: Parcel, record: Mapping[str, Any], api: Api, known: Callable[[str], bool]) -> str | None:
    """The record that somebody typed there, of that number, vendor, currency and sum: it stands for the same Invoice."""
    there = api.found(RECORDS[parcel.kind], DocNumber=record["DocNumber"])
    same = (str(one["Id"]) for one in there if _same(record, parcel.total, one))
    return next((id_ for id_ in same if not known(id_)), None)


def _same(record: Mapping[str, Any], total: float, there: Row) -> bool:
    mine, theirs = (one.get("VendorRef") or one.get("EntityRef", {}) for one in (record, there))
    currency = record["CurrencyRef"]["value"]
    return (
        qbo_bill.OURS not in there.get("PrivateNote", "")
        and mine.get("value") == theirs.get("value")
        and there.get("CurrencyRef", {}).get("value", currency) == currency
        and abs(float(there.get("TotalAmt", 0)) - total) < 0.005
    )
