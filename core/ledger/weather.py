"""Session weather: how long a Supplier's sessions live, and so about when it will ask a person again.

Lives are learnt across the installation, as a length says nothing of whose it was; an account that has ended enough sessions of its own is
told by those. Only an account whose sign-in needed a person is told anything: the others sign in by themselves.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.db import models

#: So many sessions must have ended before their lives say anything; no more than the last ones are asked.
ENOUGH, LAST = 3, 40
#: A question that was answered so long before a sign-in succeeded belongs to that sign-in.
ASKING = timedelta(hours=1)
#: A forecast is worth a line on the first page from this long before.
NEAR = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Life:
    """The median of `of` sessions that have ended. `own`: all of them this account's."""

    length: timedelta
    of: int
    own: bool = False


@dataclass(frozen=True, slots=True)
class Forecast:
    """This account's session will have ended about `ends_at` (UTC)."""

    account_id: int
    ends_at: datetime
    life: Life

    def is_near(self, now: datetime) -> bool:
        return self.ends_at - now <= NEAR


def life(lives: Sequence[models.SessionLife], account_id: int | None = None) -> Life | None:
    """What the ended sessions of one Supplier tell, `account_id`'s own if there are enough; None when too few have ended."""
    own = [each for each in lives if each.account_id == account_id]
    told = own if len(own) >= ENOUGH else lives
    if len(told) < ENOUGH:
        return None
    seconds = median((each.ended_at - each.began_at).total_seconds() for each in told)
    return Life(timedelta(seconds=seconds), len(told), told is own)


def lives_of(session: Session, suppliers: Collection[str]) -> dict[str, list[models.SessionLife]]:
    """The last sessions that ended, by Supplier."""
    place = func.row_number().over(
        partition_by=models.SessionLife.supplier, order_by=models.SessionLife.ended_at.desc()
    )
    ranked = select(models.SessionLife.id, place.label("place")).where(
        models.SessionLife.supplier.in_(suppliers)
    )
    last = ranked.subquery()
    rows = session.scalars(
        select(models.SessionLife).join(last, last.c.id == models.SessionLife.id).where(last.c.place <= LAST)
    )
    found: dict[str, list[models.SessionLife]] = defaultdict(list)
    for row in rows:
        found[row.supplier].append(row)
    return found


def forecasts(session: Session, workspace_id: int) -> dict[int, Forecast]:
    """By account, for every session of a company that a person helped to begin and that still lives as far as we know."""
    begun = list(_asked(session, workspace_id))
    lives = lives_of(session, {supplier for _, supplier, _ in begun}) if begun else {}
    found = {}
    for account_id, supplier, began_at in begun:
        learnt = life(lives.get(supplier, ()), account_id)
        if learnt:
            found[account_id] = Forecast(account_id, began_at + learnt.length, learnt)
    return found


def _asked(session: Session, workspace_id: int) -> Iterator[tuple[int, str, datetime]]:
    """Account, Supplier and beginning of each session whose sign-in asked a person."""
    kept, asked = models.PortalSession, models.Challenge
    rows = session.execute(
        select(kept.account_id, models.Account.supplier, kept.signed_in_at, func.max(asked.opened_at))
        .join(models.Account, models.Account.id == kept.account_id)
        .join(asked, (asked.account_id == kept.account_id) & (asked.opened_at <= kept.signed_in_at))
        .where(
            kept.workspace_id == workspace_id,
            models.Account.deleted_at.is_(None),
            asked.kind == "CodeNeeded",
            asked.outcome == "answered",
        )
        .group_by(kept.account_id, models.Account.supplier, kept.signed_in_at)
    )
    for account_id, supplier, began_at, opened_at in rows:
        if began_at and began_at - opened_at <= ASKING:
            yield account_id, supplier, began_at
