"""The farm under measurement, in a process of its own: `python -m tests.bench.farmside visits '{"cold": 4}'` prints JSON.

CPU is that of this process and all its children, from the farm's opening to the end of the last child.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core import nouns, settings
from core.db import models
from scheduler import farm
from scheduler.farm import Farm
from scheduler.worker import Worker
from tests.bench import accounts, looking, meter, pages, paying, portals, stages
from vault import redact

#: Seconds between two looks at the visits, and between two at memory.
LOOK, WEIGH = 0.25, 1.0


def visits(
    *, cold: int = 0, warm: int = 0, suppliers: int = 2, apart: str = "", weigh: bool = False
) -> dict[str, Any]:
    """Accounts fall due all at once, and the worker visits them; `weigh` looks at its memory meanwhile.

    The visits of the supplier `apart` are not waited for.
    """
    return asyncio.run(_visits(accounts.Wanted(cold, warm, portals.twins(suppliers)), weigh, apart))


async def _visits(wanted: accounts.Wanted, weigh: bool, apart: str) -> dict[str, Any]:
    set_to, redactor = settings.load(), redact.start_logging(level="ERROR")
    if not weigh:
        meter.adopt_orphans()
    before = meter.cpu()
    async with farm.opened(set_to, redactor, trust_spki=(os.environ[portals.TRUSTED],)) as opened:
        settling = meter.cpu()
        accounts.settle(opened, wanted)
        settling = meter.cpu() - settling
        scales = Scales(opened)
        wall = await _worked(opened, apart, scales if weigh else None)
        told = _told(opened) | scales.told() | {"wall": wall}
    remaining = meter.children()
    meter.wait_for_orphans()
    folders = [path.name for path in (set_to.data / "browser").glob("*")]
    return told | {"cpu": meter.cpu() - before - settling, "children": remaining, "folders": folders}


async def _worked(opened: Farm, apart: str, scales: Scales | None) -> float:
    """Seconds from the moment that all are due until the last has ended."""
    worker = Worker(opened, {})
    working = asyncio.create_task(worker.work())
    weighing = asyncio.create_task(scales.weigh()) if scales else None
    start = time.perf_counter()
    await opened.writer(lambda session: accounts.call_all(session, opened.now()))
    await asyncio.to_thread(_wait_for, opened, apart)
    wall = time.perf_counter() - start
    if weighing:
        weighing.cancel()
    worker.stop()
    await working
    return wall


def _wait_for(opened: Farm, apart: str) -> None:
    with opened.database.read() as session:
        mine = select(func.count()).where(models.Account.supplier != apart)
        count = session.scalar(mine) or 0
    while _ended(opened, apart) < count:
        time.sleep(LOOK)


def _ended(opened: Farm, apart: str = "") -> int:
    ended = select(func.count(models.Run.id)).join(models.Account, models.Account.id == models.Run.account_id)
    with opened.database.read() as session:
        chosen = ended.where(models.Run.ended_at.is_not(None), models.Account.supplier != apart)
        return session.scalar(chosen) or 0


def _told(opened: Farm) -> dict[str, Any]:
    """What the runs' own rows say of them."""
    with opened.database.read() as session:
        runs = list(session.scalars(select(models.Run).where(models.Run.started_at.is_not(None))))
        receipts = [run.receipt or {} for run in runs]
        sums = {name: sum(one.get(name, 0) for one in receipts) for name in ("new", "logins", "requests")}
        return sums | {
            "done": sum(run.state == nouns.RunState.DONE for run in runs),
            "errors": sorted({run.error for run in runs if run.error}),
            "most_requests": max((one.get("requests", 0) for one in receipts), default=0),
            "delivered": _count(session, models.Delivery.sent_at),
            "read": _count(session, models.Document.read_at),
            "browser_starts": opened.outside.browsers.starts,
        }


def _count(session: Session, column: Any) -> int:
    return session.scalar(select(func.count()).where(column.is_not(None))) or 0


class Scales:
    """Memory while visits go on, and how many contexts the browser had then."""

    def __init__(self, opened: Farm) -> None:
        self._opened = opened
        self._seen: list[tuple[int, int, meter.Memory]] = []

    async def weigh(self) -> None:
        while True:
            seen = await asyncio.to_thread(meter.memory)
            self._seen.append((_ended(self._opened), self._opened.outside.browsers.alive, seen))
            await asyncio.sleep(WEIGH)

    def told(self) -> dict[str, Any]:
        if not self._seen:
            return {}
        ended = self._seen[-1][0]
        heaviest = max(self._seen, key=lambda seen: seen[2].own)
        return {
            "at_once": max(alive for _, alive, _ in self._seen),
            "own": heaviest[2].own,
            "resident": max(memory.resident for _, _, memory in self._seen),
            "growth": self._between(900, 1000) - self._between(100, 200) if ended > 900 else None,
        }

    def _between(self, first: int, last: int) -> float:
        """The average of what was seen then, MiB."""
        seen = [memory.own for ended, _, memory in self._seen if first <= ended <= last]
        return sum(seen) / max(1, len(seen))


ACTS: dict[str, Callable[..., dict[str, Any]]] = {
    "visits": visits,
    "vault": stages.vault,
    "ingest": stages.ingest,
    "status": pages.status,
    "search": looking.found,
    "paid": paying.paid,
}

if __name__ == "__main__":
    sys.stdout.write(json.dumps(ACTS[sys.argv[1]](**json.loads(sys.argv[2]))) + "\n")
