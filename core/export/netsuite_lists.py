"""What NetSuite lists in its books, asked in SuiteQL, kept so that choosing asks nothing of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from core.export.delivering import Refused
from core.export.netsuite_api import Api
from core.export.remote_lists import Lists

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


def read(api: Api) -> Lists:
    """All lists, as they are there now. One that the account does not have is empty: ids are typed then."""
    return {kind: [told(row) for row in _rows(api, sql)] for kind, (sql, told) in _LISTS.items()}


def currencies(api: Api) -> dict[str, str]:
    """Their ids there by their ISO codes."""
    return {row["symbol"]: str(row["id"]) for row in _rows(api, _CURRENCIES)}


def _rows(api: Api, sql: str) -> list[_Row]:
    try:
        return api.query(sql)
    except Refused:
        return []
