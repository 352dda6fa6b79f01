"""What a service on the accounting side of the stage holds, line by line, as its panel shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from demo import clearnox, getmyinvoices, netsuite, pennylane, qbo, xero
from demo.netsuite_books import KINDS as RECORDS
from demo.qbo_books import MONEY
from demo.xero_books import KINDS


@dataclass(frozen=True)
class Held:
    """One record there: its number, who it is from or for, its amount as written there, and how many files it has."""

    number: str
    contact: str
    amount: str
    files: int


def in_xero(there: xero.Xero) -> list[Held]:
    books = there.books
    return [
        Held(_number(one), one["Contact"]["Name"], f"{one['Total']:.2f} {one['CurrencyCode']}", len(books.files.get(one[id_name], ())))
        for kind, id_name in KINDS.items()
        for one in books.records[kind]
    ]  # fmt: skip


def in_qbo(there: qbo.Qbo) -> list[Held]:
    books = there.books
    names = {one["Id"]: one["DisplayName"] for one in books.vendors}
    attached = [one["AttachableRef"][0]["EntityRef"]["value"] for one in books.files]
    return [
        Held(one.get("DocNumber", ""), names.get(one[side]["value"], ""), f"{one['TotalAmt']:.2f} {one['CurrencyRef']['value']}", attached.count(one["Id"]))
        for kind, side in MONEY.items()
        for one in books.records[kind]
    ]  # fmt: skip


def in_pennylane(there: pennylane.Pennylane) -> list[Held]:
    books = there.books
    names = {one["id"]: one["name"] for one in books.suppliers}
    return [
        Held(one.get("invoice_number", ""), names.get(one.get("supplier_id"), ""), f"{one['currency_amount']} {one.get('currency', 'EUR')}", 1)
        for one in books.invoices
    ]  # fmt: skip


def in_netsuite(there: netsuite.NetSuite) -> list[Held]:
    books = there.books
    names = {one["id"]: one.get("companyname") or one["entityid"] for one in books.lists["vendor"]}
    symbols = {one["id"]: one["symbol"] for one in books.lists["currency"]}
    return [
        Held(one["tranId"], names[one["entity"]["id"]], f"{one['total']:.2f} {symbols[one['currency']['id']]}", len(books.files.get((kind, one["id"]), ())))
        for kind in RECORDS
        for one in books.records[kind]
    ]  # fmt: skip


def in_clearnox(there: clearnox.Clearnox) -> list[Held]:
    """Every entry of its sales ledger, with its documents or without."""
    return [
        Held(one["documentNumber"], one["account"], f"{one['amount']} {one['currency']}", len(there.received.get(id_, ())))
        for id_, one in there.entries.items()
    ]  # fmt: skip


def in_getmyinvoices(there: getmyinvoices.GetMyInvoices) -> list[Held]:
    return [
        Held(str(one.get("documentNumber") or ""), str(one.get("fileName") or ""), f"{one.get('grossAmount', '')} {one.get('currency', '')}".strip(), 1)
        for one in there.documents.values()
    ]  # fmt: skip


def _number(one: Mapping[str, Any]) -> str:
    names = ("InvoiceNumber", "CreditNoteNumber", "Reference")
    return next((str(one[name]) for name in names if one.get(name)), "")
