"""What a portal prints as an amount, and what is refused because it can be two."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.kit import money
from demo import spelling


@pytest.mark.parametrize(
    ("value", "style", "currency", "amount"),
    [
        ("1 234,56 €", "auto", "", "1234.56"),
        ("1\u202f234,56\u00a0€", "auto", "", "1234.56"),
        ("12.345,67", "auto", "EUR", "12345.67"),
        ("$1,234.56", "auto", "USD", "1234.56"),
        ("1.234.567", "auto", "EUR", "1234567"),
        ("-45,90 €", "auto", "EUR", "-45.90"),
        ("− 45,90 €", "auto", "EUR", "-45.90"),
        ("45,90-", "auto", "EUR", "-45.90"),
        ("(45.90)", "auto", "USD", "-45.90"),
        ("1'234.50 CHF", "auto", "", "1234.50"),
        ("1,234", "point", "USD", "1234"),
        ("1,234", "comma", "EUR", "1.234"),
        ("0,00 €", "auto", "", "0"),
        (45.9, "auto", "EUR", "45.9"),
        (12, "auto", "EUR", "12"),
        ("1249.90", "auto", "GBP", "1249.90"),
        (4590, "cents", "EUR", "45.90"),
        ("-4590", "cents", "EUR", "-45.90"),
        (4590, "cents", "JPY", "4590"),
        (4590, "cents", "TND", "4.590"),
    ],
)
def test_an_amount_is_read_exactly(value: Any, style: str, currency: str, amount: str) -> None:
    assert money.parse(value, style, currency).amount == Decimal(amount)


@pytest.mark.parametrize(
    ("text", "code"), [("1 €", "EUR"), ("$1", "USD"), ("£1", "GBP"), ("1 CHF", "CHF"), ("1 EUR", "EUR")]
)
def test_the_currency_is_read_beside_the_amount(text: str, code: str) -> None:
    assert money.parse(text).currency == code


def test_a_dollar_sign_is_of_the_dollar_that_was_declared() -> None:
    assert money.parse("$12.00", currency="CAD").currency == "CAD"


@pytest.mark.parametrize(
    ("value", "style", "currency", "why"),
    [
        ("1,234", "auto", "EUR", "can be two amounts"),
        ("1.234", "auto", "EUR", "can be two amounts"),
        ("12,34 €", "auto", "USD", "not in USD"),
        ("12,34", "auto", "", "no currency"),
        ("12,34 / 15,00 €", "auto", "", "found 2"),
        ("", "auto", "EUR", "found 0"),
        ("12.5", "cents", "EUR", "no whole number"),
        ("1,23,456.00", "point", "EUR", "no amount"),
    ],
)
def test_what_can_be_two_amounts_or_none_is_refused(value: Any, style: str, currency: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        money.parse(value, style, currency)


@given(st.integers(-10_000_000, 10_000_000))
def test_every_amount_comes_back(cents: int) -> None:
    amount = Decimal(cents) / 100
    assert money.parse(spelling.money(amount, "EUR", "fr")).amount == amount
    assert money.parse(spelling.money(amount, "USD", "en")).amount == amount
    assert money.parse(cents, "cents", "EUR").amount == amount
