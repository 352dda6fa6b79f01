"""An Invoice as Xero wants it: a bill, a credit note, or money that was spent. Pure: values in, a payload out.

Names and rules are those of Xero's Accounting API 2.0. Amounts are numbers of whole currency, days YYYY-MM-DD.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from core import ledger
from core.db import models
from core.export import shares
from core.export.chosen import Rule
from core.export.delivering import Refused
from core.export.entries import Vat
from core.export.shares import Share

#: Where each kind of record lives, its id's name, the name of its number, and its type.
RECORDS = {
    "bill": ("Invoices", "InvoiceID", "InvoiceNumber", "ACCPAY"),
    "credit": ("CreditNotes", "CreditNoteID", "CreditNoteNumber", "ACCPAYCREDIT"),
    "spend": ("BankTransactions", "BankTransactionID", "Reference", "SPEND"),
    "refund": ("BankTransactions", "BankTransactionID", "Reference", "RECEIVE"),
}
_LONGEST_NUMBER, _LONGEST_LINE = 255, 4000


@dataclass(frozen=True)
class Locks:
    """Up to and with which days the books are closed: to all but advisers, and to everybody."""

    period: date | None = None
    year: date | None = None
    adviser: bool = False

    @classmethod
    def of(cls, books: Mapping[str, Any]) -> Locks:
        period, year = (books.get(name) for name in ("period_lock", "year_lock"))
        return cls(_day(period), _day(year), books.get("role") == "FINANCIALADVISER")

    @property
    def until(self) -> date | None:
        """The last day on which this person may book nothing."""
        closed = [day for day in (self.year, None if self.adviser else self.period) if day]
        return max(closed, default=None)


@dataclass(frozen=True)
class Entry:
    """What is to be booked: `kind` is one of RECORDS, `day` and `status` as they go there."""

    kind: str
    day: date
    status: str


def entry(invoice: models.Invoice, rule: Rule, status: str, *, paid_on: date | None = None) -> Entry:
    """What this Invoice becomes. Raises Refused when it does not say enough."""
    if not rule.complete:
        raise Refused("", "no_mapping")
    if invoice.issued_on is None or invoice.total_minor is None or invoice.currency is None:
        raise Refused("", "not_read")
    shares.of_two_decimals(invoice)
    returned = invoice.kind == "credit_note" or invoice.total_minor < 0
    if rule.what == "spend":
        return Entry("refund" if returned else "spend", paid_on or invoice.issued_on, "AUTHORISED")
    return Entry("credit" if returned else "bill", invoice.issued_on, status)


def unlocked(wanted: Entry, locks: Locks, policy: str) -> Entry:
    """The same where the books are open. Drafts and what awaits approval are taken in a locked period too. Raises Refused."""
    until = locks.until
    if until is None or wanted.day > until or wanted.status != "AUTHORISED":
        return wanted
    if policy == "after":
        return replace(wanted, day=until + timedelta(days=1))
    if policy == "draft" and wanted.kind in ("bill", "credit"):
        return replace(wanted, status="DRAFT")
    raise Refused(f"{wanted.day} ≤ {until}", "lock_date")


def payload(
    invoice: models.Invoice,
    wanted: Entry,
    rule: Rule,
    supplier_name: str,
    url: str = "",
    split: Sequence[Share] = (),
) -> dict[str, Any]:
    """The record as it is sent; `url` leads from there to the Invoice here, `split` are its shares where it has several rates."""
    _, _, number, type_ = RECORDS[wanted.kind]
    made: dict[str, Any] = {
        "Type": type_,
        "Contact": {"ContactID": rule.contact_id}
        if rule.contact_id
        else {"Name": (rule.contact or supplier_name)[:255]},
        "Date": wanted.day.isoformat(),
        number: number_of(invoice),
        "CurrencyCode": invoice.currency,
        "Status": wanted.status,
        **_lines(invoice, rule, supplier_name, split),
    }
    if wanted.kind == "bill":
        made["DueDate"] = max(invoice.due_on or wanted.day, wanted.day).isoformat()
    if wanted.kind in ("spend", "refund"):
        made["BankAccount"] = {"AccountID": rule.bank}
    if url.startswith("https://") and wanted.kind != "credit":
        made["Url"] = url
    return made


def number_of(invoice: models.Invoice) -> str:
    """By which the record is found there again; the supplier's own number, else one of ours."""
    # A quotation mark would end the words of a look-up, a backslash guard the one behind it.
    number = (invoice.number or f"MOISSON-{invoice.id}").replace('"', "'").replace("\\", "/")
    return number[:_LONGEST_NUMBER]


def rates(
    invoice: models.Invoice, vat: Sequence[Vat], chosen: Sequence[str], taxes: Sequence[Mapping[str, Any]]
) -> list[Share]:
    """A share for each rate, where there are several and it is clear which tax each of them is; else none, and the whole is one line."""
    try:
        split = shares.of(invoice, vat, chosen, taxes)
    except Refused:
        return []
    return split if len(split) > 1 and all(one.code.get("rate") for one in split) else []


def _lines(invoice: models.Invoice, rule: Rule, supplier_name: str, split: Sequence[Share]) -> dict[str, Any]:
    """Without tax and with the tax as read, where that is known and its rate chosen; else one line of the total with the tax in it."""
    said = " ".join(filter(None, (supplier_name, invoice.number, _period(invoice))))[:_LONGEST_LINE]
    line: dict[str, Any] = {"Description": said, "Quantity": 1.0, "AccountCode": rule.account}
    if rule.tracking:
        line["Tracking"] = [{"TrackingCategoryID": of, "Option": name} for of, name in rule.tracking.items()]
    if split:
        return {"LineAmountTypes": "Exclusive", "LineItems": [line | _taxed(one) for one in split]}
    if rule.tax:
        line["TaxType"] = rule.tax
    if rule.tax and _adds_up(invoice):
        sums = {"UnitAmount": _amount(invoice, invoice.net_minor), "TaxAmount": _amount(invoice, invoice.vat_minor)}  # fmt: skip
        return {"LineAmountTypes": "Exclusive", "LineItems": [line | sums]}
    return {"LineAmountTypes": "Inclusive", "LineItems": [line | {"UnitAmount": _amount(invoice, invoice.total_minor)}]}  # fmt: skip


def _taxed(share: Share) -> dict[str, Any]:
    return {"UnitAmount": float(share.net), "TaxType": share.code["id"], "TaxAmount": float(share.tax)}


def _adds_up(invoice: models.Invoice) -> bool:
    if invoice.net_minor is None or invoice.vat_minor is None:
        return False
    return invoice.net_minor + invoice.vat_minor == invoice.total_minor


def _day(told: str | None) -> date | None:
    return date.fromisoformat(told) if told else None


def _period(invoice: models.Invoice) -> str:
    if invoice.period_from is None or invoice.period_to is None:
        return ""
    return f"{invoice.period_from} → {invoice.period_to}"


def _amount(invoice: models.Invoice, minor: int | None) -> float:
    money = ledger.money(abs(minor or 0), invoice.currency)
    return float(money.amount) if money else 0.0
