"""Runs and wishes: who may visit next, and the fence that every write of a visit passes."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta, tzinfo
from itertools import islice
from typing import Any

from sqlalchemy import func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core import db, errors, nouns
from core.db import models
from core.ledger import hours

#: A daily visit falls due within this part of its cadence after the last one, so that accounts spread over the day.
JITTER = 0.1
#: Due accounts that are looked at for each that may be called: those of a supplier that has its share are passed over.
LOOK_AHEAD = 4


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


def call_due(session: Session, *, now: datetime, limit: int, of_one: int, zone: tzinfo) -> int:
    """Queue a run for accounts that are due, at most `limit`, and as long as their supplier has fewer than `of_one` under way.

    `next_run_at` moves in the same transaction, before anything can crash. `zone` is the one of attended hours.
    """
    _postpone(session, now, zone)
    under_way = _under_way(session)
    full = [supplier for supplier, count in under_way.items() if count >= of_one]
    open_ones = _due(now).where(models.Account.supplier.not_in(full)).order_by(models.Account.next_run_at)
    found = session.execute(open_ones.limit(LOOK_AHEAD * limit).with_for_update(skip_locked=True))
    due = list(islice(_in_turn(found.all(), under_way, of_one), limit))
    if due:
        changes = [
            {"id": row.id, "next_run_at": next_visit(now, row.cadence), "last_attempt_at": now} for row in due
        ]
        session.execute(update(models.Account), changes)
        session.execute(insert(models.Run), [_queued(row.id, row.workspace_id, now) for row in due])
    return len(due)


def _postpone(session: Session, now: datetime, zone: tzinfo) -> None:
    """Who is due while nobody can answer a code goes when somebody can."""
    due = session.execute(_due(now).where(models.Account.attended.is_not(None))).all()
    later = [(row.id, hours.next_attended(row.attended, now, zone)) for row in due]
    changes = [{"id": one, "next_run_at": at + _spread()} for one, at in later if at > now]
    if changes:
        session.execute(update(models.Account), changes)


def _spread() -> timedelta:
    """Not everybody's portals are asked when the office opens."""
    return timedelta(minutes=random.uniform(0, 10))  # noqa: S311 - spreads, guards nothing


def _under_way(session: Session) -> Counter[str]:
    """How many runs each supplier has, queued ones too."""
    rows = session.execute(
        select(models.Account.supplier, func.count())
        .join(models.Run, models.Run.account_id == models.Account.id)
        .where(models.Run.state.in_(nouns.ACTIVE_STATES))
        .group_by(models.Account.supplier)
    )
    return Counter({row[0]: row[1] for row in rows})


def _in_turn(due: Iterable[Any], under_way: Counter[str], of_one: int) -> Iterator[Any]:
    """A supplier that is slow, or that has very many accounts, does not take the others' room."""
    for row in due:
        if under_way[row.supplier] < of_one:
            under_way[row.supplier] += 1
            yield row


def due_accounts(session: Session, *, now: datetime, zone: tzinfo) -> list[int]:
    """Accounts that a schedule would call now, longest due first."""
    due = session.execute(_due(now).order_by(models.Account.next_run_at))
    return [row.id for row in due if hours.next_attended(row.attended, now, zone) <= now]


def may_go(now: datetime) -> tuple[Any, ...]:
    """Accounts that a timetable may visit: planned, with no question open and no password refused. Nobody has paused them, whatever a visit under way at that moment planned."""
    account = models.Account
    asked = select(models.Challenge.account_id).where(models.Challenge.closed_at.is_(None))
    return (
        account.next_run_at.is_not(None),
        account.deleted_at.is_(None),
        or_(account.paused_at.is_(None), account.paused_until <= now),
        account.refused_version.is_distinct_from(account.secret_version),
        account.id.not_in(asked),
    )


def _due(now: datetime) -> Any:
    busy = select(models.Run.account_id).where(models.Run.state.in_(nouns.ACTIVE_STATES))
    broken = select(models.Breaker.supplier)
    one = models.Account
    return select(one.id, one.workspace_id, one.cadence, one.supplier, one.attended).where(
        *may_go(now),
        one.next_run_at <= now,
        one.id.not_in(busy),
        one.supplier.not_in(broken),
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
