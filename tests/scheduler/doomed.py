"""The small SMTP server in a process that will be killed: `python -m tests.scheduler.doomed FOLDER DATABASE [hasty]`; says its port."""

from __future__ import annotations

import asyncio
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from core import archive
from core.db import Database
from core.mailbox import tray
from scheduler import inbound


def hasty() -> None:
    """The fault put back: yes is said before the letter is on the disk."""
    held: list[Any] = []
    tray.Tray.put = lambda *said: held.append(said)  # type: ignore[assignment,method-assign]


async def listen(folder: str, database: str) -> None:
    farm: Any = SimpleNamespace(
        settings=SimpleNamespace(inbound="127.0.0.1:0"),
        database=Database(database),
        archive=archive.Archive(Path(folder)),
        pool=ThreadPoolExecutor(2),
        now=lambda: datetime.now(UTC),
    )
    async with inbound.listening(farm) as server:
        assert server
        sys.stderr.write(f"{server.sockets[0].getsockname()[1]}\n")
        sys.stderr.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    if sys.argv[3:] == ["hasty"]:
        hasty()
    asyncio.run(listen(*sys.argv[1:3]))
