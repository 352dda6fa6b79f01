"""Collect named accounts now, in this process: what `moisson collect` does when no worker is at work."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from sqlalchemy.orm import Session

from core import ledger
from core.db import models
from scheduler import lease, rounds
from scheduler.farm import Farm
from scheduler.worker import Worker


async def collect(farm: Farm, account_ids: Sequence[int]) -> list[int]:
    """Visit each account once, side by side, and deliver what came. Gives the runs' ids, in the order asked."""
    worker = Worker(farm, facts={"once": True})
    presence, heart = await worker.arrive()
    try:
        run_ids = await farm.writer(lambda s: [_queue(s, account_id, farm) for account_id in account_ids])
        taken = await farm.writer(lambda s: lease.take_these(s, farm.worker_id, run_ids, now=farm.now()))
        await asyncio.gather(*(worker.begin(one) for one in taken))
        for act in (rounds.read_what_waits, rounds.deliver, rounds.tell_people):
            await asyncio.get_running_loop().run_in_executor(farm.pool, act, farm)
    finally:
        await worker.leave(presence, heart)
    return run_ids


def _queue(session: Session, account_id: int, farm: Farm) -> int:
    account = session.get_one(models.Account, account_id)
    run = ledger.queue_run(session, account, cause="person", now=farm.now())
    if run is None:
        raise ledger.Busy(account_id)
    session.flush()
    return run.id
