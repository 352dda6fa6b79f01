"""Runs and wishes: who may visit next, and the fence that every write of a visit passes."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core import db, errors, nouns
from core.db import models

#: A daily visit falls due within this part of its cadence after the last one, so that accounts spread over the day.
JITTER = 0.1


def wish(
    session: Session,
    workspace_id: int,
    kind: str,
    *,
    account_id: int | None = None,
    run_id: int | None = None,
    asked_by: int | None = None,
    now: datetime,
) -> models.Wish:
    """Ask the worker for something: `collect` an account, `stop` a run."""
    asked = models.Wish(
        workspace_id=workspace_id,
        kind=kind,
        account_id=account_id,
        run_id=run_id,
        asked_by=asked_by,
        asked_at=now,
    )
    session.add(asked)
    session.flush()
    return asked


def queue_run(
    session: Session, account: models.Account, *, cause: str, now: datetime, asked_by: int | None = None
) -> models.Run | None:
    """A run for this account, or None when one is active already. A person's visit reads every list to its end."""
    run = models.Run(
        workspace_id=account.workspace_id,
        account_id=account.id,
        state=nouns.RunState.QUEUED,
        cause=cause,
        asked_by=asked_by,
        whole=cause != "schedule",
        queued_at=now,
    )
    try:
        with session.begin_nested():
            session.add(run)
    except IntegrityError:
        return None
    return run


def call_due(session: Session, *, now: datetime, limit: int) -> int:
    """Queue a run for every account that is due. `next_run_at` moves in the same transaction, before anything can crash."""
    due = session.execute(
        _due(now).order_by(models.Account.next_run_at).limit(limit).with_for_update(skip_locked=True)
    ).all()
    if not due:
        return 0
    session.execute(
        update(models.Account),
        [{"id": a, "next_run_at": next_visit(now, cadence), "last_attempt_at": now} for a, _, cadence in due],
    )
    session.execute(
        insert(models.Run), [_queued(account_id, workspace_id, now) for account_id, workspace_id, _ in due]
    )
    return len(due)


def due_accounts(session: Session, *, now: datetime) -> list[int]:
    """Accounts that a schedule would call now, longest due first."""
    return [row[0] for row in session.execute(_due(now).order_by(models.Account.next_run_at))]


def awake(now: datetime) -> Any:
    """Accounts that nobody has paused, whatever a visit under way at that moment planned for them."""
    return or_(models.Account.paused_at.is_(None), models.Account.paused_until <= now)


def _due(now: datetime) -> Any:
    busy = select(models.Run.account_id).where(models.Run.state.in_(nouns.ACTIVE_STATES))
    asked = select(models.Challenge.account_id).where(models.Challenge.closed_at.is_(None))
    broken = select(models.Breaker.supplier)
    return select(models.Account.id, models.Account.workspace_id, models.Account.cadence).where(
        models.Account.next_run_at.is_not(None),
        models.Account.next_run_at <= now,
        models.Account.deleted_at.is_(None),
        awake(now),
        models.Account.refused_version.is_distinct_from(models.Account.secret_version),
        models.Account.id.not_in(busy),
        models.Account.id.not_in(asked),
        models.Account.supplier.not_in(broken),
    )


def _queued(account_id: int, workspace_id: int, now: datetime) -> dict[str, Any]:
    return {
        "workspace_id": workspace_id,
        "account_id": account_id,
        "state": nouns.RunState.QUEUED,
        "cause": "schedule",
        "queued_at": now,
    }


def next_visit(now: datetime, cadence: int) -> datetime:
    """One cadence (seconds) later, give or take its jitter."""
    return now + timedelta(seconds=cadence * (1 + random.uniform(-JITTER, JITTER)))  # noqa: S311 - spreads, guards nothing


def guard(session: Session, run_id: int, fence: int, **changes: Any) -> None:
    """Every write of a visit passes here first: raises LeaseLost when another worker holds the run, or it has ended."""
    held = db.changed(
        session,
        update(models.Run)
        .where(models.Run.id == run_id, models.Run.fence == fence, models.Run.state.in_(nouns.ACTIVE_STATES))
        .values(**(changes or {"fence": fence})),
    )
    if held != 1:
        raise errors.LeaseLost


def note(session: Session, run: models.Run, step: str, words: dict[str, Any], *, now: datetime) -> None:
    """A named step, for the person who looks on."""
    session.add(models.RunEvent(workspace_id=run.workspace_id, run_id=run.id, at=now, step=step, words=words))


def tell(session: Session, account: models.Account, *, about: str, error: str, now: datetime) -> None:
    """The account's owner hears of this once, however often it happens."""
    known = select(models.Notice.id).where(
        models.Notice.account_id == account.id, models.Notice.about == about
    )
    if session.scalar(known) is None:
        session.add(
            models.Notice(
                workspace_id=account.workspace_id,
                account_id=account.id,
                about=about,
                error=error,
                queued_at=now,
            )
        )
