"""What is known of one visit while it is under way: its rows, its counts, its evidence. Visit, harvest and ending share it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from collectors import kit
from core import errors, ledger, nouns
from core.db import models
from scheduler.farm import Farm
from scheduler.lease import Lease

T = TypeVar("T")


class Call:
    """Everything in here outlives a failure of the visit."""

    account: models.Account
    run: models.Run
    collector: kit.Collector
    census: bool
    #: The time that the visit may take, without what people take to answer.
    limit: asyncio.Timeout

    def __init__(self, farm: Farm, lease: Lease) -> None:
        self.farm, self.lease = farm, lease
        self.known = ledger.Known({})
        self.counts: Counter[str] = Counter()
        self.whole = False
        self.logins = 0
        #: Somebody was asked something, and may look on.
        self.asked = False
        #: Between the sign-in page and the sign that we are in.
        self.entering = False
        #: The last document that could not be kept, if any: the run's named error.
        self.refused: errors.NotAnInvoice | None = None
        self.evidence: list[kit.Evidence] = []
        self.portal: kit.Portal | None = None
        #: The run's secrets are masked in every log line until it ends.
        self.live = ExitStack()
        self._notes: list[asyncio.Future[None]] = []

    def note(self, step: str, words: dict[str, Any]) -> None:
        """A named step for people. Nobody looks on at a scheduled visit before it asks somebody, so there it costs no write."""
        self.asked |= step == "code_asked"
        if self.lease.cause == "schedule" and not self.asked:
            return
        at = self.farm.now()

        def add(session: Session) -> None:
            ledger.note(session, self.run, step, words, now=at)

        self._notes.append(asyncio.ensure_future(self.farm.writer(add)))

    async def settle(self) -> None:
        """Every noted step is in the database, and no secret is live any more."""
        self.live.close()
        await asyncio.gather(*self._notes, return_exceptions=True)

    async def through_vault(self, act: Callable[..., T], *what: Any, **more: Any) -> T:
        """What the Opener opens or seals for this very run."""
        origins, now = self.collector.manifest.origins, self.farm.now()
        mine = partial(act, self.lease.run_id, self.lease.fence, *what, origins=origins, now=now, **more)
        return await self.in_pool(mine)

    async def in_pool(self, act: Callable[..., T], *args: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self.farm.pool, act, *args)

    def receipt(self) -> nouns.Receipt:
        portal = self.portal
        return nouns.Receipt(
            **self.counts,
            whole=self.whole,
            logins=self.logins,
            requests=portal.requests if portal else 0,
            received_bytes=portal.received_bytes if portal else 0,
            browser=portal.used_browser if portal else False,
        )
