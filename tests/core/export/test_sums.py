"""Whatever a supplier asks, whatever the rates and however it rounded: the lines that go out are its sum to the cent, in each service's own terms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Any

import pytest

from core import ledger
from core.db import models
from core.export import kinds, netsuite_bill, pennylane_invoice, qbo_bill, shares, xero_bill
from core.export.chosen import Rule, Settings
from core.export.delivering import Refused
from core.export.desk import Desk
from core.export.entries import Vat
from tests.core.export import connected

N = 300
RATES = tuple(map(Decimal, ("20", "10", "5.5", "2.1", "0")))
#: Codes of a company, one for each rate.
CODES = [{"id": str(n), "name": f"{rate} %", "rate": str(rate), "rate_id": str(n)} for n, rate in enumerate(RATES)]  # fmt: skip
Case = tuple[models.Invoice, list[Vat]]


def _cases(seed: int) -> Iterator[Case]:
    """Invoices and credit notes of one to three rates, each rounded as suppliers do: by the sum, or by a cent otherwise."""
    dice = Random(seed)
    for n in range(N):
        currency = dice.choice(("EUR", "EUR", "USD", "JPY"))
        unit = Decimal(1).scaleb(-ledger.decimals(currency))
        rates = dice.sample(RATES, dice.choice((1, 1, 2, 3)))
        bases = [Decimal(dice.randint(1, 10**6)) * unit for _ in rates]
        taxes = [(base * rate / 100).quantize(unit, ROUND_HALF_UP) for base, rate in zip(bases, rates, strict=True)]  # fmt: skip
        taxes[0] += unit * dice.choice((0, 0, 0, 1)) * (currency != "JPY" and rates[0] > 0)
        yield (
            _invoice(n, currency, sum(bases), sum(taxes), credit=dice.random() < 0.2),
            [Vat(*one) for one in zip(rates, bases, taxes, strict=True)],
        )


def _invoice(n: int, currency: str, net: Any, tax: Any, *, credit: bool) -> models.Invoice:
    sign = -1 if credit else 1
    net, tax = (int(amount.scaleb(ledger.decimals(currency))) * sign for amount in (Decimal(net), Decimal(tax)))  # fmt: skip
    said = {"net_minor": net, "vat_minor": tax, "total_minor": net + tax, "currency": currency}
    said |= {"kind": "credit_note" if credit else "invoice", "id": n, "number": f"F-{n}", "role": "ap"}
    return models.Invoice(**{**connected.INVOICE, "received_at": connected.NOW, **said})


def _asked(invoice: models.Invoice) -> Decimal:
    money = ledger.money(abs(invoice.total_minor or 0), invoice.currency)
    assert money
    return money.amount


def _exact(*amounts: float | str) -> Decimal:
    """As they stand in JSON."""
    return sum((Decimal(str(amount)) for amount in amounts), Decimal())


SEEDS = pytest.mark.parametrize("seed", [1, 2, 3])


@SEEDS
@pytest.mark.parametrize("tax", ["0", ""])
def test_xero_is_told_the_sum_to_the_cent_rate_by_rate_or_as_one(seed: int, tax: str) -> None:
    rule = Rule("bill", account="626", tax=tax)
    for invoice, vat in _cases(seed):
        wanted = xero_bill.entry(invoice, rule, "AUTHORISED")
        split = xero_bill.rates(invoice, vat, [tax, *(code["id"] for code in CODES)], CODES)
        assert (len(split) > 1) == bool(tax and len(vat) > 1)
        for parts in (split, ()):
            told = xero_bill.payload(invoice, wanted, rule, "Mandarine", split=parts)
            assert _xero(told) == _asked(invoice)


def _xero(told: dict[str, Any]) -> Decimal:
    inside = told["LineAmountTypes"] == "Inclusive"
    return _exact(*(one[name] for one in told["LineItems"] for name in ("UnitAmount", "TaxAmount")[: 2 - inside]))  # fmt: skip


@SEEDS
def test_quickbooks_comes_to_the_sum_to_the_cent_by_its_own_arithmetic(seed: int) -> None:
    for invoice, vat in _cases(seed):
        rule = Rule("bill", account="8", tax="0")
        split = shares.of(invoice, vat, [code["id"] for code in CODES], CODES)
        wanted = qbo_bill.entry(invoice, rule, card=False)
        placed = qbo_bill.Placed(rule.account, {"value": "1"})
        told = qbo_bill.payload(invoice, wanted, placed, split, "Mandarine")
        assert _quickbooks(told, invoice.currency) == _asked(invoice)


def _quickbooks(told: dict[str, Any], currency: str | None) -> Decimal:
    """Its lines with the tax: as it is told, else each at its code's rate."""
    lines = [_exact(one["Amount"]) for one in told["Line"]]
    if "TxnTaxDetail" in told:
        return sum(lines, _exact(told["TxnTaxDetail"]["TotalTax"]))
    unit = Decimal(1).scaleb(-ledger.decimals(currency))
    rates = {code["id"]: Decimal(code["rate"]) for code in CODES}
    codes = [one["AccountBasedExpenseLineDetail"]["TaxCodeRef"]["value"] for one in told["Line"]]
    taxes = [(net * rates[code] / 100).quantize(unit, ROUND_HALF_UP) for net, code in zip(lines, codes, strict=True)]  # fmt: skip
    return sum(lines + taxes, Decimal())


@SEEDS
@pytest.mark.parametrize("tax", ["18", ""])
def test_netsuite_is_told_the_sum_to_the_cent(seed: int, tax: str) -> None:
    desk = _desk(Rule("bill", account="58", tax=tax, contact_id="742"))
    for invoice, _ in _cases(seed):
        (line,) = netsuite_bill.made(invoice, desk)["record"]["expense"]["items"]
        assert _exact(line["grossAmt" if tax else "amount"]) == _asked(invoice)


@SEEDS
def test_pennylane_is_told_lines_that_are_the_sum_and_a_tax_that_is_theirs(seed: int) -> None:
    desk = _desk(Rule("bill", account="124"))
    for invoice, vat in _cases(seed):
        told = pennylane_invoice.made(invoice, vat, desk)
        lines: Sequence[Any] = told["invoice_lines"]
        whole, net, tax = (_exact(told[name]) for name in ("currency_amount", "currency_amount_before_tax", "currency_tax"))  # fmt: skip
        assert abs(whole) == _asked(invoice)
        assert (whole < 0) == (invoice.kind == "credit_note")
        assert _exact(*(one["currency_amount"] for one in lines)) == whole == net + tax
        assert _exact(*(one["currency_tax"] for one in lines)) == tax


def _desk(rule: Rule) -> Desk:
    here = kinds.Here(str.capitalize, "https://farm.example")
    currencies = {"EUR": "1", "USD": "2", "JPY": "3"}
    return Desk(Settings(otherwise=rule), 1, {}, {"currencies": currencies}, {}, here)


@pytest.mark.parametrize("without", ["issued_on", "total_minor", "currency"])
def test_what_does_not_say_enough_goes_nowhere(without: str) -> None:
    invoice = models.Invoice(**{**connected.INVOICE, "id": 7, "number": "F-1", "received_at": connected.NOW, without: None})  # fmt: skip
    desk = _desk(Rule("bill", account="58", contact_id="742"))
    for made in (
        lambda: xero_bill.entry(invoice, desk.settings.otherwise, "DRAFT"),
        lambda: qbo_bill.entry(invoice, desk.settings.otherwise, card=False),
        lambda: netsuite_bill.made(invoice, desk),
        lambda: pennylane_invoice.made(invoice, [], desk),
    ):
        with pytest.raises(Refused) as refused:
            made()
        assert refused.value.why == "not_read"


@pytest.mark.parametrize(("total", "goes"), [(45900, True), (45905, False)])
def test_dinars_of_three_decimals_go_where_none_is_lost(total: int, goes: bool) -> None:
    said = {
        **connected.INVOICE,
        "currency": "TND",
        "total_minor": total,
        "net_minor": None,
        "vat_minor": None,
    }
    invoice, rule = models.Invoice(**said), Rule("bill", account="58")
    for made in (
        lambda: xero_bill.entry(invoice, rule, "DRAFT"),
        lambda: qbo_bill.entry(invoice, rule, card=False),
    ):
        if goes:
            assert made()
            continue
        with pytest.raises(Refused, match=r"45\.905 TND"):
            made()
