"""Whose books they are and what QuickBooks lists in them, kept so that choosing asks nothing of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from core.export.qbo_api import Api, Row
from core.export.remote_lists import Lists

#: Accounts that money is spent from, and the one of them that is a card.
_BANKS, _CARD = ("Bank", "Credit Card"), "Credit Card"
#: Accounts that QuickBooks keeps itself: no line goes there.
_OWN = ("Accounts Payable", "Accounts Receivable")


def company(api: Api) -> dict[str, Any]:
    """Name, country, home currency and the last day of what is closed, as QuickBooks says them now."""
    found, preferences = api.company(), api.preferences()
    return {
        "name": found.get("CompanyName", ""),
        "country": found.get("Country", ""),
        "currency": preferences.get("CurrencyPrefs", {}).get("HomeCurrency", {}).get("value", ""),
        "period_lock": preferences.get("AccountingInfoPrefs", {}).get("BookCloseDate"),
    }


def read(api: Api) -> Lists:
    """All lists, as they are there now."""
    return {
        "accounts": [
            _account(one) for one in _active(api.every("Account")) if one.get("AccountType") not in _OWN
        ],
        "contacts": [_vendor(one) for one in _active(api.every("Vendor"))],
        "taxes": _codes(api.every("TaxCode"), api.every("TaxRate")),
        "tracking": [],
    }


def _account(there: Row) -> Row:
    kind = there.get("AccountType", "")
    return {
        "id": there["Id"],
        "code": there.get("AcctNum", ""),
        "name": there.get("FullyQualifiedName") or there["Name"],
        "type": "BANK" if kind in _BANKS else kind,
        "card": kind == _CARD,
        "currency": _currency(there),
    }


def _vendor(there: Row) -> Row:
    return {"id": there["Id"], "name": there["DisplayName"], "currency": _currency(there)}


def _currency(there: Row) -> str:
    return str(there.get("CurrencyRef", {}).get("value", ""))


def _codes(codes: Iterable[Row], rates: Iterable[Row]) -> list[Row]:
    """Codes that can stand on a purchase."""
    known = {one["Id"]: one for one in rates}
    kept = []
    for one in _active(codes):
        bought = one.get("PurchaseTaxRateList", {}).get("TaxRateDetail", [])
        if bought:
            kept.append({"id": one["Id"], "name": one["Name"], **_rate(bought, known)})
    return kept


def _rate(details: Sequence[Row], known: Mapping[str, Row]) -> dict[str, str]:
    """Of a code: the sum of its rates, which may be nothing (a buyer's own tax, there and back), and the rate when it is one."""
    ids = [one["TaxRateRef"]["value"] for one in details]
    values = [known.get(id_, {}).get("RateValue") for id_ in ids]
    if None in values or any(one.get("TaxOnTaxOrder") for one in details):
        return {"rate": "", "rate_id": ""}
    whole = sum((Decimal(str(value)) for value in values), Decimal())
    return {"rate": f"{whole.normalize():f}", "rate_id": ids[0] if len(ids) == 1 else ""}


def _active(rows: Iterable[Row]) -> Iterable[Row]:
    return (row for row in rows if row.get("Active", True))
