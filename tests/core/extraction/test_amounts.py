"""Every way of printing an amount that we have met comes out as the same number."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from core.extraction import amounts, lines


@pytest.mark.parametrize(
    ("text", "value", "currency"),
    [
        ("1 234,56 €", "1234.56", "EUR"),
        ("1\u00a0234,56\u00a0€", "1234.56", "EUR"),
        ("1\u202f234,56\u202f€", "1234.56", "EUR"),
        ("1.234,56", "1234.56", None),
        ("1,234.56", "1234.56", None),
        ("1'234.56", "1234.56", None),
        ("CHF 1’234.56", "1234.56", "CHF"),
        ("$1,234,567.89", "1234567.89", "USD"),
        ("27,80", "27.80", None),
        ("EUR 12.00", "12.00", "EUR"),
        ("-12,00 €", "-12.00", "EUR"),
        ("- 12,00 €", "-12.00", "EUR"),
        ("−12,00", "-12.00", None),
        ("12,00-", "-12.00", None),
        ("($12.00)", "-12.00", "USD"),
        ("€ -9,32", "-9.32", "EUR"),
        ("1.234", "1234", None),
        ("12\u00ad,\u200b50", "12.50", None),
    ],
)
def test_an_amount_is_read_as_printed(text: str, value: str, currency: str | None) -> None:
    (amount,) = amounts.found(lines.clean(text))
    assert (amount.value, amount.currency) == (Decimal(value), currency)


@pytest.mark.parametrize(
    "text", ["20 %", "5,5%", "12/11/2026", "2026-0042", "FR76123", "v1.2.3", "9,9000", "06.12.34.56.78"]
)
def test_what_is_no_amount_is_left_alone(text: str) -> None:
    assert amounts.found(text) == []


def test_amounts_side_by_side_stay_apart() -> None:
    assert [amount.value for amount in amounts.found("Total facture  24.99  5.00  29.99")] == [
        Decimal("24.99"),
        Decimal("5.00"),
        Decimal("29.99"),
    ]


@given(
    cents=some.integers(min_value=0, max_value=10**11),
    style=some.sampled_from([(" ", ","), (".", ","), (",", "."), ("'", "."), ("", ","), ("", ".")]),
)
def test_any_amount_survives_any_convention(cents: int, style: tuple[str, str]) -> None:
    group, mark = style
    printed = f"{cents // 100:,}".replace(",", group) + f"{mark}{cents % 100:02d}"
    assert [amount.value for amount in amounts.found(printed)] == [Decimal(cents) / 100]
