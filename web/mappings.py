"""Which supplier goes where in somebody's books: the table that people fill in, for every kind that keeps books."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.db import models
from core.export import chosen, kinds, remote_lists
from core.export.chosen import Rule, Settings
from web import previews

#: The rule of all suppliers that have none of their own, in a form.
OTHERS = "*"


@dataclass(frozen=True)
class Table:
    """All that the table shows. `lists` are the service's own; what it lists nothing of is typed."""

    kind: kinds.Kind
    version: int
    settings: Settings
    lists: Mapping[str, Sequence[Any]]
    listed_at: datetime | None
    suppliers: Sequence[str]
    currencies: Sequence[str]

    def rule(self, supplier: str) -> Rule:
        if supplier == OTHERS:
            return self.settings.otherwise
        return self.settings.suppliers.get(supplier, Rule())

    def options(self, column: str) -> list[tuple[str, str]]:
        """Value and words of each choice in a column; empty where people type."""
        accounts = self.lists["accounts"]
        if column == "account":
            told = [(one[self.kind.account_by], f"{one.get('code', '')} {one['name']}".strip()) for one in accounts if one.get("type") != "BANK"]  # fmt: skip
            return [one for one in told if one[0]]
        if column == "bank":
            return [(one["id"], one["name"]) for one in accounts if one.get("type") == "BANK"]
        return [(one["id"], one["name"]) for one in self.lists["taxes"]] if column == "tax" else []


def table(session: Session, place: models.Destination) -> Table:
    version, settings = chosen.current(session, place.id)
    return Table(
        previews.kind_of(place),
        version,
        settings,
        remote_lists.kept(session, place.id),
        remote_lists.fetched_at(session, place.id),
        _suppliers(session, place.workspace_id),
        _currencies(session, place, settings),
    )


def typed(form: Mapping[str, str], seen: Table, now: datetime) -> Settings:
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
        status=status if status in seen.kind.statuses else seen.settings.status,
        locked=locked if locked in seen.kind.policies else seen.settings.locked,
    )


def _rule(form: Mapping[str, str], supplier: str, seen: Table) -> Rule:
    told = {
        name: form.get(f"{name}-{supplier}", "").strip()[:255]
        for name in ("what", "contact", "account", "tax", "bank")
    }
    if told["what"] not in seen.kind.whats:
        told["what"] = ""
    contact = next((one["id"] for one in seen.lists["contacts"] if one["name"] == told["contact"]), "")
    tracking = {one["id"]: form.get(f"tracking-{one['id']}-{supplier}", "") for one in seen.lists["tracking"]}
    return Rule(contact_id=contact, tracking={of: name for of, name in tracking.items() if name}, **told)


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
    books = place.books or {}
    there = {books.get("currency"), *books.get("currencies", ())}
    found = {*there, *settings.currencies, *session.scalars(banked.union(came))}
    return sorted(code for code in found if code)
