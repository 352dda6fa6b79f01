"""What Pennylane lists in its books, kept so that choosing asks nothing of it."""

from __future__ import annotations

from datetime import datetime

from core.db import Database, models
from core.export import books, pennylane_invoice, remote_lists
from core.export.pennylane_api import Api

#: The beginnings of accounts that something bought is booked to: assets, charges, what is of later or not known yet.
_BOUGHT = ("2", "6", "471", "486")


def refresh(database: Database, destination: models.Destination, api: Api, now: datetime) -> None:
    """All anew, then kept at once."""
    company = api.me()
    lists = {
        "accounts": [
            {"id": str(a["id"]), "code": a["number"], "name": a["label"], "type": "EXPENSE", "currency": ""}
            for a in api.accounts()
            if a.get("enabled", True) and a["number"].startswith(_BOUGHT)
        ],
        "contacts": [{"id": str(s["id"]), "name": s["name"]} for s in api.every("suppliers")],
        "taxes": [{"id": code, "name": code} for code in _codes()],
    }
    with database.write() as session:
        remote_lists.keep(session, destination, lists, now)
    told = {"id": str(company["id"]), "name": company["name"], "currency": "EUR"}
    books.keep(database, destination, told)


def _codes() -> list[str]:
    return list(dict.fromkeys([*pennylane_invoice.RATES.values(), *pennylane_invoice.WITHOUT]))
