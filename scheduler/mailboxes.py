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
from core.ledger.mailboxes import is_late
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


def every(session: Session) -> Sequence[models.Mailbox]:
    """Living ones of every company that the farm itself looks into."""
    box = models.Mailbox
    living = session.scalars(select(box).where(box.deleted_at.is_(None)).order_by(box.address_key, box.id))
    return [one for one in living if one.kind != "forward" or "host" in one.place]


def trouble(mailbox: models.Mailbox, *, now: datetime) -> str:
    """What somebody should know of it and do; empty is nothing. Days are told in UTC."""
    last = mailbox.last_success_at
    read = f"last read {last:%Y-%m-%d %H:%M} UTC" if last else "never read"
    if mailbox.paused_at:
        return f"paused since {mailbox.paused_at:%Y-%m-%d}, {read}"
    if mailbox.next_check_at is None and mailbox.last_attempt_at is None:
        return "waits for its consent or its password: give it on its page"
    if mailbox.error == "ConsentEnded":
        return f"its consent has ended, {read}: renew it on its page"
    if mailbox.error:
        return f"{mailbox.error}, {read}, {_again(mailbox)}"
    return f"{read}, more than 36 hours ago: is the worker at work?" if is_late(mailbox, now=now) else ""


def _again(mailbox: models.Mailbox) -> str:
    at = mailbox.next_check_at
    return (
        f"tried again {at:%Y-%m-%d %H:%M} UTC" if at else "not tried again before somebody acts on its page"
    )


def done(now: datetime) -> dict[str, Any]:
    """The same of a round that went well."""
    return {"error": None, "said": None, "failures": 0, "last_success_at": now}
