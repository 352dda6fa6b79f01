"""Who sells, as QuickBooks Online knows them: a vendor has one name, which no customer has, and one currency."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from core.export.chosen import Rule
from core.export.delivering import Receipts, Refused, Step
from core.export.qbo_api import Api, Row

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


def steps(record: Mapping[str, Any], api: Api, learn: Callable[[Row], None]) -> list[Step]:
    """None where the record names a vendor who is there; else the one that is called so, or a new one. `learn` is told who."""
    whose = _whose(record)
    if "value" in whose:
        return []
    name, currency = whose["name"], record["CurrencyRef"]["value"]

    def find(_: Receipts) -> str | None:
        return known(_looked_up(api, name, currency)[0])

    def make(_: Receipts, __: str) -> str:
        vendor, free = _looked_up(api, name, currency)
        if vendor is None and not free:
            raise Refused(in_currency(name, currency))
        told = {"DisplayName": free, "CurrencyRef": {"value": currency}}
        return str(known(vendor or {"id": api.make("Vendor", told), "name": free, "currency": currency}))

    def known(vendor: Row | None) -> str | None:
        if vendor is None:
            return None
        learn(vendor)
        return str(vendor["id"])

    return [Step(f"vendor {name}", find, make)]


def settled(record: Mapping[str, Any], receipts: Receipts) -> dict[str, Any]:
    """The record with the vendor that was found or made for it."""
    whose = _whose(record)
    id_ = receipts.get(f"vendor {whose['name']}")
    return called(record, {"id": id_, "name": whose["name"]}) if "value" not in whose else dict(record)


def called(record: Mapping[str, Any], vendor: Row) -> dict[str, Any]:
    """The record of this vendor."""
    field = "VendorRef" if "VendorRef" in record else "EntityRef"
    return {**record, field: {**record[field], "value": vendor["id"], "name": vendor["name"]}}


def _whose(record: Mapping[str, Any]) -> dict[str, str]:
    return dict(record.get("VendorRef") or record["EntityRef"])


def _looked_up(api: Api, name: str, currency: str) -> tuple[Row | None, str]:
    """The vendor of that name and currency, as the kept list has it; else the name that one can have."""
    for one in (name, in_currency(name, currency)):
        there = next(iter(api.found("Vendor", DisplayName=one)), None)
        if there is None:
            return None, one
        if there.get("CurrencyRef", {}).get("value", currency) == currency:
            return {"id": str(there["Id"]), "name": one, "currency": currency}, one
    return None, ""


def in_currency(name: str, currency: str) -> str:
    """What a vendor is called whose name is another's, in another currency."""
    return f"{name[: _LONGEST - 6]} ({currency})"
