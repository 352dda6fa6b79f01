"""VAT by rate, within a total, or not due at all; and what is left to pay."""

from __future__ import annotations

import json

import pytest

from tests.core.extraction import papers


def read(*rows: tuple[str, str], beside: str = "") -> dict[str, str]:
    spread: list[papers.Row | str] = [[(300, name), (450, amount)] for name, amount in rows]
    return papers.values(papers.read([*spread, beside] if beside else spread))


def test_a_table_of_rates_is_read_line_by_line() -> None:
    rows: list[papers.Row | str] = [
        [(56, "5,5 %"), (150, "100,00"), (250, "5,50")],
        [(56, "20 %"), (150, "200,00"), (250, "40,00")],
        [(300, "Total HT"), (450, "300,00 €")],
        [(300, "Total TVA"), (450, "45,50 €")],
        [(300, "Total TTC"), (450, "345,50 €")],
    ]
    assert json.loads(papers.values(papers.read(rows))["vat_rates"]) == [
        {"rate": "20", "base": "200.00", "vat": "40.00"},
        {"rate": "5.5", "base": "100.00", "vat": "5.50"},
    ]


def test_rates_that_are_not_the_whole_bill_are_not_told() -> None:
    assert "vat_rates" not in read(("Total HT", "300,00"), ("Total TVA", "45,50"), ("Total TTC", "345,50"), beside="20 %  200,00  40,00")  # fmt: skip


@pytest.mark.parametrize(
    ("total", "included"),
    [
        ("Total TTC", "dont TVA 20 %"),
        ("Total", "of which VAT 20%"),
        ("Gesamtbetrag", "inkl. 20% MwSt."),
        ("Totale", "di cui IVA 20%"),
        ("Totaal", "waarvan BTW 20%"),
    ],
)
def test_vat_said_to_be_within_the_total_tells_the_net(total: str, included: str) -> None:
    told = read((total, "120,00 €"), (included, "20,00 €"))
    assert (told["net"], told["vat"], told["total"]) == ("100.00", "20.00", "120.00")


@pytest.mark.parametrize(
    "exempt", ["TVA non applicable, art. 293 B du CGI", "VAT reverse charged: reverse charge", "Kleinunternehmer nach § 19 UStG", "Btw verlegd"]
)  # fmt: skip
def test_where_the_law_wants_no_vat_there_is_none(exempt: str) -> None:
    told = read(("Total", "120,00 €"), beside=exempt)
    assert (told["net"], told["vat"]) == ("120.00", "0.00")
    assert "vat" not in read(("Total", "120,00 €"))


def test_what_is_left_to_pay_is_not_the_total() -> None:
    told = read(
        ("Total HT", "100,00 €"),
        ("TVA 20 %", "20,00 €"),
        ("Total TTC", "120,00 €"),
        ("Acompte versé", "-40,00 €"),
        ("Reste à payer", "80,00 €"),
    )
    assert (told["total"], told["payable"]) == ("120.00", "80.00")
    assert "payable" not in read(("Total TTC", "120,00 €"))


def test_a_day_beside_a_total_is_no_amount() -> None:
    row: papers.Row = [(56, "TOTAL AMOUNT DUE ON November 3 , 2026"), (450, "$4.11")]
    assert papers.values(papers.read([row]))["total"] == "4.11"
