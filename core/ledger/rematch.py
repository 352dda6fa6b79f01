"""Something changed that Payments are matched by: the worker is asked, once, to look at the company again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.db import models
from core.ledger import runs

#: The wish's kind, and its outcome while a worker is at it: what changes meanwhile is wished anew.
MATCH, BEGUN = "match", "begun"


def hold(session: Session, workspace_id: int) -> None:
    """Until this transaction ends nobody else ties, proposes or opens gaps in this company; what only refers to it goes on.

    Before any row of a Payment is changed, so that two never wait for each other.
    """
    workspace = models.Workspace
    session.execute(select(workspace.id).where(workspace.id == workspace_id).with_for_update(key_share=True))


def ask(session: Session, workspace_id: int, now: datetime, *, by: int | None = None) -> None:
    """However often it is said, one wish waits."""
    wish = models.Wish
    mine = (
        wish.workspace_id == workspace_id,
        wish.kind == MATCH,
        wish.done_at.is_(None),
        wish.outcome.is_(None),
    )
    if session.scalar(select(wish.id).where(*mine).limit(1)) is None:
        runs.wish(session, workspace_id, MATCH, asked_by=by, now=now)


def ask_if_any(session: Session, workspace_id: int, now: datetime) -> None:
    """The same after a change of an Invoice: only where there are Payments to match, or gaps to close."""
    for model in (models.Payment, models.Gap):
        if session.scalar(select(model.id).where(model.workspace_id == workspace_id).limit(1)) is not None:
            return ask(session, workspace_id, now)
    return None


def begin(session: Session) -> list[int]:
    """The Workspaces that wait to be looked at, among them those that a worker began and never ended."""
    wish = models.Wish
    waiting = wish.kind == MATCH, wish.done_at.is_(None)
    found = session.scalars(
        select(wish.workspace_id).where(*waiting).distinct().order_by(wish.workspace_id)
    ).all()
    session.execute(update(wish).where(*waiting).values(outcome=BEGUN))
    return list(found)


def end(session: Session, workspace_id: int, outcome: str, now: datetime) -> None:
    wish = models.Wish
    begun = (
        wish.workspace_id == workspace_id,
        wish.kind == MATCH,
        wish.done_at.is_(None),
        wish.outcome == BEGUN,
    )
    session.execute(update(wish).where(*begun).values(outcome=outcome, done_at=now))


def is_asked(session: Session) -> bool:
    wish = models.Wish
    return (
        session.scalar(select(wish.id).where(wish.kind == MATCH, wish.done_at.is_(None)).limit(1)) is not None
    )
