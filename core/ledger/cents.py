"""Money as the ledger keeps it: whole minor units of its currency."""

from __future__ import annotations

from decimal import Decimal

from core import nouns

#: Decimals of most currencies.
USUAL = 2
#: Minor units of the few currencies that have not two decimals (ISO 4217).
_DECIMALS = {
    "JPY": 0,
    "KRW": 0,
    "CLP": 0,
    "ISK": 0,
    "VND": 0,
    "XOF": 0,
    "XAF": 0,
    "XPF": 0,
    "BHD": 3,
    "KWD": 3,
    "OMR": 3,
    "TND": 3,
}


def minor(money: nouns.Money) -> int:
    """Minor units: 12.34 EUR is 1234, 500 JPY is 500."""
    return int(money.amount.scaleb(decimals(money.currency)).to_integral_value())


def money(total_minor: int | None, currency: str | None) -> nouns.Money | None:
    """The inverse of `minor`; None when either half is unknown."""
    if total_minor is None or currency is None:
        return None
    return nouns.Money(Decimal(total_minor).scaleb(-decimals(currency)), currency)


def decimals(currency: str | None) -> int:
    return _DECIMALS.get(currency or "", USUAL)


def unusual() -> dict[int, list[str]]:
    """Currencies by their decimals; beside USUAL stand all that are not like it."""
    by_places: dict[int, list[str]] = {USUAL: list(_DECIMALS)}
    for currency, places in _DECIMALS.items():
        by_places.setdefault(places, []).append(currency)
    return by_places
