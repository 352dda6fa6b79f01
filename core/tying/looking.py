"""A look: rows become values, the matcher decides, and its answer becomes rows; at all that is open, or at what changed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from core import db, matching
from core.db import models
from core.ledger import gaps, proposals, radar, rematch
from core.tying import answers, field, whose
from core.tying.desk import Desk
from core.tying.whose import Names


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one look changed. `payments` and `invoices` were looked at; `unlinked` counts the Payments of them that have no Match."""

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
    desk: Desk | None = None,
) -> Outcome:
    """Match what is open in one Workspace, and settle what is missing. `names` by supplier; `today` in the installation's zone.

    Reads, thinks without holding the database, then writes in short transactions that respect what people did meanwhile. Cut short
    anywhere, the next look ends it. A large pile stays solved on the `desk`.
    """
    desk = desk or Desk()
    with database.write() as session:
        note_payments(session, workspace_id)
    with database.read() as session:
        seen = field.read(session, workspace_id, names)
        ours = set(session.scalars(_suppliers(workspace_id)))
    memory = matching.learn(seen.history, supervised=True)
    solution = desk.solve(seen.payments, seen.invoices, seen.rates, memory)
    desk.guide = whose.Guide(names, seen.history, ours)
    found, left = answers.proposed(seen.amounts, seen.due, solution.links), answers.left(solution.unlinked)
    changes = _put(database, workspace_id, seen.amounts, found, left, now())
    desk.tied(changes)
    with database.read() as session:
        opened = gaps.opened(session, workspace_id)
    missing = _settle(database, workspace_id, opened | set(seen.amounts), desk.guide, seen.cores, now())
    with database.write() as session:
        late = radar.look(session, workspace_id, today=today, now=now())
    return _outcome(changes, len(seen.payments), len(seen.invoices), len(left), missing, late)


def look_at(
    database: db.Database,
    asked: rematch.Asked,
    *,
    names: Names,
    now: Callable[[], datetime],
    today: date,
    desk: Desk,
) -> Outcome:
    """The same of the Payments and Invoices that changed, and of what they touch on a desk that holds a pile."""
    payments, invoices = asked.payments | desk.stale[0], asked.invoices | desk.stale[1]
    with database.write() as session:
        note_payments(session, asked.workspace_id)
    with database.read() as session:
        seen = field.read(session, asked.workspace_id, names, field.Few(payments, invoices))
        accounts = field.accounts_of(session, invoices)
    touched = desk.settle(seen, payments, invoices)
    found = answers.proposed(touched.amounts, touched.due, touched.links)
    left = answers.left(touched.unlinked)
    changes = _put(database, asked.workspace_id, touched.amounts, found, left, now())
    desk.tied(changes)
    both = payments | touched.amounts.keys()
    missing = _settle(database, asked.workspace_id, both, desk.guide, touched.cores, now())
    with database.write() as session:
        late = radar.look(session, asked.workspace_id, today=today, now=now(), account_ids=accounts)
    return _outcome(changes, len(touched.amounts), len(touched.due), len(left), missing, late)


def note_payments(session: Session, workspace_id: int) -> int:
    """Payments that have just come in get the core of their labels. Gives how many."""
    payment = models.Payment
    fresh = select(payment.id, payment.label).where(payment.workspace_id == workspace_id, payment.core == "")
    cores = [{"id": key, "core": whose.core(label)} for key, label in session.execute(fresh)]
    if cores:
        session.execute(update(payment), cores)
    return len(cores)


def _outcome(
    changes: Sequence[proposals.Change],
    payments: int,
    invoices: int,
    unlinked: int,
    *counts: tuple[int, int],
) -> Outcome:
    opened, closed = (sum(each) for each in zip(*counts, strict=True))
    return Outcome(tuple(changes), payments, invoices, unlinked, opened, closed)


def _suppliers(workspace_id: int) -> Select[str]:
    account = models.Account
    return select(account.supplier).where(account.workspace_id == workspace_id, account.deleted_at.is_(None))


def _put(
    database: db.Database,
    workspace_id: int,
    looked_at: Collection[int],
    found: Mapping[int, proposals.Proposal],
    left: Mapping[int, proposals.Why],
    at: datetime,
) -> list[proposals.Change]:
    with database.write() as session:
        return proposals.put(session, workspace_id, looked_at, found, left, now=at)


def _settle(
    database: db.Database,
    workspace_id: int,
    payments: Collection[int],
    guide: whose.Guide,
    cores: Mapping[int, str],
    at: datetime,
) -> tuple[int, int]:
    """The gaps of these Payments, in short transactions."""
    suppliers = {payment: guide.of(core) for payment, core in cores.items()}
    counts = [0, 0]
    for ids in gaps.portions(payments):
        with database.write() as session:
            found = gaps.settle(session, workspace_id, ids, now=at, suppliers=suppliers)
        counts = [one + other for one, other in zip(counts, found, strict=True)]
    return counts[0], counts[1]
