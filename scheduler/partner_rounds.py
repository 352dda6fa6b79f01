"""The worker's rounds to mailboxes and destinations: what is due is leased, done in a thread, and its end is written down."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import structlog
from sqlalchemy.orm import Session

from core import errors, nouns
from core.db import models
from core.export.target import Target
from core.mailbox.source import Source
from scheduler import consents, destinations, mailboxes, round_lease
from scheduler.farm import Farm
from scheduler.round import Equipped, equipped

log = structlog.get_logger(__name__)

#: Rounds at once, and the seconds after which one should leave off.
AT_ONCE, LONGEST = 6, 600.0
#: Seconds that rounds may take to leave off when the worker stops.
GRACE = 15.0

#: A round, and the consent that it is for, if it is for one.
Taken = tuple[nouns.Round, models.Consent | None]


class Rounds:
    """`sources` and `targets` by their kinds; what has none is not gone to."""

    def __init__(
        self,
        farm: Farm,
        sources: Mapping[str, Source] | None = None,
        targets: Mapping[str, Target] | None = None,
    ) -> None:
        self.farm = farm
        self.sources = sources or {kind: make(farm) for kind, make in mailboxes.SOURCES.items()}
        self.targets = targets or {kind: make(farm) for kind, make in destinations.TARGETS.items()}
        self._under_way: dict[nouns.Round, asyncio.Task[None]] = {}
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="round")
        self._stopping = False

    async def look(self) -> list[asyncio.Task[None]]:
        """Begin what is due and has room."""
        room = AT_ONCE - len(self._under_way)
        if self._stopping or room <= 0:
            return []
        taken = await self.farm.writer(partial(self._take, room=room))
        return [self._begin(of, consent) for of, consent in taken]

    async def stop(self) -> None:
        """Rounds are asked to leave off; of one that does not, nothing more is written, and another worker may go on."""
        self._stopping = True
        if self._under_way:
            await asyncio.wait(self._under_way.values(), timeout=GRACE)
        for round_ in list(self._under_way.values()):
            round_.cancel()
        await self.farm.writer(lambda s: round_lease.sweep(s, [self.farm.worker_id]))
        self._threads.shutdown(wait=False)

    def _begin(self, of: nouns.Round, consent: models.Consent | None) -> asyncio.Task[None]:
        going = asyncio.create_task(self._go(of, consent))
        self._under_way[of] = going
        going.add_done_callback(lambda _: self._under_way.pop(of, None))
        return going

    def _take(self, session: Session, room: int) -> list[Taken]:
        """Consents first: a person waits."""
        now, worker = self.farm.now(), self.farm.worker_id
        taken: list[Taken] = []
        for consent in consents.returned(session, limit=room, now=now):
            held = round_lease.take(session, worker, consent.owner, [consent.owner_id])
            taken += [(of, consent) for of in held]
        boxes = mailboxes.due(session, self.sources, limit=room - len(taken), now=now)
        for of in round_lease.take(session, worker, "mailbox", boxes):
            mailboxes.begin(session, of.id, now=now)
            taken.append((of, None))
        places = destinations.due(session, self.targets, limit=room - len(taken), now=now)
        for of in round_lease.take(session, worker, "destination", places):
            destinations.begin(session, of.id, now=now)
            taken.append((of, None))
        return taken

    async def _go(self, of: nouns.Round, consent: models.Consent | None) -> None:
        until = time.monotonic() + LONGEST
        failure, mark = None, ""
        try:
            row = await self._in_thread(self._row, of)
            mark = round_lease.mark(row)
            async with equipped(self.farm, of, self._origins(row), lambda: self._enough(until)) as kit:
                await self._in_thread(self._act, of, row, consent, kit)
        except errors.LeaseLost:
            log.info("round.lease_lost", of=of.what, id=of.id)
            return
        except Exception as err:  # whatever a partner can cause ends as a named failure of this round only
            failure = err
            trace = None if isinstance(err, errors.MoissonError) else err
            log.warning("round.failed", of=of.what, id=of.id, error=type(err).__name__, exc_info=trace)
        tried = mark if failure else ""
        await self.farm.writer(partial(self._end, of=of, consent=consent, failure=failure, tried=tried))

    def _act(
        self, of: nouns.Round, row: round_lease.Row, consent: models.Consent | None, kit: Equipped
    ) -> None:
        if consent is not None:
            consents.exchange(of, consent, kit)
        elif isinstance(row, models.Mailbox):
            self.sources[row.kind].check(row, kit.means)
        else:
            self.targets[row.kind].deliver(row, kit.means)

    def _end(
        self,
        session: Session,
        *,
        of: nouns.Round,
        consent: models.Consent | None,
        failure: Exception | None,
        tried: str,
    ) -> None:
        now = self.farm.now()
        try:
            round_lease.release(session, of, tried, **self._left(session, of, consent, failure))
        except errors.LeaseLost:
            log.info("round.lease_lost", of=of.what, id=of.id)
            return
        if consent is not None and failure is not None:
            consents.failed(session, consent.state_hash, type(failure).__name__, now=now)

    def _left(
        self, session: Session, of: nouns.Round, consent: models.Consent | None, failure: Exception | None
    ) -> dict[str, Any]:
        """What the round leaves on the row. A consent that came to nothing changes nothing; one that was granted said so already."""
        if consent is not None:
            return {}
        now, dice = self.farm.now(), self.farm.dice
        row = round_lease.row_of(session, of)
        error = failure if isinstance(failure, errors.MoissonError) else None
        said = self.farm.redactor.mask(error.said)[:300] or None if error else None
        if isinstance(row, models.Mailbox):
            if failure is None:
                return mailboxes.done(now)
            return mailboxes.ended(row, error, said, now=now, dice=dice)
        if failure is None:
            return destinations.done(now)
        return destinations.ended(row, error, said, now=now, dice=dice)

    def _row(self, of: nouns.Round) -> round_lease.Row:
        with self.farm.database.read() as session:
            return round_lease.row_of(session, of)

    def _origins(self, row: round_lease.Row) -> tuple[str, ...]:
        if isinstance(row, models.Mailbox):
            return self.sources[row.kind].origins(row)
        return self.targets[row.kind].origins(row)

    def _enough(self, until: float) -> bool:
        return self._stopping or time.monotonic() > until

    async def _in_thread(self, act: Any, *args: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._threads, act, *args)
