"""The tax of a record of QuickBooks Online, where its own arithmetic would come to another cent. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from core.export import shares
from core.export.shares import Share


def detail(split: Sequence[Share], currency: str | None) -> dict[str, Any] | None:
    """The tax as the supplier wrote it, where QuickBooks would come to another cent; None where it would not."""
    same = all(shares.rounded(_at_rate(one), currency) == one.tax for one in split)
    if same or not all(one.code.get("rate_id") for one in split):
        return None
    return {"TotalTax": float(sum(one.tax for one in split)), "TaxLine": [_line(one) for one in split]}


def _line(share: Share) -> dict[str, Any]:
    return {
        "Amount": float(share.tax),
        "DetailType": "TaxLineDetail",
        "TaxLineDetail": {
            "TaxRateRef": {"value": share.code["rate_id"]},
            "PercentBased": True,
            "TaxPercent": float(share.code["rate"]),
            "NetAmountTaxable": float(share.net),
        },
    }


def _at_rate(share: Share) -> Decimal:
    rate = share.code.get("rate")
    return share.net * Decimal(rate) / 100 if rate else share.tax
