"""Whoever can be asked during a visit: the question goes to the database, and what people say to it comes from there."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from collectors import kit
from collectors.kit import question
from core import errors, ledger
from core.db import models
from vault.redact import Secret

if TYPE_CHECKING:
    from scheduler.call import Call

#: Seconds between two looks at what people have said.
LOOK = 0.3
#: Pages that stay open at once for people whom a schedule asks; each is a page of the browser. The next one is asked later, when somebody is there.
MOST = 16


class Questions:
    """The Answers of one visit. While it waits, its heart beats on, other visits go on, and its own time stands still."""

    def __init__(self, call: Call) -> None:
        self._call = call
        #: Something was asked, and nobody has said yet that it was taken.
        self.open = False

    async def __call__(self, asked: kit.Question, /) -> kit.Answer:
        self.open = True
        with question.untimed(self._call.limit):
            challenge = await self._call.farm.writer(partial(self._put, asked))
            return await self._wait(asked, challenge.id)

    @contextmanager
    def _page(self) -> Iterator[bool]:
        """Whether there is room to wait with the page open; the worker counts it apart from what is at work."""
        waiting, run_id = self._call.farm.waiting, self._call.lease.run_id
        room = self._call.lease.cause != "schedule" or len(waiting) < MOST
        waiting.add(run_id)
        try:
            yield room
        finally:
            waiting.discard(run_id)

    async def settled(self) -> None:
        lease, now = self._call.lease, self._call.farm.now()
        await self._call.farm.writer(lambda s: ledger.settle(s, lease.run_id, lease.fence, now=now))
        self.open = False

    def _put(self, asked: kit.Question, session: Session) -> models.Challenge:
        put = ledger.Put(
            wants=asked.kind,
            medium=asked.medium,
            said=asked.said,
            refused=asked.refused,
            tries_left=asked.tries_left,
            valid=timedelta(seconds=asked.valid),
            fresh=asked.fresh,
            resend_after=None if asked.resend_after is None else timedelta(seconds=asked.resend_after),
        )
        lease, now = self._call.lease, self._call.farm.now()
        return ledger.put(session, lease.run_id, lease.fence, put, now=now)

    async def _wait(self, asked: kit.Question, challenge_id: int) -> kit.Answer:
        """Raises CodeNeeded when the portal waits no longer; the question stays open, and its account frozen."""
        until = time.monotonic() + asked.valid
        with self._page() as room:
            while room and time.monotonic() < until:
                wish = await self._call.in_pool(self._look, challenge_id)
                if wish is not None and wish.kind == "answer":
                    return kit.Answer(await self._opened(wish.id))
                if wish is not None:
                    return await self._again(wish.id)
                await asyncio.sleep(LOOK)
        raise errors.CodeNeeded(asked.said, step=asked.step, wants=asked.kind, medium=asked.medium)

    def _look(self, challenge_id: int) -> models.Wish | None:
        with self._call.farm.database.read() as session:
            return ledger.next_word(session, challenge_id)

    async def _opened(self, wish_id: int) -> Secret:
        call = self._call
        answer = await call.through_vault(call.farm.opener.answer_for_run, wish_id)
        call.live.enter_context(call.farm.redactor.live(*question.spellings(answer.reveal())))
        return answer

    async def _again(self, wish_id: int) -> kit.Answer:
        def heard(session: Session) -> None:
            wish = session.get_one(models.Wish, wish_id)
            wish.done_at, wish.outcome = self._call.farm.now(), "sent"

        await self._call.farm.writer(heard)
        return kit.Answer(again=True)
