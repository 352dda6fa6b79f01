"""What Pennylane lists in its books, kept so that choosing asks nothing of it."""

from __future__ import annotations

from typing import Any

from core.export import pennylane_invoice
from core.export.pennylane_api import Api
from core.export.remote_lists import Lists

#: The beginnings of accounts that something bought is booked to: assets, charges, what is of later or not known yet.
_BOUGHT = ("2", "6", "471", "486")


def company(api: Api) -> dict[str, Any]:
    """Whose token it is, as Pennylane says it now."""
    told = api.me()
    return {"id": str(told["id"]), "name": told["name"], "currency": "EUR"}


def read(api: Api) -> Lists:
    """All lists, as they are there now."""
    return {
        "accounts": [
            {"id": str(a["id"]), "code": a["number"], "name": a["label"], "type": "EXPENSE", "currency": ""}
            for a in api.accounts()
            if a.get("enabled", True) and a["number"].startswith(_BOUGHT)
        ],
        "contacts": [{"id": str(s["id"]), "name": s["name"]} for s in api.every("suppliers")],
        "taxes": [{"id": code, "name": code} for code in _codes()],
    }


def _codes() -> list[str]:
    return list(dict.fromkeys([*pennylane_invoice.RATES.values(), *pennylane_invoice.WITHOUT]))
