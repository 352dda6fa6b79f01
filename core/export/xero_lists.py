"""Whose books they are and what Xero lists in them, kept so that choosing asks nothing of Xero."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from core.export.remote_lists import Lists
from core.export.xero_api import Api

#: What the app must be allowed to do there (`/Organisation/Actions`).
RIGHTS = ("CreateDraftBill", "CreateApprovedBill", "AttachFilesIntoInvoice")

_Row = dict[str, Any]
_LISTS: dict[str, tuple[str, Callable[[_Row], _Row]]] = {
    "accounts": ("Accounts", lambda a: {"id": a["AccountID"], "code": a.get("Code", ""), "name": a["Name"], "type": a["Type"], "currency": a.get("CurrencyCode", "")}),
    "taxes": ("TaxRates", lambda t: {"id": t["TaxType"], "name": t["Name"], "rate": _rate(t)}),
    "tracking": ("TrackingCategories", lambda c: {"id": c["TrackingCategoryID"], "name": c["Name"], "options": [o["Name"] for o in c.get("Options", ()) if o.get("Status", "ACTIVE") == "ACTIVE"]}),
}  # fmt: skip


def organisation(api: Api, user_id: str) -> dict[str, Any]:
    """Name, base currency, lock dates, our role and the rights that are missing, as Xero says them now."""
    (found,) = api.read("Organisation", "Organisations")
    actions = {one["Name"]: one["Status"] for one in api.read("Organisation/Actions", "Actions")}
    return {
        "name": found["Name"],
        "currency": found.get("BaseCurrency", ""),
        "role": _role(api.read("Users"), user_id),
        "lacks": [right for right in RIGHTS if actions.get(right, "ALLOWED") != "ALLOWED"],
        **locks(found),
    }


def locks(found: Mapping[str, Any]) -> dict[str, str | None]:
    """The lock dates of an organisation, as ISO days."""
    names = {"period_lock": "PeriodLockDate", "year_lock": "EndOfYearLockDate"}
    return {mine: _day(found.get(theirs)) for mine, theirs in names.items()}


def read(api: Api) -> Lists:
    """All lists, as they are there now."""
    lists = {kind: [told(row) for row in _active(api.read(path))] for kind, (path, told) in _LISTS.items()}
    contacts = _active(api.read_all("Contacts"), "ContactStatus")
    lists["contacts"] = [{"id": one["ContactID"], "name": one["Name"]} for one in contacts]
    return lists


def user_of(token: str) -> str:
    """The Xero user that an access token names (claim `xero_userid` of a JWT); empty when it names none. Trusted for display only."""
    try:
        claims = token.split(".")[1]
        told = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    except (IndexError, ValueError, binascii.Error):
        return ""
    return str(told.get("xero_userid", "")) if isinstance(told, dict) else ""


def _role(users: list[_Row], user_id: str) -> str:
    """The role of the one who connected; empty when that cannot be told."""
    mine = [one for one in users if one["UserID"] == user_id] or (users if len(users) == 1 else [])
    return str(mine[0].get("OrganisationRole", "")) if mine else ""


def _active(rows: Iterable[_Row], status: str = "Status") -> list[_Row]:
    return [row for row in rows if row.get(status, "ACTIVE") == "ACTIVE"]


def _rate(tax: _Row) -> str:
    """In percent, as text; empty where it is not for what is bought."""
    rate = tax.get("EffectiveRate")
    bought = tax.get("CanApplyToExpenses", True) and rate is not None
    return f"{Decimal(str(rate)).normalize():f}" if bought else ""


def _day(told: str | None) -> str | None:
    """Xero says days as `/Date(1552262400000+0000)/`, or as ISO days."""
    if not told:
        return None
    if told.startswith("/Date("):
        milliseconds = told.removeprefix("/Date(").removesuffix(")/").split("+")[0]
        return datetime.fromtimestamp(int(milliseconds) / 1000, UTC).date().isoformat()
    return told[:10]
