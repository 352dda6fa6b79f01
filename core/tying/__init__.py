"""Payments meet Invoices: one company's rows become values, the matcher decides, and its answer becomes rows.

What is learned comes of what people confirmed and refused, each time anew; nothing of it is stored apart, and a company learns
from its own people only. The order in which things arrive does not change the outcome: it is always a look at all that is open.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from core import db, matching
from core.db import models
from core.ledger import gaps, proposals, radar, shares
from core.matching import values
from core.tying import field, whose
from core.tying.whose import Names

Solve = Callable[..., values.Solution]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one look changed. `unlinked` counts the Payments that have no Match."""

    changes: tuple[proposals.Change, ...] = ()
    payments: int = 0
    invoices: int = 0
    unlinked: int = 0
    gaps_opened: int = 0
    gaps_closed: int = 0

    def __str__(self) -> str:
        told = {
            what: sum(one.what == what for one in self.changes)
            for what in ("proposed", "linked", "withdrawn")
        }
        counts = {**told, "gaps opened": self.gaps_opened, "gaps closed": self.gaps_closed}
        return ", ".join(f"{count} {what}" for what, count in counts.items() if count) or "nothing changed"


def look_again(
    database: db.Database,
    workspace_id: int,
    *,
    names: Names,
    now: Callable[[], datetime],
    today: date,
    solve: Solve = matching.solve,
) -> Outcome:
    """Match what is open in one Workspace, and settle what is missing. `names` by supplier; `today` in the installation's zone.

    Reads, thinks without holding the database, then writes in short transactions that respect what people did meanwhile. Cut short
    anywhere, the next look ends it.
    """
    with database.write() as session:
        note_payments(session, workspace_id)
    with database.read() as session:
        seen = field.read(session, workspace_id, names)
        ours = set(session.scalars(_suppliers(workspace_id)))
    memory = matching.learn(seen.history, supervised=True)
    solution = solve(seen.payments, seen.invoices, seen.rates, memory)
    found = _proposals(seen, solution)
    left = {int(one.payment): _told(one.reason) for one in solution.unlinked}
    guide = whose.Guide(names, seen.history, ours)
    suppliers = {payment: guide.of(core) for payment, core in seen.cores.items()}
    with database.write() as session:
        changes = proposals.put(session, workspace_id, seen.amounts, found, left, now=now())
    missing = _settle(database, workspace_id, seen, suppliers, now())
    with database.write() as session:
        late = radar.look(session, workspace_id, today=today, now=now())
    return Outcome(
        changes=tuple(changes),
        payments=len(seen.payments),
        invoices=len(seen.invoices),
        unlinked=len(left),
        gaps_opened=missing[0] + late[0],
        gaps_closed=missing[1] + late[1],
    )


def note_payments(session: Session, workspace_id: int) -> int:
    """Payments that have just come in get the core of their labels. Gives how many."""
    payment = models.Payment
    fresh = select(payment.id, payment.label).where(payment.workspace_id == workspace_id, payment.core == "")
    cores = [{"id": key, "core": whose.core(label)} for key, label in session.execute(fresh)]
    if cores:
        session.execute(update(payment), cores)
    return len(cores)


def _suppliers(workspace_id: int) -> Select[str]:
    account = models.Account
    return select(account.supplier).where(account.workspace_id == workspace_id, account.deleted_at.is_(None))


def _proposals(seen: field.Field, solution: values.Solution) -> Mapping[int, proposals.Proposal]:
    found = {}
    for link in solution.links:
        payment = int(link.payment)
        parts = _parts(seen, payment, [int(one) for one in link.invoices])
        if parts and not link.confirmed:
            found[payment] = proposals.Proposal(
                parts=parts,
                band=link.band,
                confidence=link.confidence,
                reasons=tuple(map(_told, link.reasons)),
                automatic=link.band == "auto",
            )
    return found


def _parts(seen: field.Field, payment: int, invoices: list[int]) -> Mapping[int, int] | None:
    amount, currency = seen.amounts[payment]
    owed = [seen.due[one] for one in invoices]
    same = all(its == currency for _, its in owed)
    parts = shares.share(amount, [due for due, _ in owed], same_currency=same)
    return dict(zip(invoices, parts, strict=True)) if parts else None


def _told(reason: values.Reason) -> proposals.Why:
    return {"code": reason.code, **reason.facts}


def _settle(
    database: db.Database,
    workspace_id: int,
    seen: field.Field,
    suppliers: Mapping[int, str | None],
    at: datetime,
) -> tuple[int, int]:
    """The gaps of what was looked at, and of whatever has an open one: it may have its Invoice by now."""
    gap = models.Gap
    opened = gap.workspace_id == workspace_id, gap.closed_at.is_(None), gap.payment_id.is_not(None)
    with database.read() as session:
        known = {one for one in session.scalars(select(gap.payment_id).where(*opened)) if one is not None}
    counts = [0, 0]
    for ids in gaps.portions(known | set(seen.amounts)):
        with database.write() as session:
            found = gaps.settle(session, workspace_id, ids, now=at, suppliers=suppliers)
        counts = [one + other for one, other in zip(counts, found, strict=True)]
    return counts[0], counts[1]
