"""VAT of an Invoice in the words of a company's books: a share of the sum for each rate, and the code that taxes each so. Pure.

Amounts are in the Invoice's currency, without the sign of a credit note. Codes are entries of the kept list `taxes`: `id`,
`name`, `rate` (percent of a purchase, as text; empty when it is no plain sum), of QuickBooks `rate_id` too (empty when it is not
one rate).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from core import ledger
from core.db import models
from core.export.delivering import Refused
from core.export.entries import Vat
from core.ledger import cents

#: What a supplier may have rounded otherwise than we, in the smallest units of the currency.
_ABOUT = 2


@dataclass(frozen=True)
class Share:
    """Of the sum: what a code taxes, and its tax. `code` is empty where no code is wanted."""

    net: Decimal
    tax: Decimal
    code: Mapping[str, Any]


def of(
    invoice: models.Invoice, vat: Sequence[Vat], chosen: Sequence[str], taxes: Sequence[Mapping[str, Any]]
) -> list[Share]:
    """One for each rate. `chosen` are ids of codes that people chose, the supplier's own first. Raises Refused."""
    total = amount(invoice, invoice.total_minor)
    if not chosen or not chosen[0]:
        return [Share(abs(total), Decimal(), {})]
    known = {code["id"]: code for code in taxes}
    split = list(_split(invoice, vat, total))
    if not split:
        return [_from_total(abs(total), known.get(chosen[0], {}), invoice.currency)]
    near = about(invoice.currency)
    return [Share(net, tax, _code(net, tax, chosen, taxes, near)) for net, tax in split]


def _split(invoice: models.Invoice, vat: Sequence[Vat], total: Decimal) -> Iterator[tuple[Decimal, Decimal]]:
    """Rate by rate where the reader found them and they are all of it, else as one; nothing when it does not add up."""
    read = sum((each.base + each.vat for each in vat), Decimal())
    if vat and abs(read) == abs(total):
        sign = -1 if read < 0 else 1
        yield from ((sign * each.base, sign * each.vat) for each in vat if each.base or each.vat)
        return
    if invoice.net_minor is None or invoice.vat_minor is None:
        return
    net, tax = amount(invoice, invoice.net_minor), amount(invoice, invoice.vat_minor)
    if abs(net + tax) == abs(total):
        sign = -1 if net + tax < 0 else 1
        yield sign * net, sign * tax


def _from_total(total: Decimal, code: Mapping[str, Any], currency: str | None) -> Share:
    """The tax is taken out of the sum at the code's own rate."""
    if not code.get("rate"):
        raise Refused("", "not_read")
    net = rounded(total / (1 + Decimal(code["rate"]) / 100), currency)
    return Share(net, total - net, code)


def _code(
    net: Decimal, tax: Decimal, chosen: Sequence[str], taxes: Sequence[Mapping[str, Any]], near: Decimal
) -> Mapping[str, Any]:
    """The supplier's own where it taxes so; else one that was chosen for others; else the only one that does."""
    known = {code["id"]: code for code in taxes}
    own = known.get(chosen[0])
    if own is None or not own.get("rate"):
        return own or {"id": chosen[0]}
    fitting = [code for code in taxes if _fits(code, net, tax, near)]
    first = next((known[one] for one in chosen if known.get(one) in fitting), None)
    if first is None and len(fitting) != 1:
        names = ", ".join(code["name"] for code in fitting)
        raise Refused(f"{net} + {tax}: {names or '–'}", "no_mapping")
    return first or fitting[0]


def _fits(code: Mapping[str, Any], net: Decimal, tax: Decimal, near: Decimal) -> bool:
    return bool(code.get("rate")) and abs(net * Decimal(code["rate"]) / 100 - tax) <= near


def of_two_decimals(invoice: models.Invoice) -> None:
    """Raises Refused for an amount of three, as dinars have, which books of two would round."""
    if cents.decimals(invoice.currency) > cents.USUAL and (invoice.total_minor or 0) % 10:
        raise Refused(f"{amount(invoice, invoice.total_minor):f} {invoice.currency}")


def amount(invoice: models.Invoice, minor: int | None) -> Decimal:
    money = ledger.money(minor, invoice.currency)
    return money.amount if money else Decimal()


def rounded(amount: Decimal, currency: str | None) -> Decimal:
    return amount.quantize(_smallest(currency), ROUND_HALF_UP)


def about(currency: str | None) -> Decimal:
    """By how much a tax may differ from its rate's: a supplier rounds in its own way."""
    return _ABOUT * _smallest(currency)


def _smallest(currency: str | None) -> Decimal:
    return Decimal(1).scaleb(-ledger.decimals(currency))
