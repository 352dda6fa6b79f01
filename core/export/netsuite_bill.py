"""An Invoice as NetSuite wants it: a vendor bill or a vendor credit. Pure: values in, a record out.

Names are those of NetSuite's record service. Amounts are numbers of whole currency with the tax in them, days YYYY-MM-DD;
what is chosen stands there by its internal id.
"""

from __future__ import annotations

from typing import Any

from core import ledger
from core.db import models
from core.export.chosen import Rule
from core.export.delivering import Refused
from core.export.desk import Desk

#: What each kind of record is called there.
RECORDS = {"bill": "vendorBill", "credit": "vendorCredit"}
#: Letters of a reference number, and of a memo.
_LONGEST_NUMBER, _LONGEST_MEMO = 45, 999


def made(invoice: models.Invoice, desk: Desk) -> dict[str, Any]:
    """`kind`, and the `record` as it is sent. Raises Refused when nobody said where it goes, or it does not say enough."""
    rule = desk.rule(invoice)
    vendor = desk.vendor(invoice) or (rule.contact if rule.contact.isdigit() else "")
    if not vendor or not rule.account:
        raise Refused("", "no_mapping")
    returned = invoice.kind == "credit_note" or (invoice.total_minor or 0) < 0
    day = invoice.issued_on
    assert day  # noqa: S101 - `rule` has looked
    record: dict[str, Any] = {
        "entity": {"id": vendor},
        "currency": {"id": _currency(invoice, desk)},
        "tranId": (invoice.number or f"MOISSON-{invoice.id}")[:_LONGEST_NUMBER],
        "tranDate": day.isoformat(),
        "memo": _memo(desk.named(invoice), invoice.number, desk.link(invoice)),
        "expense": {"items": [_line(invoice, rule, desk)]},
    }
    if desk.typed.get("subsidiary"):
        record["subsidiary"] = {"id": desk.typed["subsidiary"]}
    if not returned:
        record["dueDate"] = max(invoice.due_on or day, day).isoformat()
    return {"kind": "credit" if returned else "bill", "record": record}


def _line(invoice: models.Invoice, rule: Rule, desk: Desk) -> dict[str, Any]:
    """With a tax code the amount is told with the tax in it: NetSuite takes it out, and what is owed stays what the supplier asks."""
    money = ledger.money(abs(invoice.total_minor or 0), invoice.currency)
    line = {
        "account": {"id": rule.account},
        "grossAmt" if rule.tax else "amount": float(money.amount) if money else 0.0,
        "memo": _memo(desk.named(invoice), _period(invoice)),
    }
    return line | ({"taxCode": {"id": rule.tax}} if rule.tax else {})


def _memo(*words: str | None) -> str:
    return " ".join(filter(None, words))[:_LONGEST_MEMO]


def _currency(invoice: models.Invoice, desk: Desk) -> str:
    there = desk.books.get("currencies", {}).get(invoice.currency)
    if not there:
        raise Refused(f"NetSuite: {invoice.currency}?")
    return str(there)


def _period(invoice: models.Invoice) -> str:
    if invoice.period_from is None or invoice.period_to is None:
        return ""
    return f"{invoice.period_from} → {invoice.period_to}"
