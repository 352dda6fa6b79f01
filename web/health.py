"""Whether the working part is alive: the same facts for /healthz, the banners and the System page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.db import models

#: A worker beats every 20 seconds or so; after this it counts as silent.
SILENT_AFTER = timedelta(minutes=2)
#: Accounts are collected daily: no run for this long while some are due means that nothing is collecting.
NO_RUN_AFTER = timedelta(hours=26)


@dataclass(frozen=True)
class Health:
    """`workers` are those that beat lately and stay, unlike a command that collects once; `last_beat` is the newest of all."""

    workers: Sequence[models.Worker]
    last_beat: datetime | None
    last_run: datetime | None
    oldest_due: datetime | None
    newest: models.Worker | None
    now: datetime

    @property
    def silent(self) -> bool:
        return not self.workers

    @property
    def idle(self) -> bool:
        """Accounts wait, and no run has started for a day."""
        return self.oldest_due is not None and self.now - (self.last_run or self.oldest_due) > NO_RUN_AFTER

    @property
    def vault_closed(self) -> bool:
        """The last worker that started had to stop at once."""
        return not self.workers and self.newest is not None and self.newest.facts.get("vault") == "closed"


def look(session: Session, now: datetime) -> Health:
    """The farm's health, in three small queries."""
    beats = session.scalars(
        select(models.Worker).where(models.Worker.stopped_at.is_(None)).order_by(models.Worker.beat_at.desc())
    ).all()
    return Health(
        workers=[
            worker
            for worker in beats
            if now - worker.beat_at <= SILENT_AFTER and not worker.facts.get("once")
        ],
        last_beat=session.scalar(select(func.max(models.Worker.beat_at))),
        last_run=session.scalar(select(func.max(models.Run.started_at))),
        oldest_due=session.scalar(
            select(func.min(models.Account.next_run_at)).where(
                models.Account.deleted_at.is_(None), models.Account.next_run_at <= now
            )
        ),
        newest=session.scalar(select(models.Worker).order_by(models.Worker.started_at.desc()).limit(1)),
        now=now,
    )
