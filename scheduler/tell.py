"""Telling people, once, where they asked to be told (an Apprise address). No secret, no amount, no login in it."""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import errors
from core.db import models
from core.db.writer import Writer

log = structlog.get_logger(__name__)


def waiting(session: Session) -> list[tuple[int, str, str]]:
    """Notices nobody was told of yet: id, account label, error."""
    rows = session.execute(
        select(models.Notice.id, models.Account.label, models.Notice.error)
        .join(models.Account, models.Account.id == models.Notice.account_id)
        .where(models.Notice.told_at.is_(None))
        .limit(20)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def send(address: str, writer: Writer, now: datetime) -> None:
    """Tell what waits. A notice is marked first: told once at most, even through a crash."""
    with writer.database.read() as session:
        notices = waiting(session)
    for notice_id, label, error in notices:
        writer.now(lambda s, n=notice_id: _mark(s, n, now))  # type: ignore[misc]
        if not _notify(address, label, error):
            log.warning("notice.failed", notice=notice_id)


def _mark(session: Session, notice_id: int, now: datetime) -> None:
    session.get_one(models.Notice, notice_id).told_at = now


def _notify(address: str, label: str, error: str) -> bool:
    import apprise  # it loads every service it knows, and most farms tell nobody

    channel = apprise.Apprise()
    channel.add(address)
    kind = getattr(errors, error, errors.MoissonError)
    return bool(channel.notify(title=f"Moisson · {label}", body=kind.sentence()))
