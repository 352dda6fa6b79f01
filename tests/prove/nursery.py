"""Workers that start in a tenth of a second: forked from a process that has imported everything, else as `moisson worker` makes them."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
from collections.abc import Mapping
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from sqlalchemy import update

from core import archive, intake, ledger
from core import settings as farm_settings
from core.db import models
from scheduler import lease, process, worker
from tests.prove import points
from vault import redact

_WARM = multiprocessing.get_context("forkserver")
_WARM.set_forkserver_preload(["tests.prove.nursery", "apprise"])


def start(folder: Path, env: Mapping[str, str], without: str) -> BaseProcess:
    """A worker of the world in `folder`; `without` takes a guard away: `order`, `fence`, or none."""
    born = _WARM.Process(target=_live, args=(folder, dict(env), without))
    born.start()
    return born


def _live(folder: Path, env: dict[str, str], without: str) -> None:
    os.environ.update(env)
    os.chdir(folder)
    log = os.open(folder / "worker.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 1)
    os.dup2(log, 2)
    points.install(folder / "armed")
    _WITHOUT[without]()
    worker.TICK, worker.ROUND, worker.GRACE = 0.05, 0.1, 60.0
    asyncio.run(process.work(farm_settings.load(), redact.start_logging()))


def _without_order() -> None:
    """The row first, the bytes after: synced and put in their place once the transaction is over."""
    put, take_in = archive.Archive.put, intake.take_in
    late: list[tuple[Any, Any]] = []

    def put_later(kept: Any, file: Any) -> Path:
        late.append((kept, file))
        return kept.path(file.sha256)  # type: ignore[no-any-return]

    def put_and_take_in(*args: Any, **options: Any) -> None:
        while late:
            put(*late.pop())
        take_in(*args, **options)

    archive.Archive.put = put_later  # type: ignore[method-assign, assignment]
    intake.take_in = put_and_take_in


def _without_fence() -> None:
    """A worker that lost its lease writes on, and does not look whether it lost it."""

    def guard(session: Any, run_id: int, fence: int, **changes: Any) -> None:
        if changes:
            session.execute(update(models.Run).where(models.Run.id == run_id).values(**changes))

    ledger.guard = ledger.runs.guard = guard
    lease.disturbed = lambda session, held: set()


_WITHOUT = {"": lambda: None, "order": _without_order, "fence": _without_fence}
