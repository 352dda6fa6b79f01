"""The portal's list and the page, agreeing, silent, or at odds."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from core import nouns
from core.extraction import doubts, verdict, witness
from tests.core.extraction import papers

LISTED = nouns.Listed(
    identity="1",
    contract=nouns.Contract("c"),
    number="F-2026-0042",
    date=date(2026, 11, 3),
    total=nouns.Money(Decimal("1234.50"), "EUR"),
)
ROWS = ["Facture n° F-2026-0042", "Date de facture : 3 novembre 2026", "Total TTC : 1 234,50 €"]


def listed(**changes: object) -> nouns.Listed:
    fields = {
        name: getattr(LISTED, name)
        for name in ("identity", "contract", "number", "date", "precision", "total", "kind")
    }
    return nouns.Listed(**(fields | changes))


def test_page_and_portal_together_need_no_person() -> None:
    confirmed = witness.confirm(papers.read(ROWS), LISTED)
    assert {name: field.confidence for name, field in confirmed.fields.items()} == dict.fromkeys(
        ("number", "date", "total", "currency"), 0.97
    )
    assert {field.source for field in confirmed.fields.values()} == {"portal:row+page"}
    assert verdict.action(confirmed) == "accept"


def test_the_page_alone_needs_one() -> None:
    assert verdict.action(papers.read(ROWS)) == "review"


def test_what_the_page_does_not_say_the_portal_does() -> None:
    confirmed = witness.confirm(papers.read(["Facture"]), LISTED)
    assert (confirmed.fields["total"].value, confirmed.fields["total"].source) == ("1234.50", "portal:row")
    assert confirmed.fields["total"].confidence == 0.9
    assert confirmed.doubts == ()
    assert verdict.action(confirmed) == "review"


@pytest.mark.parametrize(
    ("row", "wrong", "field", "doubt"),
    [
        (0, "Facture n° Z-9999-7777", "number", doubts.NUMBER_DIFFERS),
        (1, "Date de facture : 4 novembre 2026", "date", doubts.DATE_DIFFERS),
        (2, "Total TTC : 1 334,50 €", "total", doubts.TOTAL_DIFFERS),
        (2, "Total TTC : 1 234,50 $", "currency", doubts.CURRENCY_DIFFERS),
    ],
)
def test_what_they_disagree_on_is_doubted_with_both_values_kept(
    row: int, wrong: str, field: str, doubt: str
) -> None:
    page = papers.read([wrong if number == row else text for number, text in enumerate(ROWS)])
    confirmed = witness.confirm(page, LISTED)
    assert confirmed.doubts == (doubt,)
    assert confirmed.fields[field].confidence == 0.3
    assert page.fields[field].value in [other.value for other in confirmed.fields[field].rejected]
    assert verdict.action(confirmed) == "review"


def test_a_number_is_the_same_with_other_spaces_and_dashes() -> None:
    page = papers.read(["Facture n° F 2026 0042", *ROWS[1:]])
    assert witness.confirm(page, LISTED).fields["number"].value == "F-2026-0042"
    assert witness.confirm(page, LISTED).doubts == ()


def test_a_short_number_is_not_found_in_the_middle_of_another() -> None:
    page = papers.read(["Total TTC : 1 142,00 €"])
    assert witness.confirm(page, listed(number="42")).fields["number"].source == "portal:row"
    assert (
        witness.confirm(papers.read(["Facture 42"]), listed(number="42")).fields["number"].source
        == "portal:row+page"
    )


def test_of_a_month_the_page_tells_the_day() -> None:
    confirmed = witness.confirm(
        papers.read(ROWS), listed(date=date(2026, 11, 1), precision=nouns.Precision.MONTH)
    )
    assert (confirmed.fields["date"].value, confirmed.fields["date"].source) == (
        "2026-11-03",
        "portal:row+page",
    )
    assert verdict.action(confirmed) == "accept"


def test_another_month_is_a_doubt() -> None:
    confirmed = witness.confirm(
        papers.read(ROWS), listed(date=date(2026, 10, 1), precision=nouns.Precision.MONTH)
    )
    assert confirmed.doubts == (doubts.DATE_DIFFERS,)


def test_a_credit_note_may_be_printed_without_its_minus() -> None:
    page = papers.read(["Avoir n° F-2026-0042", *ROWS[1:]], title="Avoir")
    asked = listed(kind=nouns.Kind.CREDIT_NOTE, total=nouns.Money(Decimal("-1234.50"), "EUR"))
    assert witness.confirm(page, asked).doubts == ()
    assert witness.confirm(page, LISTED).doubts == (doubts.KIND_DIFFERS,)


def test_another_customers_bill_is_recognised() -> None:
    page = papers.read(
        ["Facture n° X-7777-1111", "Date de facture : 1 novembre 2026", "Total TTC : 731,16 €"]
    )
    assert witness.is_other_document(page, LISTED) == "it names another number and another total and date"


@pytest.mark.parametrize(
    "rows",
    [
        ROWS,
        ["Facture n° X-7777-1111", "Date de facture : 3 novembre 2026", "Total TTC : 731,16 €"],
        ["Facture n° X-7777-1111", "Date de facture : 1 novembre 2026", "Total TTC : 1 234,50 €"],
        ["Facture n° X-7777-1111", "Votre référence F-2026-0042", "Total TTC : 731,16 €"],
        ["Date de facture : 1 novembre 2026", "Total TTC : 731,16 €"],
        ["Facture n° X-7777-1111"],
        [],
    ],
)
def test_a_document_that_may_be_the_one_is_not_thrown_away(rows: list[str]) -> None:
    assert witness.is_other_document(papers.read(rows), LISTED) is None


def test_without_a_listed_number_another_total_and_day_are_another_customers() -> None:
    page = papers.read(["Date de facture : 1 novembre 2026", "Total TTC : 731,16 €"])
    assert witness.is_other_document(page, listed(number=None)) == "it states another total and another date"


@pytest.mark.parametrize(
    "rows",
    [
        ["Facture n° X-7777-1111", "Total TTC : 731,16 €"],
        ["Date de facture : 3 novembre 2026", "Total TTC : 731,16 €"],
        ["Date de facture : 1 novembre 2026", "Total TTC : 731,16 €", "Reste dû : 1 234,50 €"],
    ],
)
def test_without_a_listed_number_what_may_be_the_one_is_kept(rows: list[str]) -> None:
    assert witness.is_other_document(papers.read(rows), listed(number=None)) is None
