"""A reading against the calendar, itself, and what is known of its supplier; each check has a neighbour that passes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from core import nouns
from core.extraction import checks, doubts, verdict

TODAY = date(2026, 11, 20)
IBAN, OTHER_IBAN = "FR1420041010050500013M02606", "DE89370400440532013000"
KNOWN = nouns.History(
    totals=(Decimal(30), Decimal(40), Decimal(50)),
    currency="EUR",
    numbers=("F-2026-0040", "F-2026-0041", "F-2026-0042"),
    ibans=frozenset({IBAN}),
    seller_ids=frozenset({"FR83404833048"}),
    known={"F20260042": (Decimal("40.00"), "EUR")},
    our_names=("Atelier Brun", "Atelier Brun SARL", "ATELIER BRUN"),
    our_vats=frozenset({"DE123456789"}),
)
SOUND = {"number": "F-2026-0043", "date": "2026-11-03", "due_date": "2026-11-18", "total": "48.00", "net": "40.00", "vat": "8.00", "currency": "EUR", "iban": IBAN, "supplier_vat": "FR83404833048", "supplier_siren": "404833048", "buyer": "Atelier Brun"}  # fmt: skip


def reading(kind: nouns.Kind = nouns.Kind.INVOICE, **changes: str | None) -> nouns.Reading:
    said = {name: value for name, value in (SOUND | changes).items() if value is not None}
    return nouns.Reading(
        {name: nouns.FieldRead(value, "generic", 0.6) for name, value in said.items()}, kind, 1
    )


def of(
    history: nouns.History = KNOWN, kind: nouns.Kind = nouns.Kind.INVOICE, **changes: str | None
) -> tuple[str, ...]:
    return checks.of(reading(kind, **changes), history, TODAY)


def test_a_usual_invoice_raises_nothing() -> None:
    assert of() == ()


def test_a_supplier_of_whom_nothing_is_known_raises_nothing_either() -> None:
    assert of(nouns.History()) == ()


@pytest.mark.parametrize(
    ("changes", "doubt"),
    [
        ({"vat": "8.10"}, doubts.NOT_SUMMING),
        ({"vat_rates": '[{"rate": "20", "base": "40.00", "vat": "7.00"}]'}, doubts.RATE_NOT_SUMMING),
        ({"vat_rates": '[{"rate": "19.7", "base": "40.00", "vat": "7.88"}]'}, doubts.ODD_RATE),
        ({"date": "2026-11-22"}, doubts.IN_FUTURE),
        ({"date": "2025-10-01"}, doubts.TOO_OLD),
        ({"due_date": "2026-11-02"}, doubts.DUE_BEFORE_ISSUE),
        ({"iban": OTHER_IBAN}, doubts.IBAN_CHANGED),
        ({"iban": IBAN[:-1] + "7"}, doubts.ODD_IBAN),
        ({"supplier_vat": "NL810433941B01"}, doubts.OTHER_SELLER),
        ({"supplier_siren": "404833049"}, doubts.ODD_SELLER_ID),
        ({"total": "200.01", "net": None}, doubts.UNUSUAL_TOTAL),
        ({"number": "F-2026-0042"}, doubts.SAME_NUMBER),
        ({"number": "2026/43"}, doubts.ODD_NUMBER),
        ({"buyer": "Boulangerie Au Bon Levain"}, doubts.OTHER_BUYER),
        ({"buyer_vat": "DE999999999"}, doubts.OTHER_BUYER),
        ({"total": "-48.00", "net": "-40.00", "vat": "-8.00"}, doubts.FIRST_CREDIT_NOTE),
    ],
)  # fmt: skip
def test_what_is_odd_is_said(changes: dict[str, str | None], doubt: str) -> None:
    assert doubt in checks.of(reading(nouns.Kind.INVOICE, **changes), KNOWN, TODAY)


@pytest.mark.parametrize(
    "changes",
    [
        {"vat": "8.02"},
        {"vat_rates": '[{"rate": "20", "base": "40.00", "vat": "8.00"}]'},
        {"vat": "8.03", "vat_rates": '[{"rate": "20", "base": "20.00", "vat": "4.01"}, {"rate": "20", "base": "20.00", "vat": "4.02"}]'},
        {"date": "2026-11-21", "due_date": None},
        {"date": "2025-10-20"},
        {"due_date": "2026-11-03"},
        {"total": "200.00", "net": None},
        {"number": "F-2026-10000"},
        {"number": "F-2026-0042", "total": "40.00", "net": None},
        {"buyer": "BRUN Atelier de menuiserie"},
        {"buyer": "Somebody else", "buyer_vat": "DE123456789"},
        {"supplier_vat": None},
    ],
)  # fmt: skip
def test_what_is_at_the_edge_passes(changes: dict[str, str | None]) -> None:
    assert checks.of(reading(nouns.Kind.INVOICE, **changes), KNOWN, TODAY) == ()


def test_in_another_currency_nothing_is_usual_yet() -> None:
    assert doubts.UNUSUAL_TOTAL not in of(currency="USD", total="900.00", net=None)


def test_a_credit_note_is_news_only_the_first_time() -> None:
    assert of(kind=nouns.Kind.CREDIT_NOTE) == (doubts.FIRST_CREDIT_NOTE,)
    assert of(nouns.History(credit_notes=1), nouns.Kind.CREDIT_NOTE) == ()


def test_a_seller_known_by_its_siren_is_the_one_with_that_vat_number() -> None:
    assert of(nouns.History(seller_ids=frozenset({"404833048"}))) == ()


def test_a_vat_number_read_among_several_accuses_nobody() -> None:
    unsure = reading(supplier_vat=None)
    fields = {**unsure.fields, "supplier_vat": nouns.FieldRead("NL810433941B01", "generic", 0.3)}
    assert doubts.OTHER_SELLER not in checks.of(nouns.Reading(fields, unsure.kind, 1), KNOWN, TODAY)


@pytest.mark.parametrize("number", ["F-2026-0042", "f 2026 0042", "F/2026/0042"])
def test_a_number_is_the_same_however_it_is_spaced(number: str) -> None:
    assert checks.key(number) == "F20260042"


def test_a_mild_doubt_does_not_ask_for_a_person_and_a_changed_iban_does() -> None:
    sure = {name: nouns.FieldRead(SOUND[name], "portal:row+page", 0.97) for name in verdict.VITAL}
    mild = nouns.Reading(sure, nouns.Kind.INVOICE, 1, doubts=(doubts.ODD_NUMBER,))
    assert verdict.action(mild) == "accept"
    for blocking in set(doubts.ALL) - set(doubts.MILD):
        assert verdict.action(nouns.Reading(sure, nouns.Kind.INVOICE, 1, doubts=(blocking,))) in {
            "review",
            "ocr",
        }
