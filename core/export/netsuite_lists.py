"""What NetSuite lists in its books, asked in SuiteQL, kept so that choosing asks nothing of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from core.db import Database, models
from core.export import books, remote_lists
from core.export.delivering import Refused
from core.export.netsuite_api import Api

_Row = dict[str, Any]
#: What is listed there, and how an entry of ours is told by a row.
_LISTS: dict[str, tuple[str, Callable[[_Row], _Row]]] = {
    "accounts": (
        "SELECT id, acctnumber, fullname, accttype FROM account WHERE isinactive = 'F'",
        lambda a: {"id": str(a["id"]), "code": a.get("acctnumber") or "", "name": a["fullname"], "type": a["accttype"].upper(), "currency": ""},
    ),
    "contacts": (
        "SELECT id, entityid, companyname FROM vendor WHERE isinactive = 'F'",
        lambda v: {"id": str(v["id"]), "name": v.get("companyname") or v["entityid"]},
    ),
    "taxes": (
        "SELECT id, itemid FROM salestaxitem WHERE isinactive = 'F'",
        lambda t: {"id": str(t["id"]), "name": t["itemid"]},
    ),
}  # fmt: skip
_CURRENCIES = "SELECT id, symbol FROM currency WHERE isinactive = 'F'"


def refresh(
    database: Database, destination: models.Destination, api: Api, account: str, now: datetime
) -> None:
    """All anew, then kept at once. A list that the account does not have is empty: ids are typed then."""
    lists = {kind: [told(row) for row in _rows(api, sql)] for kind, (sql, told) in _LISTS.items()}
    currencies = {row["symbol"]: str(row["id"]) for row in _rows(api, _CURRENCIES)}
    with database.write() as session:
        remote_lists.keep(session, destination, lists, now)
    books.keep(database, destination, {"id": account, "name": account, "currencies": currencies})


def _rows(api: Api, sql: str) -> list[_Row]:
    try:
        return api.query(sql)
    except Refused:
        return []
