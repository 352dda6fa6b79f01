"""Something changed that Payments are matched by: the worker is asked, once, to look at the company again.

A wish names the one Payment or Invoice that changed; one that names neither asks for a look at all that is open.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from core.db import models
from core.ledger import runs

#: The wish's kind, and its outcome while a worker is at it: what changes meanwhile is wished anew.
MATCH, BEGUN = "match", "begun"
#: Changes that wait, beyond which all that is open is looked at.
MOST = 200
_AT_ONCE = 5_000

#: (payment, invoice): at most one of both is said.
Named = tuple[int | None, int | None]
ALL: Named = (None, None)


@dataclass(frozen=True, slots=True)
class Asked:
    """What waits in one Workspace: these Payments and Invoices, or all that is open. `newest` is the last of the wishes."""

    workspace_id: int
    named: frozenset[Named]
    newest: int

    @property
    def all(self) -> bool:
        return ALL in self.named

    @property
    def payments(self) -> frozenset[int]:
        return frozenset(payment for payment, _ in self.named if payment is not None)

    @property
    def invoices(self) -> frozenset[int]:
        return frozenset(invoice for _, invoice in self.named if invoice is not None)


def hold(session: Session, workspace_id: int) -> None:
    """Until this transaction ends nobody else ties, proposes or opens gaps in this company; what only refers to it goes on.

    Before any row of a Payment is changed, so that two never wait for each other.
    """
    workspace = models.Workspace
    session.execute(select(workspace.id).where(workspace.id == workspace_id).with_for_update(key_share=True))


def ask(
    session: Session,
    workspace_id: int,
    now: datetime,
    *,
    by: int | None = None,
    payments: Collection[int] = (),
    invoices: Collection[int] = (),
) -> None:
    """Look at these again, or at all that is open where none is said. However often it is said, one wish waits."""
    wish = models.Wish
    mine = wish.workspace_id == workspace_id, *_waiting(), wish.outcome.is_(None)
    rows = session.execute(select(wish.payment_id, wish.invoice_id).where(*mine).limit(MOST + 2))
    there: set[Named] = {(payment, invoice) for payment, invoice in rows}
    if ALL in there:
        return
    named: set[Named] = {(one, None) for one in payments} | {(None, one) for one in invoices} or {ALL}
    fresh = named - there
    for payment, invoice in sorted(fresh, key=str) if len(there | fresh) <= MOST else [ALL]:
        asked = runs.wish(session, workspace_id, MATCH, asked_by=by, now=now)
        asked.payment_id, asked.invoice_id = payment, invoice
    session.flush()


def ask_if_any(session: Session, workspace_id: int, now: datetime, *, invoices: Collection[int] = ()) -> None:
    """The same after a change of an Invoice: only where there are Payments to match, or gaps to close."""
    for model in (models.Payment, models.Gap):
        if session.scalar(select(model.id).where(model.workspace_id == workspace_id).limit(1)) is not None:
            return ask(session, workspace_id, now, invoices=invoices)
    return None


def begin(session: Session) -> list[Asked]:
    """What waits, company by company, also what a worker began and never ended."""
    wish = models.Wish
    rows = session.execute(
        select(wish.id, wish.workspace_id, wish.payment_id, wish.invoice_id).where(*_waiting())
    ).all()
    for start in range(0, len(rows), _AT_ONCE):
        ids = [row.id for row in rows[start : start + _AT_ONCE]]
        session.execute(update(wish).where(wish.id.in_(ids)).values(outcome=BEGUN))
    named, newest = defaultdict[int, set[Named]](set), dict[int, int]()
    for key, workspace_id, payment, invoice in rows:
        named[workspace_id].add((payment, invoice))
        newest[workspace_id] = max(key, newest.get(workspace_id, 0))
    return [Asked(key, frozenset(named[key]), newest[key]) for key in sorted(named)]


def end(session: Session, workspace_id: int, outcome: str, now: datetime) -> None:
    wish = models.Wish
    begun = wish.workspace_id == workspace_id, *_waiting(), wish.outcome == BEGUN
    session.execute(update(wish).where(*begun).values(outcome=outcome, done_at=now))


def ended_since(session: Session, workspace_id: int, newest: int) -> bool:
    """Whether a wish that came after `newest` has been ended: by another worker."""
    wish = models.Wish
    later = wish.workspace_id == workspace_id, wish.kind == MATCH, wish.id > newest
    return bool(session.scalar(select(func.count()).where(*later, wish.done_at.is_not(None))))


def is_asked(session: Session) -> bool:
    return session.scalar(select(models.Wish.id).where(*_waiting()).limit(1)) is not None


def _waiting() -> tuple[Any, ...]:
    return models.Wish.kind == MATCH, models.Wish.done_at.is_(None)
