"""What the page of a destination shows, and what people choose there, as values."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.db import models
from core.export import chosen, remote_lists, xero_parcel
from core.export.chosen import Rule, Settings
from core.export.delivering import Refused
from core.export.xero_bill import Locks
from web import farm

#: The rule of all suppliers that have none of their own, in a form.
OTHERS = "*"
#: Deliveries on the page.
NEWEST = 50


@dataclass(frozen=True)
class Sent:
    """A Delivery beside its Invoice; `differs`: under the settings of now it would say something else."""

    delivery: models.Delivery
    invoice: models.Invoice
    differs: tuple[tuple[str, Any, Any], ...] = ()


@dataclass(frozen=True)
class Look:
    """All that the page needs."""

    place: models.Destination
    version: int
    settings: Settings
    lists: Mapping[str, Sequence[Any]]
    listed_at: datetime | None
    suppliers: Sequence[str]
    currencies: Sequence[str]
    sent: Sequence[Sent]

    @property
    def books(self) -> dict[str, Any]:
        return self.place.books or {}

    @property
    def desk(self) -> xero_parcel.Desk:
        return desk_of(self.place, self.version, self.settings)

    def rule(self, supplier: str) -> Rule:
        return (
            self.settings.otherwise if supplier == OTHERS else self.settings.suppliers.get(supplier, Rule())
        )


def desk_of(place: models.Destination, version: int, settings: Settings) -> xero_parcel.Desk:
    here = farm.here()
    locks = Locks.of(place.books or {})
    return xero_parcel.Desk(settings, version, locks, name_of, here.settings.public_url)


def look(session: Session, place: models.Destination) -> Look:
    version, settings = chosen.current(session, place.id)
    return Look(
        place,
        version,
        settings,
        remote_lists.kept(session, place.id),
        remote_lists.fetched_at(session, place.id),
        _suppliers(session, place.workspace_id),
        _currencies(session, place, settings),
        [sent(session, one, desk_of(place, version, settings)) for one in _deliveries(session, place.id)],
    )


def sent(session: Session, delivery: models.Delivery, desk: xero_parcel.Desk) -> Sent:
    invoice = session.get_one(models.Invoice, delivery.invoice_id)
    return Sent(delivery, invoice, tuple(difference(session, delivery, invoice, desk)))


def preview(
    session: Session, invoice: models.Invoice, desk: xero_parcel.Desk
) -> tuple[dict[str, Any] | None, str]:
    """What would be sent of it now; or nothing, and the word for why."""
    if not desk.takes(invoice):
        return None, "not_taken"
    try:
        return desk.record(invoice, xero_parcel.paid_on(session, invoice.id))[1], ""
    except Refused as err:
        return None, err.why


def difference(
    session: Session, delivery: models.Delivery, invoice: models.Invoice, desk: xero_parcel.Desk
) -> Iterator[tuple[str, Any, Any]]:
    """Field by field, what was sent and what would be sent now; only of what is there and can be changed there."""
    if delivery.sent_at is None or delivery.payload is None or delivery.settings_version == desk.version:
        return
    try:
        kind, record = desk.record(invoice, xero_parcel.paid_on(session, invoice.id))
    except Refused:
        return
    if kind == delivery.payload["kind"]:
        before, now = _flat(delivery.payload["record"]), _flat(record)
        names = [*before, *(name for name in now if name not in before)]
        yield from ((one, before.get(one), now.get(one)) for one in names if before.get(one) != now.get(one))


def typed(form: Mapping[str, str], seen: Look, now: datetime) -> Settings:
    """The settings that a form asks for. A currency that is switched on counts from now; one that was on keeps its day."""
    on = {
        code: seen.settings.currencies.get(code) or now.isoformat() if f"currency-{code}" in form else None
        for code in seen.currencies
    }
    rules = {one: _rule(form, one, seen) for one in seen.suppliers}
    status, locked = form.get("status", ""), form.get("locked", "")
    return dataclasses.replace(
        seen.settings,
        currencies=on,
        suppliers={name: rule for name, rule in rules.items() if rule != Rule()},
        otherwise=_rule(form, OTHERS, seen),
        status=status if status in chosen.STATUSES else seen.settings.status,
        locked=locked if locked in chosen.LOCKED else seen.settings.locked,
    )


def _rule(form: Mapping[str, str], supplier: str, seen: Look) -> Rule:
    told = {
        name: form.get(f"{name}-{supplier}", "").strip()[:255]
        for name in ("what", "contact", "account", "tax", "bank")
    }
    if told["what"] not in chosen.WHATS:
        told["what"] = ""
    contact = next((one["id"] for one in seen.lists["contacts"] if one["name"] == told["contact"]), "")
    tracking = {one["id"]: form.get(f"tracking-{one['id']}-{supplier}", "") for one in seen.lists["tracking"]}
    return Rule(contact_id=contact, tracking={of: name for of, name in tracking.items() if name}, **told)


def _flat(record: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """Every value by the path that leads to it."""
    found: dict[str, Any] = {}
    for name, value in record.items():
        path = f"{before}{name}"
        if isinstance(value, dict):
            found |= _flat(value, f"{path}.")
        elif isinstance(value, list):
            found |= _flat({str(n + 1): one for n, one in enumerate(value)}, f"{path}.")
        else:
            found[path] = value
    return found


def _deliveries(session: Session, destination_id: int) -> Sequence[models.Delivery]:
    one = models.Delivery
    mine = select(one).where(one.destination_id == destination_id, one.withdrawn_at.is_(None))
    return session.scalars(mine.order_by(one.id.desc()).limit(NEWEST)).all()


def _suppliers(session: Session, workspace_id: int) -> Sequence[str]:
    """Those that the company has an account or an Invoice of."""
    account, invoice = models.Account, models.Invoice
    brought = select(invoice.supplier).where(invoice.workspace_id == workspace_id)
    gone_to = select(account.supplier).where(account.workspace_id == workspace_id)
    return sorted(set(session.scalars(brought.union(gone_to))))


def _currencies(session: Session, place: models.Destination, settings: Settings) -> Sequence[str]:
    """Of the books, of the company's accounts at banks, and of what came."""
    banked = select(models.BankAccount.currency).where(models.BankAccount.workspace_id == place.workspace_id)
    came = select(models.Invoice.currency).where(models.Invoice.workspace_id == place.workspace_id)
    base = (place.books or {}).get("currency")
    found = {base, *settings.currencies, *session.scalars(banked.union(came))}
    return sorted(code for code in found if code)


def spoken() -> dict[str, Any]:
    """What the templates say things with."""
    return {
        "now": farm.here().now(),
        "instant": datetime.fromisoformat,
        "supplier": name_of,
        "state": state,
        "pretty": lambda record: json.dumps(record, indent=2, ensure_ascii=False),
        "accounts": lambda rows: [
            (one["code"], f"{one['code']} {one['name']}")
            for one in rows
            if one["code"] and one["type"] != "BANK"
        ],
        "banks": lambda rows: [(one["id"], one["name"]) for one in rows if one["type"] == "BANK"],
        "taxes": lambda rows: [(one["id"], one["name"]) for one in rows],
    }


def state(delivery: models.Delivery) -> str:
    """One word of `destinations.states`."""
    if delivery.sent_at is not None:
        return "sent"
    if delivery.held_for is not None:
        return "held"
    return "unknown" if None in delivery.receipts.values() else "waiting"


def name_of(supplier: str) -> str:
    """As the worker names it there: the name in the catalogue, else its id."""
    manifest = farm.here().manifest(supplier)
    return manifest.name if manifest else supplier
