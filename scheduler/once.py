"""Collect named accounts now, in this process: what `moisson collect` does when no worker is at work."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from sqlalchemy.orm import Session

from core import errors, ledger
from core.db import models
from scheduler import arrivals, lease, matching, rounds
from scheduler.farm import Farm
from scheduler.worker import Worker


async def collect(farm: Farm, account_ids: Sequence[int], *, cause: str = "person") -> list[int]:
    """Visit each account once, side by side, and deliver what came. Gives the runs' ids, in the order asked.

    `cause` is `person`, or `schedule` when a timetable outside asks. Raises Busy for an account that is being visited.
    """
    farm.worker_id = lease.ONCE + farm.worker_id.removeprefix(lease.ONCE)
    worker = Worker(farm, facts={"once": True})
    presence, heart = await worker.arrive()
    try:
        await farm.writer(worker.sweep)
        run_ids = await farm.writer(lambda s: [_queue(s, farm, one, cause) for one in account_ids])
        taken = await farm.writer(lambda s: lease.take_these(s, farm.worker_id, run_ids, now=farm.now()))
        await asyncio.gather(*(worker.begin(one) for one in taken))
        for act in (
            arrivals.take_in,
            rounds.read_what_waits,
            matching.match,
            rounds.deliver,
            rounds.tell_people,
        ):
            await asyncio.get_running_loop().run_in_executor(farm.pool, act, farm)
    finally:
        await worker.leave(presence, heart)
    return run_ids


def _queue(session: Session, farm: Farm, account_id: int, cause: str) -> int:
    account = session.get_one(models.Account, account_id)
    run = ledger.queue_run(session, account, cause=cause, now=farm.now())
    if run is None:
        raise errors.Busy(
            f"account {account_id} is being visited already; try again when that visit has ended"
        )
    session.flush()
    return run.id
