"""What people ask of the worker, from the database and nowhere else."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from core import ledger, nouns
from core.db import models
from core.ledger import rematch


def grant(session: Session, now: datetime) -> None:
    """Do what was wished, oldest first; each wish is answered once, in one word. What is said to a question is its visit's."""
    open_ones = _open_ones().order_by(models.Wish.id)
    for wish in session.scalars(open_ones.limit(100).with_for_update(skip_locked=True)):
        if wish.challenge_id is not None:
            _expect_a_visit(session, wish.challenge_id, now)
            continue
        wish.outcome = _collect(session, wish, now) if wish.kind == "collect" else _stop(session, wish)
        wish.done_at = now


def _open_ones() -> Select[models.Wish]:
    """To match payments takes longer than a look at what is due may: that is a round of its own."""
    return select(models.Wish).where(models.Wish.done_at.is_(None), models.Wish.kind != rematch.MATCH)


def _expect_a_visit(session: Session, challenge_id: int, now: datetime) -> None:
    """An answer that comes when no visit waits for it any more is too late."""
    if not ledger.is_answerable(session, session.get_one(models.Challenge, challenge_id), now=now):
        ledger.spend_answers(session, challenge_id, now=now)


def _collect(session: Session, wish: models.Wish, now: datetime) -> str:
    account = session.get(models.Account, wish.account_id)
    if account is None or account.deleted_at is not None:
        return "gone"
    if account.refused_version == account.secret_version:
        return "refused"
    if ledger.open_challenge(session, account.id):
        return "asked"
    cause = "trial" if account.trial and account.baseline_at is None else "person"
    run = ledger.queue_run(session, account, cause=cause, now=now, asked_by=wish.asked_by)
    if run is None:
        return "running"
    session.flush()
    wish.run_id = run.id
    return "queued"


def _stop(session: Session, wish: models.Wish) -> str:
    session.execute(
        update(models.Run)
        .where(
            models.Run.id == wish.run_id,
            models.Run.workspace_id == wish.workspace_id,
            models.Run.state.in_(nouns.ACTIVE_STATES),
        )
        .values(stop_asked=True)
    )
    return "stopping"
