"""What goes to a destination and where, as people have chosen it. Each change is a new version; what was sent keeps the one it had.

A version holds, side by side, what the form of the kind asks (`typed`) and, of books, which supplier goes where (`Settings`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import Any, Self

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.db import models

#: What a supplier's invoices become there: a bill, money already spent, only a line of the statement file; empty is not chosen yet.
WHATS = ("", "bill", "spend", "file", "nothing")
STATUSES = ("DRAFT", "SUBMITTED", "AUTHORISED")
#: What happens to an invoice dated in a locked period: it waits, goes as a draft, or takes the day after the lock.
LOCKED = ("hold", "draft", "after")


@dataclass(frozen=True)
class Rule:
    """Of one supplier, in the service's own ids (`Kind.account_by` of an account); `tracking` has options by the id of their axis."""

    what: str = ""
    contact_id: str = ""
    contact: str = ""
    account: str = ""
    tax: str = ""
    bank: str = ""
    tracking: Mapping[str, str] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Whether it says all that books need."""
        if self.what == "spend":
            return bool(self.account and self.bank)
        return bool(self.account) if self.what == "bill" else bool(self.what)


@dataclass(frozen=True)
class Settings:
    """`currencies`: since when (ISO instant, UTC) what came in that currency goes there; None is off."""

    currencies: Mapping[str, str | None] = field(default_factory=dict)
    suppliers: Mapping[str, Rule] = field(default_factory=dict)
    otherwise: Rule = field(default_factory=Rule)
    status: str = "DRAFT"
    locked: str = "hold"

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Self:
        """Of what a version holds."""
        rules = {name: Rule(**rule) for name, rule in kept.get("suppliers", {}).items()}
        plain = {name: kept[name] for name in ("currencies", "status", "locked") if name in kept}
        return cls(suppliers=rules, otherwise=Rule(**kept.get("otherwise", {})), **plain)

    def rule(self, supplier: str) -> Rule:
        """The supplier's own, else that of all others."""
        return self.suppliers.get(supplier, self.otherwise)

    def codes(self, rule: Rule) -> list[str]:
        """Of taxes that people chose: the rule's own first, even if it has none, then those of all others."""
        others = (self.otherwise, *self.suppliers.values())
        return [rule.tax, *dict.fromkeys(one.tax for one in others if one.tax)]

    def takes(self, currency: str | None, received_at: datetime) -> bool:
        """Whether its currency was switched on when it came: nothing older ever goes."""
        since = self.currencies.get(currency or "")
        return since is not None and received_at >= datetime.fromisoformat(since)


_OF_BOOKS = {one.name for one in fields(Settings)}


def current(session: Session, destination_id: int) -> tuple[int, Settings]:
    """The newest version and where suppliers go under it; version 0 is that nobody has chosen anything."""
    version, whole = _newest(session, destination_id)
    return version, Settings.of(whole)


def typed(session: Session, destination_id: int) -> tuple[int, dict[str, Any]]:
    """The newest version and what was typed in the form of its kind."""
    version, whole = _newest(session, destination_id)
    return version, {name: value for name, value in whole.items() if name not in _OF_BOOKS}


def versions(session: Session, destination_id: int) -> list[models.DestinationSettings]:
    """Newest first."""
    row = models.DestinationSettings
    mine = select(row).where(row.destination_id == destination_id)
    return list(session.scalars(mine.order_by(row.version.desc())))


def keep(
    session: Session, destination: models.Destination, chosen: Settings, *, by: int | None, now: datetime
) -> int:
    """The version that says where suppliers go from now on: a new one, unless nothing has changed."""
    return _keep(session, destination, asdict(chosen), by=by, now=now)


def keep_typed(
    session: Session,
    destination: models.Destination,
    told: Mapping[str, Any],
    *,
    by: int | None,
    now: datetime,
) -> int:
    """The same of what was typed in the form of its kind."""
    return _keep(session, destination, told, by=by, now=now)


def _newest(session: Session, destination_id: int) -> tuple[int, dict[str, Any]]:
    row, mine = models.DestinationSettings, models.DestinationSettings.destination_id == destination_id
    kept = session.scalar(select(row).where(mine).order_by(row.version.desc()).limit(1))
    return (kept.version, kept.settings) if kept else (0, {})


def _keep(
    session: Session,
    destination: models.Destination,
    told: Mapping[str, Any],
    *,
    by: int | None,
    now: datetime,
) -> int:
    version, before = _newest(session, destination.id)
    whole = {**before, **told}
    if version and whole == before:
        return version
    session.add(
        models.DestinationSettings(
            workspace_id=destination.workspace_id,
            destination_id=destination.id,
            version=version + 1,
            settings=whole,
            made_by=by,
            made_at=now,
        )
    )
    return version + 1
