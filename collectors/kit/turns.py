"""How many visits may have a place in a browser at once: fewer while the machine has more to do than it can."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

#: Processes that wanted each core over the last minute, above which one more browser page only slows the others.
LADEN = 2.0


class Turns:
    """At most `most` at once, a quarter fewer on a laden machine. Those who wait keep their order."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._inside = 0
        self._left = asyncio.Event()

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        while self._inside >= self._room():
            self._left.clear()
            await self._left.wait()
        self._inside += 1
        try:
            yield
        finally:
            self._inside -= 1
            self._left.set()

    def _room(self) -> int:
        laden = os.getloadavg()[0] > LADEN * (os.cpu_count() or 1)
        return self._most - self._most // 4 if laden else self._most
