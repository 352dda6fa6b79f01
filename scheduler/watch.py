"""Mailboxes that are listened to between two looks: where a server can wait (IDLE), new mail is looked at when it comes.

One line and one thread each, as many as there is room for; the rest, other folders, and whatever breaks are left to the look every
ten minutes. A line is signed in to once, under the mailbox's lease, and after a good look only: a password that was refused is not
tried again from here either.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from collectors.kit.door import Bounds
from core import errors, nouns
from core.db import models
from core.mailbox import idle, places, sign_in
from core.mailbox.line import Box
from scheduler import lease, mailboxes, mailed_codes, outward, round_lease
from scheduler.farm import Farm
from scheduler.round import equipped

log = structlog.get_logger(__name__)

#: Lines of one worker, and how often a mailbox may be looked into because of them.
MOST, OFTEN = 50, timedelta(seconds=5)
#: Seconds of a line: it is silent for long, and a day is enough.
STANDING = Bounds(idle=1800.0, run=86400.0)
INBOX = "INBOX"


@dataclass(frozen=True)
class Line:
    """A mailbox as it was when its line was begun; when it is another by now, so is the line."""

    task: asyncio.Task[None]
    mark: str


class Watch:
    def __init__(self, farm: Farm, ring: Callable[[], None] = lambda: None) -> None:
        """`ring` is called from a thread when a mailbox has fallen due, for who should not wait for the next look at what is."""
        self.farm, self._ring = farm, ring
        self.lines: dict[int, Line] = {}
        self._threads = ThreadPoolExecutor(MOST, thread_name_prefix="watch")
        #: When each line ended last, and whose servers cannot wait.
        self._ended: dict[int, datetime] = {}
        self._cannot: set[str] = set()

    async def look(self) -> None:
        """Lines that should be there are begun, others ended."""
        rows = await asyncio.get_running_loop().run_in_executor(self.farm.pool, self._wanted)
        marks = {row.id: round_lease.mark(row) for row in rows}
        for id, line in list(self.lines.items()):
            if marks.get(id) != line.mark:
                line.task.cancel()
        for row in rows:
            if len(self.lines) < MOST and row.id not in self.lines and self._may_begin(row):
                self.lines[row.id] = Line(asyncio.create_task(self._go(row)), round_lease.mark(row))

    async def stop(self) -> None:
        """Every line is cut; a thread that waits on one wakes up by that."""
        tasks = [line.task for line in self.lines.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._threads.shutdown(wait=False)

    def _wanted(self) -> list[models.Mailbox]:
        """Healthy ones behind IMAP that fall to this worker, those that bring the newest mail first."""
        box = models.Mailbox
        healthy = (box.deleted_at.is_(None), box.paused_at.is_(None), box.error.is_(None))
        read = (box.kind.in_(("imap", "forward")), box.last_success_at.is_not(None))
        with self.farm.database.read() as session:
            found = session.scalars(select(box).where(*healthy, *read).order_by(box.id)).all()
            workers = _at_work(session, self.farm)
        mine = self.farm.worker_id
        return [row for row in found if "host" in row.place and _falls_to(row.id, workers) == mine]

    def _may_begin(self, row: models.Mailbox) -> bool:
        """After a good look; a line that broke is not begun again before the next one."""
        ended = self._ended.get(row.id)
        rested = ended is None or (row.last_success_at is not None and row.last_success_at > ended)
        return rested and row.leased_by is None and round_lease.mark(row) not in self._cannot

    async def _go(self, row: models.Mailbox) -> None:
        origins = places.origins(row, self.farm.settings.stand_ins)
        try:
            async with outward.line(self.farm.outside.door, origins, bounds=STANDING) as way:
                box = await self._signed_in(row, origins, way.door)
                if box is not None:
                    await self._in_thread(self._listen, row, box)
        except errors.MoissonError as err:
            log.info("watch.ended", mailbox=row.id, error=type(err).__name__)
        except Exception as err:  # whatever a server can cause ends this line only
            log.warning("watch.ended", mailbox=row.id, error=type(err).__name__, exc_info=err)
        finally:
            self._ended[row.id] = self.farm.now()
            self.lines.pop(row.id, None)

    async def _signed_in(
        self, row: models.Mailbox, origins: tuple[str, ...], door: tuple[str, int]
    ) -> Box | None:
        """Under the lease, which is given back at once; None when a round has it."""
        taken = await self.farm.writer(
            lambda s: round_lease.take(s, self.farm.worker_id, "mailbox", [row.id])
        )
        if not taken:
            return None
        left: Mapping[str, Any] = {}
        try:
            async with equipped(self.farm, taken[0], origins, lambda: False) as kit:
                box: Box = await self._in_thread(sign_in.to, row, replace(kit.means, door=door))
                return box
        except errors.MoissonError as err:
            left = self._left(row, err)
            raise
        finally:
            # Given back too when the line is cut just now: what only waits to be written would be cancelled with it.
            await asyncio.shield(self.farm.writer(partial(_release, of=taken[0], row=row, left=left)))

    def _left(self, row: models.Mailbox, err: errors.MoissonError) -> Mapping[str, Any]:
        """What only a person can help is told as a round would; the rest is the next round's to find."""
        if err.remedy is not errors.Remedy.OWNER:
            return {}
        said = self.farm.redactor.mask(err.said)[:300] or None
        return mailboxes.ended(row, err, said, now=self.farm.now(), dice=self.farm.dice)

    def _listen(self, row: models.Mailbox, box: Box) -> None:
        if not idle.can(box):
            self._cannot.add(round_lease.mark(row))
            return
        if folder := self._inbox(row):
            idle.listen(box, folder, partial(self._call, row.id))

    def _inbox(self, row: models.Mailbox) -> models.MailFolder | None:
        folder = models.MailFolder
        with self.farm.database.read() as session:
            return session.scalar(
                select(folder).where(folder.mailbox_id == row.id, folder.name == INBOX, folder.chosen)
            )

    def _call(self, id: int) -> None:
        """Something came: the mailbox falls due, at once when a visit waits for a code that may be in it."""
        hurried = mailed_codes.is_waited_for(self.farm, id)
        gap = timedelta(0) if hurried else OFTEN
        self.farm.writer.now(partial(_fall_due, id=id, gap=gap, now=self.farm.now()))
        if hurried:
            self._ring()

    async def _in_thread(self, act: Any, *args: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._threads, act, *args)


def _fall_due(session: Session, id: int, gap: timedelta, now: datetime) -> None:
    box = models.Mailbox
    row = session.get(box, id)
    if row is None or row.error or row.next_check_at is None:
        return
    soon = max(now, row.last_attempt_at + gap) if row.last_attempt_at else now
    session.execute(update(box).where(box.id == id, box.next_check_at > soon).values(next_check_at=soon))


def _release(session: Session, of: nouns.Round, row: models.Mailbox, left: Mapping[str, Any]) -> None:
    try:
        round_lease.release(session, of, round_lease.mark(row), **left)
    except errors.LeaseLost:
        log.info("watch.lease_lost", mailbox=of.id)


def _at_work(session: Session, farm: Farm) -> list[str]:
    """Every worker that lives, this one among them."""
    worker, since = models.Worker, farm.now() - timedelta(seconds=lease.LEASE)
    living = select(worker.id).where(worker.stopped_at.is_(None), worker.beat_at > since)
    others = [one for one in session.scalars(living) if not one.startswith(lease.ONCE)]
    return sorted({farm.worker_id, *others})


def _falls_to(id: int, workers: list[str]) -> str:
    """One worker for each mailbox; when one goes, only its own fall to others."""
    return max(workers, key=lambda worker: hashlib.sha256(f"{worker}/{id}".encode()).digest())
