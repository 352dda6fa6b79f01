"""One thread per process writes; the event loop awaits it and never touches the database itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import tenacity
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from core.db import Database

T = TypeVar("T")

#: A locked database is waited for this long in all, in seconds, beyond SQLite's own `BUSY_MS`.
PATIENCE = 60


class Writer:
    """`await writer(change)` runs `change(session)` in one short write transaction."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="writer")

    async def __call__(self, change: Callable[[Session], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, self.now, change)

    def now(self, change: Callable[[Session], T]) -> T:
        """The same from a thread that may wait. `change` may run again after a locked database, so it keeps no state."""
        written: T = _patiently(self._once, change)
        return written

    def _once(self, change: Callable[[Session], T]) -> T:
        with self.database.write() as session:
            return change(session)

    def close(self) -> None:
        self._thread.shutdown(wait=True)


_patiently = tenacity.Retrying(
    retry=tenacity.retry_if_exception_type(OperationalError),
    wait=tenacity.wait_random_exponential(multiplier=0.1, max=5),
    stop=tenacity.stop_after_delay(PATIENCE),
    reraise=True,
)
