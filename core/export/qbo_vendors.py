"""Who sells, as QuickBooks Online knows them: a vendor has one name, which no customer has, and one currency."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.export.chosen import Rule
from core.export.delivering import Refused
from core.export.qbo_api import Api, Row

#: A vendor's name, and the currency that all its bills are in.
Vendor = tuple[str, str]
_LONGEST = 100


def named(rule: Rule, supplier_name: str, currency: str, listed: Sequence[Row]) -> dict[str, str]:
    """As a record names it: who was chosen, else who has the name in this currency; by name only as long as nobody has it."""
    own = next((one for one in listed if one["id"] == rule.contact_id), None)
    name = (own["name"] if own else rule.contact or supplier_name).replace(":", "-")[:_LONGEST]
    names = (name, in_currency(name, currency))
    fitting = [one for one in listed if one["currency"] in ("", currency)]
    known = (
        own if own in fitting else next((one for by in names for one in fitting if one["name"] == by), None)
    )
    return {"value": known["id"], "name": known["name"]} if known else {"name": name}


def nameless(payload: Mapping[str, Any]) -> Vendor | None:
    """The vendor that the record names, and nobody has found or made yet."""
    record = payload["record"]
    whose = record.get("VendorRef") or record["EntityRef"]
    return None if "value" in whose else (whose["name"], record["CurrencyRef"]["value"])


def found_or_made(api: Api, name: str, currency: str) -> Row:
    """The vendor of that name and currency, as the kept list has it. Raises Refused when the name is a customer's."""
    for called in (name, in_currency(name, currency)):
        told = {"DisplayName": called, "CurrencyRef": {"value": currency}}
        there = next(iter(api.found("Vendor", DisplayName=called)), None)
        if there is None or there.get("CurrencyRef", {}).get("value", currency) == currency:
            id_ = str(there["Id"]) if there else api.make("Vendor", told)
            return {"id": id_, "name": called, "currency": currency}
    raise Refused(in_currency(name, currency))


def in_currency(name: str, currency: str) -> str:
    """What a vendor is called whose name is another's, in another currency."""
    return f"{name[: _LONGEST - 6]} ({currency})"
