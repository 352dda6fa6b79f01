"""One Delivery made ready for Xero: its record, its file, and the steps that bring both there."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from core import archive, nouns
from core.db import models
from core.export import delivering, xero_bill
from core.export.chosen import Settings
from core.export.delivering import Receipts, Step
from core.export.xero_api import LARGEST, Api
from core.export.xero_bill import RECORDS, Locks

#: The receipt of a file that Xero would not take for its size; it stays here, and the page says so.
TOO_LARGE = "too_large"
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True)
class Desk:
    """Under which settings, in which version, what goes out."""

    settings: Settings
    version: int
    locks: Locks
    supplier_name: Callable[[str], str]
    public_url: str = ""

    def takes(self, invoice: models.Invoice) -> bool:
        """Whether this Invoice is for these books at all: ours to pay, in a currency that was on when it came, of a supplier that goes there."""
        goes = self.settings.rule(invoice.supplier).what not in ("nothing", "file")
        ours = invoice.role == "ap" and invoice.merged_into is None
        known = invoice.currency is None or self.settings.takes(invoice.currency, invoice.received_at)
        return goes and ours and known

    def record(self, invoice: models.Invoice, paid_on: date | None = None) -> tuple[str, dict[str, Any]]:
        """The kind of record and what it says. Raises Refused."""
        rule = self.settings.rule(invoice.supplier)
        wanted = xero_bill.entry(invoice, rule, self.settings.status, paid_on=paid_on)
        wanted = xero_bill.unlocked(wanted, self.locks, self.settings.locked)
        url = f"{self.public_url}/invoices/{invoice.id}" if self.public_url else ""
        return wanted.kind, xero_bill.payload(
            invoice, wanted, rule, self.supplier_name(invoice.supplier), url
        )


@dataclass(frozen=True)
class Parcel:
    """`record_id` is the record there that a person wants changed, or that this file is added to."""

    delivery_id: int
    kind: str
    record: dict[str, Any]
    record_id: str
    round: int
    name: str
    sha256: str
    media_type: str
    size: int


def packed(
    session: Session,
    delivery: models.Delivery,
    invoice: models.Invoice,
    document: models.Document,
    first: models.Delivery | None,
    desk: Desk,
    now: datetime,
) -> Parcel:
    """Its payload is fixed before anything is sent. Raises Refused."""
    wanted = delivery.payload or (first.payload if first else None) or made(session, invoice, desk)
    delivering.intend(delivery, wanted, desk.version, now)
    there = first.receipts if first else delivery.receipts if delivery.round > 1 else {}
    return Parcel(
        delivery.id,
        wanted["kind"],
        wanted["record"],
        there.get("record") or "",
        0 if first else delivery.round,
        file_name(invoice, document, desk.supplier_name(invoice.supplier)),
        document.sha256,
        document.media_type,
        document.size,
    )


def made(session: Session, invoice: models.Invoice, desk: Desk) -> dict[str, Any]:
    """The payload. Raises Refused."""
    kind, record = desk.record(invoice, paid_on(session, invoice.id))
    return {"kind": kind, "record": record}


def first_of(session: Session, delivery: models.Delivery) -> models.Delivery | None:
    """The Delivery of the same Invoice that makes the record; None when this one does. A later file is added to that record."""
    one = models.Delivery
    mine = (one.destination_id == delivery.destination_id, one.invoice_id == delivery.invoice_id)
    earlier = select(one).where(*mine, one.id < delivery.id, one.withdrawn_at.is_(None)).order_by(one.id)
    return session.scalars(earlier.limit(1)).first()


def is_known(session: Session, destination_id: int, remote_id: str) -> bool:
    """Whether one of our Deliveries has that record as its own."""
    one = models.Delivery
    mine = select(one.id).where(
        one.destination_id == destination_id, one.receipts["record"].as_string() == remote_id
    )
    return bool(session.scalar(select(exists(mine))))


def paid_on(session: Session, invoice_id: int) -> date | None:
    """The day of the first Payment that is surely of this Invoice."""
    match, payment = models.Match, models.Payment
    confirmed = (match.invoice_id == invoice_id, match.confirmed_at.is_not(None))
    days = select(payment.booked_on).join(match, match.payment_id == payment.id).where(*confirmed)
    return session.scalar(days.order_by(payment.booked_on).limit(1))


def steps(parcel: Parcel, api: Api, stored: archive.Archive, known: Callable[[str], bool]) -> list[Step]:
    """The record, then its file; a person's *push again* changes the record that is there."""
    path, id_name, *_ = RECORDS[parcel.kind]

    def find(_: Receipts) -> str | None:
        return _found(parcel, api, known)

    def make(_: Receipts, key: str) -> str:
        return api.make(path, parcel.record, key, id_name=id_name)

    def adopt(_: Receipts, __: str) -> str:
        return parcel.record_id

    def nothing(_: Receipts) -> None:
        return None

    def change(_: Receipts, key: str) -> str:
        return api.change(path, parcel.record_id, parcel.record, key, id_name=id_name)

    def find_file(receipts: Receipts) -> str | None:
        return api.attached(path, str(receipts["record"])).get(parcel.name)

    def attach(receipts: Receipts, key: str) -> str:
        if parcel.size > LARGEST:
            return TOO_LARGE
        content = stored.path(parcel.sha256).read_bytes()
        return api.attach(path, str(receipts["record"]), parcel.name, content, parcel.media_type, key)

    record = Step("record", nothing, adopt) if parcel.round == 0 else Step("record", find, make)
    again = [Step(f"change {parcel.round}", nothing, change)] if parcel.round > 1 else []
    return [record, *again, Step("file", find_file, attach, payload=False)]


def _found(parcel: Parcel, api: Api, known: Callable[[str], bool]) -> str | None:
    """The record that an attempt left whose answer was lost: same type, number, contact, day and sum, and no other Delivery's."""
    path, id_name, number, type_ = RECORDS[parcel.kind]
    asked = f'Type=="{type_}" AND {number}=="{parcel.record[number]}"'
    for one in api.read(path, where=asked):
        if _same(parcel.record, one) and not known(str(one[id_name])):
            return str(one[id_name])
    return None


def _same(sent: dict[str, Any], there: dict[str, Any]) -> bool:
    (line,) = sent["LineItems"]
    total = round(line["UnitAmount"] + line.get("TaxAmount", 0.0), 2)
    contact, theirs = sent["Contact"], there.get("Contact", {})
    whose = all(theirs.get(name) == value for name, value in contact.items())
    return (
        whose
        and there.get("CurrencyCode") == sent["CurrencyCode"]
        and abs(float(there["Total"]) - total) < 0.02
    )


def file_name(invoice: models.Invoice, document: models.Document, supplier_name: str) -> str:
    """Day, supplier, number and the document's own number, in letters that every service takes."""
    day = (invoice.issued_on or invoice.received_at.date()).isoformat()
    words = unicodedata.normalize("NFKD", f"{day}_{supplier_name}_{invoice.number or ''}").encode(
        "ascii", "ignore"
    )
    plain = _NOT_PLAIN.sub("-", words.decode()).strip("-.")[:100]
    return f"{plain}_{document.id}{nouns.SUFFIXES.get(document.media_type, Path(document.name).suffix or '.bin')}"
