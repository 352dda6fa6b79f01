"""What is sent to QuickBooks, in the eyes of its official schema, given by path; and the sums, days and codes that it says."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from core.db import models
from core.export import qbo_bill, shares
from core.export.chosen import Rule
from core.export.delivering import Refused
from core.export.entries import Vat
from core.export.qbo_bill import RECORDS, Placed
from demo.qbo_books import Company
from tests.core.export import connected, qbo_company
from tests.core.export.qbo_company import BILL, CARD
from tests.core.export.xsd import Schema

XSD = os.environ.get("MOISSON_QBO_XSD", "")
TAXES = [
    {"id": "4", "name": "20 %", "rate": "20", "rate_id": "3"},
    {"id": "6", "name": "5,5 %", "rate": "5.5", "rate_id": "5"},
    {"id": "10", "name": "0 %", "rate": "0", "rate_id": "9"},
    {"id": "12", "name": "Autoliquidation", "rate": "0", "rate_id": ""},
]
NO_TAX = Rule("bill", account="8")
BACK = {"kind": "credit_note", "total_minor": -4590, "net_minor": -3825, "vat_minor": -765}
SAYS: list[tuple[str, Rule, dict[str, Any]]] = [
    ("bill", BILL, {}),
    ("bill", BILL, {"total_minor": 4591, "vat_minor": 766}),
    ("bill", NO_TAX, {"due_on": None, "number": None}),
    ("bill", BILL, {"period_from": date(2026, 10, 1), "period_to": date(2026, 10, 31)}),
    ("bill", BILL, {"net_minor": None, "vat_minor": None}),
    ("credit", BILL, BACK),
    ("spend", CARD, {}),
    ("refund", CARD, BACK),
]


def _payload(
    rule: Rule, says: dict[str, Any], vat: Sequence[Vat] = (), chosen: Sequence[str] = (), country: str = "FR"
) -> tuple[str, dict[str, Any]]:
    told = {**connected.INVOICE, "id": 7, "number": "F-1", "received_at": connected.NOW, **says}
    invoice = models.Invoice(**told)
    wanted = qbo_bill.entry(invoice, rule, card=rule.bank == "41")
    split = shares.of(invoice, vat, [rule.tax, *chosen], TAXES)
    placed = Placed(rule.account, {"value": "56", "name": "Mandarine"}, rule.bank, rule.bank == "41", country)
    record = qbo_bill.payload(invoice, wanted, placed, split, "Mandarine", "https://farm.example")
    return wanted.kind, record


@pytest.fixture(scope="module")
def schema() -> Schema:
    if not XSD:
        pytest.skip("MOISSON_QBO_XSD names no schema: what is sent to QuickBooks was NOT checked against it")
    return Schema(Path(XSD))


@pytest.mark.parametrize(("kind", "rule", "says"), SAYS)
def test_the_schema_knows_every_field(schema: Schema, kind: str, rule: Rule, says: dict[str, Any]) -> None:
    made, record = _payload(rule, says)
    assert made == kind
    assert list(schema.problems(RECORDS[kind], record)) == []


WRONG: list[dict[str, Any]] = [
    {"Vendor": {"value": "56"}},
    {"TxnDate": "3/11/2026x"},
    {"GlobalTaxCalculation": "TaxExclusive"},
    {"Line": [{"Amount": "38.25"}]},
]


@pytest.mark.parametrize("wrong", WRONG)
def test_the_schema_refuses_what_is_invalid(schema: Schema, wrong: dict[str, Any]) -> None:
    record = _payload(BILL, {})[1] | wrong
    try:
        assert list(schema.problems("Bill", record)) != []
    except ValueError:
        assert "TxnDate" in wrong


def test_the_schema_knows_all_that_the_stand_in_answers_and_takes(schema: Schema, tmp_path: Path) -> None:
    with qbo_company.opened(tmp_path) as company:
        company.bring()
        company.round()
        service = company.service
        told = {**service._read("preferences", ""), **service._read("companyinfo", "1")}
        held = {name: service.books.rows(name) for name in ("Account", "Vendor", "TaxCode", "TaxRate", "Attachable", "Bill")}  # fmt: skip
    assert [one for name, row in told.items() for one in schema.problems(name, row)] == []
    assert [one for name, rows in held.items() for row in rows for one in schema.problems(name, row)] == []
    assert held["Attachable"]
    assert held["Bill"]


def test_what_a_bill_says() -> None:
    _, record = _payload(BILL, {})
    assert (record["DocNumber"], record["TxnDate"], record["DueDate"]) == ("F-1", "2026-11-03", "2026-12-03")
    assert (record["GlobalTaxCalculation"], record["CurrencyRef"]) == ("TaxExcluded", {"value": "EUR"})
    (line,) = record["Line"]
    assert line["Amount"] == 38.25
    assert line["AccountBasedExpenseLineDetail"]["TaxCodeRef"] == {"value": "4"}
    assert "TxnTaxDetail" not in record


def test_a_long_number_keeps_its_end_and_stands_whole_in_the_note() -> None:
    number = "FACTURE-CLIENT-2026-11-0000012345"
    _, record = _payload(BILL, {"number": number})
    assert (len(record["DocNumber"]), record["DocNumber"]) == (21, number[-21:])
    assert number in record["PrivateNote"]


def test_without_amounts_by_rate_the_tax_is_taken_out_of_the_sum() -> None:
    _, record = _payload(BILL, {"net_minor": None, "vat_minor": None})
    assert record["Line"][0]["Amount"] == 38.25
    _, whole = _payload(NO_TAX, {})
    assert (whole["Line"][0]["Amount"], whole["GlobalTaxCalculation"]) == (45.9, "NotApplicable")
    _, yen = _payload(NO_TAX, {"currency": "JPY"})
    assert yen["Line"][0]["Amount"] == 4590.0


TWO = [Vat(Decimal(20), Decimal(100), Decimal(20)), Vat(Decimal("5.5"), Decimal(100), Decimal("5.5"))]
SUM = {"total_minor": 22550, "net_minor": 20000, "vat_minor": 2550}


def test_each_rate_has_a_line_and_the_code_that_taxes_so() -> None:
    _, record = _payload(BILL, SUM, TWO)
    told = [
        (one["Amount"], one["AccountBasedExpenseLineDetail"]["TaxCodeRef"]["value"]) for one in record["Line"]
    ]
    assert told == [(100.0, "4"), (100.0, "6")]


def test_rates_that_are_not_the_whole_sum_are_not_believed() -> None:
    with pytest.raises(Refused, match=r"200.*25\.5"):
        _payload(BILL, SUM, TWO[:1])


def test_of_two_codes_that_tax_alike_the_one_that_somebody_chose_is_taken() -> None:
    free = {"total_minor": 3825, "vat_minor": 0}
    with pytest.raises(Refused) as refused:
        _payload(BILL, free)
    assert refused.value.why == "no_mapping"
    _, record = _payload(BILL, free, chosen=["4", "12"])
    assert record["Line"][0]["AccountBasedExpenseLineDetail"]["TaxCodeRef"] == {"value": "12"}


def test_a_refund_at_a_bank_is_a_vendors_credit() -> None:
    kind, record = _payload(Rule("spend", account="8", tax="4", bank="35"), BACK)
    assert (kind, record["VendorRef"]["value"], record["Line"][0]["Amount"]) == ("credit", "56", 38.25)


@pytest.mark.parametrize(("kind", "rule", "says"), SAYS)
def test_the_stand_in_comes_to_the_same_sum(kind: str, rule: Rule, says: dict[str, Any]) -> None:
    there = Company("x")
    there.vendors[0]["DisplayName"] = "Mandarine"
    told = {**connected.INVOICE, **says}
    made = there.keep(RECORDS[kind], _payload(rule, says)[1])
    assert made["TotalAmt"] == abs(told["total_minor"]) / 100
