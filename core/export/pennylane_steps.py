"""One Delivery on its way to Pennylane: its supplier, its file, its record, each looked for before it is made a second time."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from core import archive, ledger
from core.export.books import Owed
from core.export.delivering import Receipts, Step
from core.export.desk import Desk
from core.export.enclosed import Paper
from core.export.pennylane_api import Api, Gone, There

INVOICES, FILES, SUPPLIERS = "supplier_invoices", "file_attachments", "suppliers"
IMPORT, E_INVOICES = f"{INVOICES}/import", f"{INVOICES}/e_invoices/imports"
#: The receipt of a file that somebody else has put there, with the same invoice.
WITH_ANOTHER = "already_there"
#: Pages of files, newest first, among which one is looked for whose answer was lost.
_RECENT = 3


@dataclass(frozen=True)
class Parcel:
    """`reference` is ours and no other's; number, day and total are what an e-invoice is known again by."""

    kind: str
    record: Mapping[str, Any]
    reference: str
    record_id: str
    round: int
    supplier: str
    supplier_name: str
    number: str
    day: str
    total: Decimal
    paper: Paper

    @classmethod
    def of(cls, owed: Owed, desk: Desk, payload: Mapping[str, Any]) -> Parcel:
        invoice, day = owed.invoice, owed.invoice.issued_on
        money = ledger.money(invoice.total_minor, invoice.currency)
        return cls(
            payload["kind"],
            payload["record"],
            f"moisson-{owed.delivery.idempotency_key}",
            owed.record_id,
            owed.delivery.round,
            invoice.supplier,
            desk.called(invoice),
            invoice.number or "",
            day.isoformat() if day else "",
            money.amount if money else Decimal(),
            Paper.of(invoice, owed.document, desk.named(invoice)),
        )


def steps(parcel: Parcel, api: Api, stored: archive.Archive, known: Callable[[str], bool]) -> list[Step]:
    """An e-invoice brings its own supplier and is its own file; a person's *push again* changes the record that is there."""
    data = parcel.kind == "e_invoice"
    record = _e_invoice(parcel, api, stored, known) if data else _bill(parcel, api, stored, known)
    first = [] if data else [*_supplier(parcel, api), _file(parcel, api, stored, known)]
    again = [_change(parcel, api)] if parcel.round > 1 else []
    return [*first, record, *again]


def _supplier(parcel: Parcel, api: Api) -> list[Step]:
    """None when a person chose it; else the one that is called so, else a new one under a reference of ours."""
    if parcel.record.get("supplier_id"):
        return []
    reference = f"moisson-{parcel.supplier}"

    def find(_: Receipts) -> str | None:
        return _first(api.having(SUPPLIERS, "external_reference", reference))

    def make(_: Receipts, __: str) -> str:
        there = _first(
            api.having(SUPPLIERS, "external_reference", reference) or api.called(parcel.supplier_name)
        )
        return there or api.make(SUPPLIERS, {"name": parcel.supplier_name, "external_reference": reference})

    return [Step("supplier", find, make)]


def _file(parcel: Parcel, api: Api, stored: archive.Archive, known: Callable[[str], bool]) -> Step:
    def find(_: Receipts) -> str | None:
        return _uploaded(parcel, api)

    def send(_: Receipts, __: str) -> str:
        try:
            return _upload(parcel, api, stored)
        except There:
            if _same(parcel, api, known) is None:
                raise
            return WITH_ANOTHER

    return Step("file", find, send, payload=False)


def _upload(parcel: Parcel, api: Api, stored: archive.Archive) -> str:
    """Refused as being there already, it is the one of its name: that has our Document's number in it."""
    try:
        return api.upload(FILES, parcel.paper, parcel.paper.content(stored))
    except There:
        there = _uploaded(parcel, api)
        if there is None:
            raise
        return there


def _uploaded(parcel: Parcel, api: Api) -> str | None:
    found = api.every(FILES, most=_RECENT, sort="-id")
    return _first([one for one in found if one["filename"] == parcel.paper.name])


def _bill(parcel: Parcel, api: Api, stored: archive.Archive, known: Callable[[str], bool]) -> Step:
    def find(_: Receipts) -> str | None:
        return _first(api.having(INVOICES, "external_reference", parcel.reference))

    def make(receipts: Receipts, _: str) -> str:
        try:
            if receipts["file"] == WITH_ANOTHER:
                raise There("")
            return _imported(parcel, api, receipts, str(receipts["file"]))
        except Gone:  # a file that nothing was made of is not kept for ever
            return _imported(parcel, api, receipts, _upload(parcel, api, stored))
        except There:
            there = find(receipts) or _same(parcel, api, known)
            if there is None:
                raise
            return there

    return Step("record", find, make)


def _imported(parcel: Parcel, api: Api, receipts: Receipts, file: str) -> str:
    record = {**_whose(receipts), **parcel.record, "external_reference": parcel.reference}
    return api.make(IMPORT, {**record, "file_attachment_id": int(file)})


def _e_invoice(parcel: Parcel, api: Api, stored: archive.Archive, known: Callable[[str], bool]) -> Step:
    """Its import takes no reference of ours: it is known again by what it says."""

    def find(_: Receipts) -> str | None:
        return _same(parcel, api, known)

    def send(receipts: Receipts, _: str) -> str:
        options = parcel.record["invoice_options"]
        form = {"invoice_options": json.dumps(options)} if options else {}
        try:
            return api.upload(E_INVOICES, parcel.paper, parcel.paper.content(stored), **form)
        except There:
            there = find(receipts)
            if there is None:
                raise
            return there

    return Step("record", find, send)


def _change(parcel: Parcel, api: Api) -> Step:
    def nothing(_: Receipts) -> None:
        """Done twice it says the same."""

    def change(receipts: Receipts, _: str) -> str:
        said = parcel.record.get("invoice_options", parcel.record)
        return api.change(parcel.record_id, {**_whose(receipts), **said})

    return Step(f"change {parcel.round}", nothing, change)


def _same(parcel: Parcel, api: Api, known: Callable[[str], bool]) -> str | None:
    """What is there of the same number, day and sum, and is no other Delivery's."""
    if not parcel.number:
        return None
    found = api.having(INVOICES, "invoice_number", parcel.number)
    same = [one for one in found if one.get("date") == parcel.day and _amount(one) == abs(parcel.total)]
    return _first([one for one in same if not known(str(one["id"]))])


def _amount(there: Mapping[str, Any]) -> Decimal | None:
    try:
        return abs(Decimal(str(there.get("currency_amount"))))
    except InvalidOperation:
        return None


def _whose(receipts: Receipts) -> dict[str, int]:
    """Where the record names no supplier, the one that was found or made."""
    supplier = receipts.get("supplier")
    return {"supplier_id": int(supplier)} if supplier else {}


def _first(found: list[dict[str, Any]]) -> str | None:
    return str(found[0]["id"]) if found else None
