"""An Invoice as Pennylane wants it. Pure: values in, a record out.

Names are those of its company API, version 2. Amounts are text of whole currency, below zero when money comes back, days
YYYY-MM-DD. Lines have the tax in them and add up to the whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from core import ledger
from core.db import models
from core.export.delivering import Refused
from core.export.desk import Desk
from core.export.entries import Vat
from core.export.shares import about, amount, rounded

#: Its codes of French VAT, by rate in percent.
RATES = {
    Decimal("20"): "FR_200",
    Decimal("10"): "FR_100",
    Decimal("8.5"): "FR_85",
    Decimal("5.5"): "FR_55",
    Decimal("2.1"): "FR_21",
    Decimal(0): "exempt",
}
#: Codes under which the supplier's sum has no VAT to take out: which of them is right is for the accountant to say.
WITHOUT = ("exempt", "intracom_21", "intracom_55", "intracom_85", "intracom_100", "extracom", "crossborder")
_OF_CODES = {code: rate for rate, code in RATES.items()}


@dataclass(frozen=True)
class Share:
    """Of the sum: what one code taxes, with its tax in it. Without the sign of a credit note."""

    gross: Decimal
    tax: Decimal
    code: str


def made(invoice: models.Invoice, vat: Sequence[Vat], desk: Desk) -> dict[str, Any]:
    """The record, but for its file, and for a supplier that is looked up there first. `vat` is by rate, as read. Raises Refused."""
    rule, day = desk.rule(invoice), invoice.issued_on
    assert day  # noqa: S101 - `rule` has looked
    split = list(shares(invoice, vat, rule.tax))
    sign = -1 if invoice.kind == "credit_note" or (invoice.total_minor or 0) < 0 else 1

    def told(amount: Decimal) -> str:
        return f"{sign * amount:.{ledger.decimals(invoice.currency)}f}"

    total, tax = sum(one.gross for one in split), sum(one.tax for one in split)
    account = {"ledger_account_id": int(rule.account)} if rule.account.isdigit() else {}
    label = " ".join(filter(None, (desk.named(invoice), invoice.number)))
    return {
        **whose(invoice, desk),
        "date": day.isoformat(),
        "deadline": max(invoice.due_on or day, day).isoformat(),
        **({"invoice_number": invoice.number} if invoice.number else {}),
        "currency": invoice.currency,
        "currency_amount_before_tax": told(Decimal(total - tax)),
        "currency_amount": told(Decimal(total)),
        "currency_tax": told(Decimal(tax)),
        "invoice_lines": [
            {"label": label, "currency_amount": told(one.gross), "currency_tax": told(one.tax), "vat_rate": one.code} | account
            for one in split
        ],
    }  # fmt: skip


def whose(invoice: models.Invoice, desk: Desk) -> dict[str, int]:
    """Who sells, where that is known; else it is looked up or made before this goes."""
    vendor = desk.vendor(invoice)
    return {"supplier_id": int(vendor)} if vendor.isdigit() else {}


def shares(invoice: models.Invoice, vat: Sequence[Vat], chosen: str) -> Iterator[Share]:
    """One for each rate; where a person chose a code without VAT, one. Raises Refused when nobody can tell the tax."""
    total, net, tax = (
        abs(amount(invoice, part)) for part in (invoice.total_minor, invoice.net_minor, invoice.vat_minor)
    )
    by_rate = [Vat(each.rate, abs(each.base), abs(each.vat)) for each in vat if each.base or each.vat]
    if chosen in WITHOUT:
        yield Share(total, Decimal(), chosen)
    elif by_rate and sum(each.base + each.vat for each in by_rate) == total:
        yield from (Share(each.base + each.vat, each.vat, _code(each)) for each in by_rate)
    elif invoice.vat_minor is not None and invoice.net_minor is not None and net + tax == total:
        yield Share(total, tax, _fitting(net, tax, chosen, about(invoice.currency)))
    elif chosen in _OF_CODES:
        tax = total - total / (1 + _OF_CODES[chosen] / 100)
        yield Share(total, rounded(tax, invoice.currency), chosen)
    else:
        raise Refused("", "no_mapping")


def _code(each: Vat) -> str:
    code = RATES.get(each.rate)
    if code is None:
        raise Refused(f"{each.rate.normalize():f} %", "no_mapping")
    return code


def _fitting(net: Decimal, tax: Decimal, chosen: str, about: Decimal) -> str:
    """The chosen code where it comes to this tax, else that of the nearest rate."""
    off = {code: abs(net * rate / 100 - tax) for rate, code in RATES.items()}
    if off.get(chosen, about + 1) <= about:
        return chosen
    nearest = min(off, key=lambda code: off[code])
    if off[nearest] > about:
        raise Refused(f"{net} + {tax}", "no_mapping")
    return nearest
