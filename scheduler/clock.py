"""The clock: APScheduler ticks, and stores nothing. What is due is a question to the database."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC

from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler

# It tells every tick at INFO, and at WARNING that one is still at work when the next is due.
logging.getLogger("apscheduler").setLevel(logging.ERROR)


class Clock:
    def __init__(self) -> None:
        self._ticking = AsyncIOScheduler(
            jobstores={"default": MemoryJobStore()},
            timezone=UTC,
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        self._under_way: set[asyncio.Task[None]] = set()

    def every(self, seconds: float, act: Callable[[], Awaitable[None]]) -> None:
        """Call `act` again and again; a call that takes longer than its gap is not overtaken by the next."""
        self._ticking.add_job(self._once, "interval", [act], seconds=seconds)

    def now(self, act: Callable[[], Awaitable[None]]) -> None:
        """Call `act` once, as soon as the clock runs."""
        self._ticking.add_job(act)

    def start(self) -> None:
        self._ticking.start()

    async def stop(self) -> None:
        """Begin nothing more, and let what is under way end: cut short, a look at what is due would lose what it leased."""
        self._ticking.pause()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        self._ticking.shutdown(wait=False)

    async def _once(self, act: Callable[[], Awaitable[None]]) -> None:
        here = asyncio.current_task()
        assert here  # noqa: S101 - a coroutine always runs in one
        self._under_way.add(here)
        try:
            await act()
        finally:
            self._under_way.discard(here)
