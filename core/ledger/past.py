"""The last runs of many accounts, as little of each as a page of fifty needs; and those of one, whole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Integer, func, select
from sqlalchemy.orm import Session, aliased

from core.db import models

#: How many runs of an account are looked back at.
STRIP = 30


class Past(NamedTuple):
    """What a Run leaves for the state of its account, the strip and the drift: how it ended, what it brought, which ways it went."""

    id: int
    account_id: int
    state: str
    error: str | None = None
    new: int = 0
    footprint: Mapping[str, int] | None = None


def last_runs(session: Session, account_ids: Sequence[int]) -> dict[int, list[Past]]:
    """Newest first. One walk through the index, a range for each account."""
    run, older = models.Run, aliased(models.Run)
    oldest_shown = (
        select(older.id)
        .where(older.account_id == models.Account.id)
        .order_by(older.id.desc())
        .limit(1)
        .offset(STRIP - 1)
        .scalar_subquery()
    )
    rows = session.execute(
        select(run.id, run.account_id, run.state, run.error, run.receipt["new"].as_integer(), run.footprint)
        .join(models.Account, models.Account.id == run.account_id)
        .where(run.account_id.in_(account_ids), run.id >= func.coalesce(oldest_shown, 0, type_=Integer))
        .order_by(run.id.desc())
    )
    by_account: dict[int, list[Past]] = defaultdict(list)
    for run_id, account_id, state, error, new, footprint in rows:
        by_account[account_id].append(Past(run_id, account_id, state, error, new or 0, footprint))
    return by_account


def runs_of(session: Session, account_id: int) -> Sequence[models.Run]:
    """The last runs of one account, newest first."""
    mine = select(models.Run).where(models.Run.account_id == account_id)
    return session.scalars(mine.order_by(models.Run.id.desc()).limit(STRIP)).all()
