"""Who holds a visit. Truth is a row: taken by one UPDATE, kept by a heartbeat, lost when the holder is gone."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from fcntl import LOCK_EX, LOCK_NB, flock
from functools import cache
from pathlib import Path
from typing import IO

import structlog
from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from core import nouns
from core.db import models

log = structlog.get_logger(__name__)

#: Seconds. A lease outlives four missed heartbeats.
LEASE = 90.0
HEARTBEAT = 20.0

#: How the name of a worker begins that is there for one command only, and grants no wishes.
ONCE = "once-"

_BOOT = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True)
class Lease:
    """One visit in this worker's hands. Every write of it carries `fence`."""

    run_id: int
    account_id: int
    workspace_id: int
    fence: int
    cause: str


def clock() -> float:
    """Seconds that no wall-clock jump moves, the same in every process of this machine since `boot()`."""
    return time.monotonic()


@cache
def boot() -> str:
    return _BOOT.read_text().strip() if _BOOT.exists() else ""


def take(session: Session, worker_id: str, *, limit: int, now: datetime) -> list[Lease]:
    """Lease up to `limit` queued runs, a person's before the schedule's."""
    waiting = (
        select(models.Run.id)
        .where(models.Run.state == nouns.RunState.QUEUED)
        .order_by(models.Run.cause == "schedule", models.Run.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return take_these(session, worker_id, list(session.scalars(waiting)), now=now)


def take_these(session: Session, worker_id: str, run_ids: Sequence[int], *, now: datetime) -> list[Lease]:
    """One UPDATE leases those that are still queued; the fence rises with each lease."""
    if not run_ids:
        return []
    taken = session.execute(
        update(models.Run)
        .where(models.Run.id.in_(run_ids), models.Run.state == nouns.RunState.QUEUED)
        .values(
            state=nouns.RunState.LEASED,
            fence=models.Run.fence + 1,
            worker_id=worker_id,
            lease_until=clock() + LEASE,
            lease_boot=boot(),
            started_at=now,
        )
        .returning(
            models.Run.id, models.Run.account_id, models.Run.workspace_id, models.Run.fence, models.Run.cause
        )
    )
    return [Lease(*row) for row in taken]


def beat(session: Session, worker_id: str, *, now: datetime) -> None:
    """Keep this worker's leases, and say that it lives."""
    session.execute(
        update(models.Run)
        .where(models.Run.worker_id == worker_id, models.Run.state.in_(nouns.ACTIVE_STATES))
        .values(lease_until=clock() + LEASE)
    )
    session.execute(update(models.Worker).where(models.Worker.id == worker_id).values(beat_at=now))


def sweep(session: Session, gone: Iterable[str], *, now: datetime) -> list[int]:
    """End the runs whose holder is gone or silent; their accounts are due again at once. Gives the runs' ids."""
    lapsed = (
        (models.Run.lease_until < clock())
        | (models.Run.lease_boot != boot())
        | models.Run.worker_id.in_(list(gone))
    )
    lost = session.execute(
        update(models.Run)
        .where(models.Run.state.in_(nouns.ACTIVE_STATES), models.Run.state != nouns.RunState.QUEUED, lapsed)
        .values(state=nouns.RunState.LOST, ended_at=now, fence=models.Run.fence + 1, error="LeaseLost")
        .returning(models.Run.id, models.Run.account_id)
    ).all()
    if not lost:
        return []
    accounts = [account_id for _, account_id in lost]
    session.execute(
        update(models.Account)
        .where(
            models.Account.id.in_(accounts),
            models.Account.deleted_at.is_(None),
            models.Account.paused_at.is_(None),
        )
        .values(next_run_at=now)
    )
    return [run_id for run_id, _ in lost]


def disturbed(session: Session, held: dict[int, int]) -> set[int]:
    """Of the runs this worker holds (id → fence), those that somebody stopped, took over or deleted."""
    still = session.execute(
        select(models.Run.id, models.Run.fence).where(
            models.Run.id.in_(held),
            models.Run.state.in_(nouns.ACTIVE_STATES),
            models.Run.stop_asked.is_(False),
        )
    )
    return set(held) - {run_id for run_id, fence in still if held[run_id] == fence}


class Presence:
    """This worker's sign of life: a locked file that the system lets go when the process dies, however it dies."""

    def __init__(self, folder: Path, worker_id: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / f"{worker_id}.lock"
        self._file: IO[str] = self._path.open("w")
        flock(self._file, LOCK_EX)

    @staticmethod
    def gone(folder: Path) -> list[str]:
        """Workers of this machine whose process is no more."""
        return [path.stem for path in folder.glob("*.lock") if _is_free(path)]

    @staticmethod
    def forget(folder: Path, gone: Iterable[str]) -> None:
        for worker_id in gone:
            (folder / f"{worker_id}.lock").unlink(missing_ok=True)

    def end(self) -> None:
        self._path.unlink(missing_ok=True)
        self._file.close()


def _is_free(path: Path) -> bool:
    with path.open("w") as file:
        try:
            flock(file, LOCK_EX | LOCK_NB)
        except OSError:
            return False
    return True


class Heart(threading.Thread):
    """Beats on a thread of its own, so that a busy loop never loses its leases."""

    def __init__(self, beat_once: Callable[[], None], *, every: float = HEARTBEAT) -> None:
        super().__init__(name="heartbeat", daemon=True)
        self._beat, self._every, self._end = beat_once, every, threading.Event()

    def run(self) -> None:
        while not self._end.wait(self._every):
            try:
                self._beat()
            except SQLAlchemyError as err:
                log.warning("heartbeat.missed", why=type(err).__name__)

    def end(self) -> None:
        self._end.set()


def worker_name() -> str:
    """A name no other worker has or had: host, process and the moment it began."""
    return f"{os.uname().nodename}-{os.getpid()}-{time.time_ns():x}"
