"""One Delivery made ready for QuickBooks Online: its record, its file, and the steps that bring both there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from core import archive
from core.db import models
from core.export import booking, chosen, delivering, qbo_bill, qbo_tax, qbo_vendors, remote_lists, xero_parcel
from core.export.chosen import Rule, Settings
from core.export.delivering import Receipts, Step
from core.export.kinds import Here
from core.export.qbo_api import LARGEST, Api, Duplicate, Row
from core.export.qbo_bill import RECORDS


@dataclass(frozen=True)
class Desk:
    """Under which settings, in which version, into which books what goes out."""

    settings: Settings
    version: int
    books: Mapping[str, Any]
    lists: Mapping[str, list[Row]]
    here: Here

    @classmethod
    def of(cls, session: Session, destination: models.Destination, here: Here) -> Desk:
        version, settings = chosen.current(session, destination.id)
        return cls(
            settings, version, destination.books or {}, remote_lists.kept(session, destination.id), here
        )

    def takes(self, invoice: models.Invoice) -> bool:
        """Whether this Invoice is for these books at all: ours to pay, in a currency that was on when it came, of a supplier that goes there."""
        goes = self.settings.rule(invoice.supplier).what not in ("nothing", "file")
        ours = invoice.role == "ap" and invoice.merged_into is None
        known = invoice.currency is None or self.settings.takes(invoice.currency, invoice.received_at)
        return goes and ours and known

    def payload(self, session: Session, invoice: models.Invoice) -> dict[str, Any]:
        """What is sent, the vendor by name only as long as none is known. Raises Refused."""
        rule, name = self.settings.rule(invoice.supplier), self.here.supplier_name(invoice.supplier)
        card = any(one.get("card") for one in self.lists["accounts"] if one["id"] == rule.bank)
        paid_on = xero_parcel.paid_on(session, invoice.id)
        wanted = qbo_bill.entry(invoice, rule, card=card, paid_on=paid_on)
        wanted = qbo_bill.open_(wanted, self._closed(), self.settings.locked)
        vat = booking.vat_of(session, invoice.workspace_id, [invoice.id]).get(invoice.id, ())
        split = qbo_tax.shares(invoice, vat, self._codes(rule), self.lists["taxes"])
        vendor = qbo_vendors.named(rule, name, invoice.currency or "", self.lists["contacts"])
        placed = qbo_bill.Placed(rule.account, vendor, rule.bank, card, self.books.get("country", ""))
        record = qbo_bill.payload(invoice, wanted, placed, split, name, self.here.public_url)
        return {"kind": wanted.kind, "record": record}

    def _closed(self) -> date | None:
        told = self.books.get("period_lock")
        return date.fromisoformat(told) if told else None

    def _codes(self, rule: Rule) -> list[str]:
        """Of the supplier, then those that were chosen for others."""
        rules = (rule, self.settings.otherwise, *self.settings.suppliers.values())
        return [rule.tax, *(one.tax for one in rules if one.tax)]


@dataclass(frozen=True)
class Parcel:
    """`record_id` is the record there that a person wants changed, or that this file is added to; `reference` is in our note."""

    kind: str
    record: dict[str, Any]
    record_id: str
    round: int
    total: float
    reference: str
    name: str
    document: models.Document


def packed(
    session: Session,
    delivery: models.Delivery,
    first: models.Delivery | None,
    payload: dict[str, Any],
    desk: Desk,
    now: datetime,
) -> Parcel:
    """Its payload is fixed before anything is sent."""
    delivering.intend(delivery, payload, desk.version, now)
    invoice = session.get_one(models.Invoice, delivery.invoice_id)
    document = session.get_one(models.Document, delivery.document_id)
    there = first.receipts if first else delivery.receipts if delivery.round > 1 else {}
    return Parcel(
        payload["kind"],
        payload["record"],
        there.get("record") or "",
        0 if first else delivery.round,
        float(qbo_tax.amount(invoice, abs(invoice.total_minor or 0))),
        qbo_bill.reference(invoice),
        xero_parcel.file_name(invoice, document, desk.here.supplier_name(invoice.supplier)),
        document,
    )


def steps(parcel: Parcel, api: Api, stored: archive.Archive, known: Callable[[str], bool]) -> list[Step]:
    """The record, then its file; a person's *push again* changes the record that is there."""
    entity, path = RECORDS[parcel.kind], stored.path(parcel.document.sha256)

    def find(_: Receipts) -> str | None:
        return _found(parcel, api, known, typed=False)

    def make(_: Receipts, key: str) -> str:
        try:
            return api.make(entity, parcel.record, key)
        except Duplicate:
            there = _found(parcel, api, known, typed=True)
            if there is None:
                raise
            return there

    def adopt(_: Receipts, __: str) -> str:
        return parcel.record_id

    def nothing(_: Receipts) -> None:
        return None

    def change(_: Receipts, key: str) -> str:
        return api.change(entity, parcel.record_id, parcel.record, key)

    def find_file(receipts: Receipts) -> str | None:
        return api.attached(entity, str(receipts["record"])).get(parcel.name)

    def attach(receipts: Receipts, key: str) -> str:
        if parcel.document.size > LARGEST:
            return xero_parcel.TOO_LARGE
        media = parcel.document.media_type
        return api.attach(entity, str(receipts["record"]), parcel.name, path, media, key)

    record = Step("record", nothing, adopt) if parcel.round == 0 else Step("record", find, make)
    again = [Step(f"change {parcel.round}", nothing, change)] if parcel.round > 1 else []
    return [record, *again, Step("file", find_file, attach, payload=False)]


def _found(parcel: Parcel, api: Api, known: Callable[[str], bool], *, typed: bool) -> str | None:
    """The record of our own reference. `typed`: else the one that somebody typed there, of that number, vendor, currency and sum."""
    there = api.found(RECORDS[parcel.kind], DocNumber=parcel.record["DocNumber"])
    ours = [one for one in there if parcel.reference in one.get("PrivateNote", "")]
    theirs = [one for one in there if _same(parcel, one)] if typed else []
    free = (str(one["Id"]) for one in (*ours, *theirs) if not known(str(one["Id"])))
    return next(free, None)


def _same(parcel: Parcel, there: Row) -> bool:
    """Whether it stands for the same Invoice, and is no other Delivery's."""
    if "Moisson " in there.get("PrivateNote", ""):
        return False
    mine, theirs = (one.get("VendorRef") or one.get("EntityRef", {}) for one in (parcel.record, there))
    currency = parcel.record["CurrencyRef"]["value"]
    return (
        mine.get("value") == theirs.get("value")
        and there.get("CurrencyRef", {}).get("value", currency) == currency
        and abs(float(there.get("TotalAmt", 0)) - parcel.total) < 0.005
    )
