"""Turns at one supplier: so many at once, and never two starts closer than its gap."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from collectors.kit import declared


class Turns:
    """Requests and sign-ins wait here, first come first served; both count as starts."""

    def __init__(self, pace: declared.Pace) -> None:
        self._gap = pace.gap
        self._requests = asyncio.Semaphore(pace.at_once)
        self._logins = asyncio.Semaphore(pace.logins_at_once)
        self._next_start = 0.0

    @contextlib.asynccontextmanager
    async def request(self) -> AsyncIterator[None]:
        async with self._requests:
            await self._wait()
            yield

    @contextlib.asynccontextmanager
    async def login(self) -> AsyncIterator[None]:
        async with self._logins:
            await self._wait()
            yield

    async def _wait(self) -> None:
        now = asyncio.get_running_loop().time()
        start = max(now, self._next_start)
        self._next_start = start + self._gap
        if start > now:
            await asyncio.sleep(start - now)
