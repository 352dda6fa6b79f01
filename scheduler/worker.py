"""The working process: one asyncio loop that looks what is due, visits, and stops gracefully."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import update
from sqlalchemy.orm import Session

from core import ledger, nouns
from core.db import models
from scheduler import (
    arrivals,
    breaker,
    digest,
    inbound,
    lease,
    mailed_codes,
    matching,
    postrooms,
    rates,
    round_lease,
    rounds,
    uploads,
    watch,
    wishes,
)
from scheduler.clock import Clock
from scheduler.farm import Farm
from scheduler.partner_rounds import Rounds
from scheduler.visit import visit

log = structlog.get_logger(__name__)

#: Seconds between two looks at what is due, between two rounds, and between two tidyings.
TICK, ROUND, TIDY = 0.5, 2.0, 3600.0
#: Visits at once for each core: most of them wait for a portal. Browsers are bounded apart.
VISITS_PER_CORE = 24
#: No supplier may have more than this part of them.
SHARE = 3
#: Seconds that visits may take to finish when the worker is asked to stop.
GRACE = 20.0


class Worker:
    def __init__(self, farm: Farm, facts: dict[str, Any]) -> None:
        self.farm, self.facts = farm, facts
        self.room = VISITS_PER_CORE * (os.cpu_count() or 1)
        self.folder = farm.settings.data / "workers"
        self.zone = ZoneInfo(farm.settings.time_zone)
        self.rounds = Rounds(farm)
        self.watch = watch.Watch(farm, partial(self._ring, asyncio.get_running_loop()))
        self._visits: dict[int, tuple[lease.Lease, asyncio.Task[None]]] = {}
        self._stop = asyncio.Event()

    async def work(self) -> None:
        """Until SIGTERM or SIGINT, or `stop()`."""
        presence, heart = await self.arrive()
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, self.stop)
        clock = self._clock()
        clock.start()
        log.info("worker.ready", worker=self.farm.worker_id)
        async with inbound.listening(self.farm):
            await self._stop.wait()
        await clock.stop()
        await self.watch.stop()
        await self.rounds.stop()
        await self._let_go()
        await self.leave(presence, heart)
        log.info("worker.stopped", worker=self.farm.worker_id)

    def stop(self) -> None:
        self._stop.set()

    async def arrive(self) -> tuple[lease.Presence, lease.Heart]:
        """Be seen: a locked file, a row, a heartbeat."""
        presence = lease.Presence(self.folder, self.farm.worker_id)
        await self.farm.writer(self._enter)
        heart = lease.Heart(self._beat)
        heart.start()
        return presence, heart

    async def leave(self, presence: lease.Presence, heart: lease.Heart) -> None:
        heart.end()
        await self.farm.writer(self._sign_off)
        presence.end()

    def _enter(self, session: Session) -> None:
        now = self.farm.now()
        session.merge(
            models.Worker(
                id=self.farm.worker_id, pid=os.getpid(), started_at=now, beat_at=now, facts=self.facts
            )
        )

    def _sign_off(self, session: Session) -> None:
        gone = update(models.Worker).where(models.Worker.id == self.farm.worker_id)
        session.execute(gone.values(stopped_at=self.farm.now()))

    def _beat(self) -> None:
        self.farm.writer.now(self._keep_leases)

    def _keep_leases(self, session: Session) -> None:
        lease.beat(session, self.farm.worker_id, now=self.farm.now())
        round_lease.beat(session, self.farm.worker_id)

    def _clock(self) -> Clock:
        clock = Clock()
        clock.every(TICK, self.tick)
        clock.now(self._sweep)
        clock.every(ROUND, self._sweep)
        for act in (
            arrivals.take_in,
            uploads.take_in,
            mailed_codes.hurry,
            rounds.read_what_waits,
            matching.match,
            rounds.deliver,
            rounds.tell_people,
            digest.send,
            rounds.keep_keys,
        ):
            clock.every(ROUND, partial(self._round, act))
        clock.every(ROUND, self._go_round)
        clock.every(ROUND, self.watch.look)
        clock.every(ROUND, partial(self._round, partial(inbound.take_in, postroom=postrooms.of(self.farm))))
        clock.now(partial(self._round, rounds.tidy))
        clock.every(TIDY, partial(self._round, rounds.tidy))
        renewal = rates.Renewal()
        clock.now(partial(self._round, renewal.look))
        clock.every(TIDY, partial(self._round, renewal.look))
        clock.now(partial(self._round, matching.look_out))
        clock.every(TIDY, partial(self._round, matching.look_out))
        return clock

    async def _round(self, act: Callable[[Farm], None]) -> None:
        await asyncio.get_running_loop().run_in_executor(self.farm.pool, act, self.farm)

    async def _go_round(self) -> None:
        """To mailboxes and destinations; they are not waited for."""
        await self.rounds.look()

    def _ring(self, loop: asyncio.AbstractEventLoop) -> None:
        """A round cannot wait for the clock. Safe from any thread."""
        asyncio.run_coroutine_threadsafe(self._go_round(), loop)

    async def tick(self) -> None:
        """Wishes and what is due; then as many visits as there is room for."""
        taken, disturbed = await self.farm.writer(self._look)
        for run_id in disturbed:
            await self._interrupt(run_id)
        for one in taken:
            self.begin(one)

    def begin(self, taken: lease.Lease) -> asyncio.Task[None]:
        task = asyncio.create_task(visit(self.farm, taken))
        self._visits[taken.run_id] = (taken, task)
        task.add_done_callback(lambda _: self._visits.pop(taken.run_id, None))
        return task

    def _look(self, session: Session) -> tuple[list[lease.Lease], set[int]]:
        now = self.farm.now()
        wishes.grant(session, now)
        held = {run_id: one.fence for run_id, (one, _) in self._visits.items()}
        disturbed = lease.disturbed(session, held) if held else set()
        room = 0 if self._stop.is_set() else self.room - len(held.keys() - self.farm.waiting)
        if room <= 0 or not self.farm.archive.room():
            return [], disturbed
        breaker.send_canaries(session, now)
        ledger.call_due(session, now=now, limit=room, of_one=self.room // SHARE, zone=self.zone)
        return lease.take(session, self.farm.worker_id, limit=room, now=now), disturbed

    async def _sweep(self) -> None:
        await self.farm.writer(self.sweep)

    def sweep(self, session: Session) -> None:
        """End what workers that are no more left unfinished; their accounts are due again."""
        gone = lease.Presence.gone(self.folder)
        lost = lease.sweep(session, gone, now=self.farm.now())
        broken = round_lease.sweep(session, gone)
        lease.Presence.forget(self.folder, gone)
        if lost:
            log.warning("runs.lost", runs=lost)
        if broken:
            log.warning("rounds.lost", of=broken)

    async def _interrupt(self, run_id: int) -> None:
        """Somebody stopped this visit, or another worker holds it: it writes nothing more."""
        if run_id not in self._visits:
            return
        taken, task = self._visits[run_id]
        task.cancel()
        await asyncio.wait([task])
        await self.farm.writer(lambda s: self._end(s, taken, nouns.RunState.CANCELLED))

    def _end(self, session: Session, taken: lease.Lease, state: nouns.RunState) -> None:
        session.execute(
            update(models.Run)
            .where(
                models.Run.id == taken.run_id,
                models.Run.fence == taken.fence,
                models.Run.state.in_(nouns.ACTIVE_STATES),
            )
            .values(state=state, ended_at=self.farm.now(), fence=taken.fence + 1)
        )

    async def _let_go(self) -> None:
        """Visits may finish for a while, but for those that wait for people; the rest go on at the next start, from what is archived."""
        tasks = [task for run_id, (_, task) in self._visits.items() if run_id not in self.farm.waiting]
        if tasks:
            await asyncio.wait(tasks, timeout=GRACE)
        for taken, task in list(self._visits.values()):
            task.cancel()
            await asyncio.wait([task])
            await self.farm.writer(partial(self._postpone, taken=taken))

    def _postpone(self, session: Session, taken: lease.Lease) -> None:
        self._end(session, taken, nouns.RunState.RETRY_AT)
        session.execute(
            update(models.Account)
            .where(models.Account.id == taken.account_id, models.Account.deleted_at.is_(None))
            .values(next_run_at=self.farm.now())
        )
