"""Runs, what they leave, who does them, and what keeps them away."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core import nouns
from core.db.models.base import Base, of_account

_ACTIVE = text("state IN ({})".format(", ".join(f"'{state}'" for state in nouns.ACTIVE_STATES)))


class Run(Base):
    """One visit to one Account. `fence` rises at each lease; every write of the visit carries it."""

    __tablename__ = "runs"
    __table_args__ = (
        of_account(),
        UniqueConstraint("workspace_id", "id"),
        Index("one_active_run", "account_id", unique=True, sqlite_where=_ACTIVE, postgresql_where=_ACTIVE),
        Index("runs_of_account", "account_id", "id"),
        Index("runs_active", "state", sqlite_where=_ACTIVE, postgresql_where=_ACTIVE),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int]
    account_id: Mapped[int]
    state: Mapped[str]
    #: `schedule`, `person` or `trial` (the first visit, *Test and save*).
    cause: Mapped[str]
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    #: Read every list to its end, whatever the rhythm says.
    whole: Mapped[bool] = mapped_column(default=False)
    fence: Mapped[int] = mapped_column(default=0)
    worker_id: Mapped[str | None]
    #: Seconds of the lease clock (`scheduler.lease`), which wall-clock jumps do not move, and the boot it belongs to.
    lease_until: Mapped[float | None]
    lease_boot: Mapped[str | None]
    queued_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    retry_at: Mapped[datetime | None]
    census: Mapped[bool] = mapped_column(default=False)
    stop_asked: Mapped[bool] = mapped_column(default=False)
    error: Mapped[str | None]
    error_code: Mapped[str | None]
    error_step: Mapped[str | None]
    error_said: Mapped[str | None]
    #: `expected`, `seen`, `wants`, `reason`: what the error knows beyond its words, masked.
    error_detail: Mapped[dict[str, Any] | None]
    receipt: Mapped[dict[str, Any] | None]
    #: Which of the declared ways each step of the visit went: step → the place of the way in its declaration, 0 the first.
    footprint: Mapped[dict[str, Any] | None]


class RunEvent(Base):
    """A named step of a Run, for people: `step` is a key of `web`'s catalogue, `words` its parameters."""

    __tablename__ = "run_events"
    __table_args__ = (
        ForeignKeyConstraint(
            ["workspace_id", "run_id"], ["runs.workspace_id", "runs.id"], ondelete="CASCADE"
        ),
        Index("events_of_run", "run_id", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int]
    run_id: Mapped[int]
    at: Mapped[datetime]
    step: Mapped[str]
    words: Mapped[dict[str, Any]]


class Evidence(Base):
    """What a failed Run leaves to look at, masked at capture: a file in the evidence folder, kept 7 days."""

    __tablename__ = "evidence"
    __table_args__ = (
        ForeignKeyConstraint(
            ["workspace_id", "run_id"], ["runs.workspace_id", "runs.id"], ondelete="CASCADE"
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int]
    run_id: Mapped[int]
    #: `screenshot`, `page`, `steps` or `shape`.
    kind: Mapped[str]
    path: Mapped[str]
    at: Mapped[datetime]


class Breaker(Base):
    """A Supplier whose portal has changed at one step for two accounts: only one canary account visits until it works."""

    __tablename__ = "breakers"
    supplier: Mapped[str] = mapped_column(primary_key=True)
    step: Mapped[str]
    opened_at: Mapped[datetime]
    half_open_at: Mapped[datetime]
    canary_id: Mapped[int | None]


class Worker(Base):
    """A working process, its last heartbeat and what it must confess (`degraded isolation`, no sandbox)."""

    __tablename__ = "workers"
    id: Mapped[str] = mapped_column(primary_key=True)
    pid: Mapped[int]
    started_at: Mapped[datetime]
    beat_at: Mapped[datetime]
    stopped_at: Mapped[datetime | None]
    #: `browser`, `sandbox`, `isolation`, `vault`: what `doctor` and the System page say of it.
    facts: Mapped[dict[str, Any]]
