"""Which mailboxes are looked into now, and when again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core import errors
from core.db import models
from core.mailbox import gmail, graph, imap
from core.mailbox.source import Source
from scheduler import policy, postrooms, round_lease
from scheduler.farm import Farm

#: Each mailbox is looked into this often.
EVERY = timedelta(minutes=10)

#: What looks into each kind of mailbox.
SOURCES: dict[str, Callable[[Farm], Source]] = {
    "gmail": lambda farm: gmail.Gmail(postrooms.of(farm), farm.settings.stand_ins),
    "graph": lambda farm: graph.Graph(postrooms.of(farm), farm.settings.stand_ins),
    "imap": lambda farm: imap.Imap(postrooms.of(farm), farm.settings.stand_ins),
    "forward": lambda farm: imap.Imap(postrooms.of(farm), farm.settings.stand_ins),
}


def due(session: Session, kinds: Collection[str], *, limit: int, now: datetime) -> Sequence[int]:
    """Those whose time has come, the longest overdue first."""
    box = models.Mailbox
    waiting = (box.next_check_at <= now, box.deleted_at.is_(None), box.paused_at.is_(None))
    known = (box.kind.in_(kinds), round_lease.free("mailbox"))
    return session.scalars(
        select(box.id).where(*waiting, *known).order_by(box.next_check_at).limit(limit)
    ).all()


def begin(session: Session, mailbox_id: int, *, now: datetime) -> None:
    """The next look is planned before this one can fail in any way."""
    begun = update(models.Mailbox).where(models.Mailbox.id == mailbox_id)
    session.execute(begun.values(last_attempt_at=now, next_check_at=now + EVERY))


def ended(
    mailbox: models.Mailbox,
    error: errors.MoissonError | None,
    said: str | None,
    *,
    now: datetime,
    dice: Random,
) -> dict[str, Any]:
    """What a round that failed leaves on the mailbox's row; `error` None is one that nobody has classified."""
    failures = mailbox.failures
    again = policy.again(error, failures=failures, slot=now + EVERY, now=now, dice=dice)
    name = type(error).__name__ if error else "Bug"
    return {"error": name, "said": said, "failures": failures + 1, "next_check_at": again}


def done(now: datetime) -> dict[str, Any]:
    """The same of a round that went well."""
    return {"error": None, "said": None, "failures": 0, "last_success_at": now}
