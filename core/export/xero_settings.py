"""What goes to Xero and where, as people have chosen it. Each change is a new version; what was sent keeps the one it had."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
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
    """Of one supplier. `account` is a code, `tax` a type, `bank` an AccountID, `tracking` options by TrackingCategoryID, all of Xero's own."""

    what: str = ""
    contact_id: str = ""
    contact: str = ""
    account: str = ""
    tax: str = ""
    bank: str = ""
    tracking: Mapping[str, str] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Whether it says all that Xero needs to book."""
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

    def takes(self, currency: str | None, received_at: datetime) -> bool:
        """Whether its currency was switched on when it came: nothing older ever goes."""
        since = self.currencies.get(currency or "")
        return since is not None and received_at >= datetime.fromisoformat(since)


def current(session: Session, destination_id: int) -> tuple[int, Settings]:
    """The newest version and what it says; version 0 is that nobody has chosen anything."""
    row, mine = models.DestinationSettings, models.DestinationSettings.destination_id == destination_id
    kept = session.scalar(select(row).where(mine).order_by(row.version.desc()).limit(1))
    return (kept.version, Settings.of(kept.settings)) if kept else (0, Settings())


def versions(session: Session, destination_id: int) -> list[models.DestinationSettings]:
    """Newest first."""
    row = models.DestinationSettings
    mine = select(row).where(row.destination_id == destination_id)
    return list(session.scalars(mine.order_by(row.version.desc())))


def keep(
    session: Session, destination: models.Destination, chosen: Settings, *, by: int | None, now: datetime
) -> int:
    """The version that says so from now on: a new one, unless nothing has changed."""
    version, before = current(session, destination.id)
    if version and asdict(before) == asdict(chosen):
        return version
    session.add(
        models.DestinationSettings(
            workspace_id=destination.workspace_id,
            destination_id=destination.id,
            version=version + 1,
            settings=asdict(chosen),
            made_by=by,
            made_at=now,
        )
    )
    return version + 1
