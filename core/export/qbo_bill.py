"""An Invoice as QuickBooks Online wants it: a bill, a vendor's credit, or money that was spent. Pure: values in, a payload out.

Names and rules are those of the Accounting API v3. Amounts are numbers of whole currency, days YYYY-MM-DD.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from core.db import models
from core.export import qbo_tax, shares
from core.export.chosen import Rule
from core.export.delivering import Refused
from core.export.shares import Share

#: What each kind of record is called there.
RECORDS = {"bill": "Bill", "credit": "VendorCredit", "spend": "Purchase", "refund": "Purchase"}
#: What may happen to an invoice of a closed period: QuickBooks has no drafts.
POLICIES = ("hold", "after")
#: What our references begin with.
OURS = "Moisson "
_LONGEST_NUMBER, _LONGEST_LINE = 21, 4000


@dataclass(frozen=True)
class Entry:
    """What is to be booked: `kind` is one of RECORDS, `day` as it goes there."""

    kind: str
    day: date


def entry(invoice: models.Invoice, rule: Rule, *, card: bool, paid_on: date | None = None) -> Entry:
    """What this Invoice becomes; `card`: what is spent is spent by one. Raises Refused when it does not say enough."""
    if not rule.complete:
        raise Refused("", "no_mapping")
    if invoice.issued_on is None or invoice.total_minor is None or invoice.currency is None:
        raise Refused("", "not_read")
    shares.of_two_decimals(invoice)
    returned = invoice.kind == "credit_note" or invoice.total_minor < 0
    if rule.what != "spend":
        return Entry("credit" if returned else "bill", invoice.issued_on)
    # Only a card takes money back as a Purchase; at a bank it is a vendor's credit, until the money is there.
    return Entry(("refund" if card else "credit") if returned else "spend", paid_on or invoice.issued_on)


def open_(wanted: Entry, closed: date | None, policy: str) -> Entry:
    """The same where the books are open; `closed` is the last day of what is closed. Raises Refused."""
    if closed is None or wanted.day > closed:
        return wanted
    if policy == "after":
        return replace(wanted, day=closed + timedelta(days=1))
    raise Refused(f"{wanted.day} ≤ {closed}", "lock_date")


@dataclass(frozen=True)
class Placed:
    """Where in the books: ids there. `bank` is the account that paid, `country` the company's (ISO 3166)."""

    account: str
    vendor: Mapping[str, str]
    bank: str = ""
    card: bool = False
    country: str = ""


def payload(
    invoice: models.Invoice,
    wanted: Entry,
    placed: Placed,
    split: Sequence[Share],
    supplier_name: str,
    public_url: str = "",
) -> dict[str, Any]:
    """The record as it is sent. Its note holds our reference, and leads from there to the Invoice here."""
    made: dict[str, Any] = {
        "DocNumber": number_of(invoice),
        "TxnDate": wanted.day.isoformat(),
        "CurrencyRef": {"value": invoice.currency},
        "PrivateNote": _note(invoice, supplier_name, public_url),
        "Line": [_line(invoice, one, placed.account, supplier_name) for one in split],
    }
    if wanted.kind in ("spend", "refund"):
        made |= _spent(wanted, placed)
    else:
        made["VendorRef"] = dict(placed.vendor)
    if wanted.kind == "bill":
        made["DueDate"] = max(invoice.due_on or wanted.day, wanted.day).isoformat()
    # The tax model of the United States knows neither.
    if placed.country != "US":
        made["GlobalTaxCalculation"] = "TaxExcluded" if any(one.code for one in split) else "NotApplicable"
    tax = qbo_tax.detail(split, invoice.currency)
    return made | ({"TxnTaxDetail": tax} if tax else {})


def number_of(invoice: models.Invoice) -> str:
    """By which the record is found there again: the end of the supplier's own number, which is what tells two apart."""
    return (invoice.number or f"MOISSON-{invoice.id}")[-_LONGEST_NUMBER:]


def reference(invoice: models.Invoice) -> str:
    """By which a record of ours is known from another of the same number."""
    return f"{OURS}{invoice.workspace_id}-{invoice.id}."


def _note(invoice: models.Invoice, supplier_name: str, public_url: str) -> str:
    at = f"{public_url}/invoices/{invoice.id}" if public_url.startswith("https://") else ""
    said = " ".join(filter(None, (supplier_name, invoice.number)))
    return "\n".join(filter(None, (said[:1000], at, reference(invoice))))


def _spent(wanted: Entry, placed: Placed) -> dict[str, Any]:
    made: dict[str, Any] = {
        "AccountRef": {"value": placed.bank},
        "PaymentType": "CreditCard" if placed.card else "Cash",
        "EntityRef": {**placed.vendor, "type": "Vendor"},
    }
    return made | ({"Credit": True} if wanted.kind == "refund" else {})


def _line(invoice: models.Invoice, share: Share, account: str, supplier_name: str) -> dict[str, Any]:
    detail: dict[str, Any] = {"AccountRef": {"value": account}, "BillableStatus": "NotBillable"}
    if share.code:
        detail["TaxCodeRef"] = {"value": share.code["id"]}
    said = " ".join(filter(None, (supplier_name, invoice.number, _period(invoice))))
    return {
        "DetailType": "AccountBasedExpenseLineDetail",
        "Amount": float(share.net),
        "Description": said[:_LONGEST_LINE],
        "AccountBasedExpenseLineDetail": detail,
    }


def _period(invoice: models.Invoice) -> str:
    if invoice.period_from is None or invoice.period_to is None:
        return ""
    return f"{invoice.period_from} → {invoice.period_to}"
