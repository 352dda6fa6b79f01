"""Mail that is forwarded straight to the farm: a small SMTP server, off unless asked for, that takes mail for living addresses and nothing else.

What it has said yes to is sorted and booked. It relays nothing, signs nobody in, and stands behind the company's own mail server.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import Any

import structlog
from aiosmtpd.smtp import SMTP, Envelope

from core import errors
from core.db import models
from core.ledger import forwards, posting
from core.mailbox import letters
from core.mailbox.found import Found
from core.mailbox.postroom import Postroom
from scheduler import postrooms
from scheduler.farm import Farm

log = structlog.get_logger(__name__)

#: Bytes of one message, its recipients, and seconds of silence.
LARGEST, MOST, SILENCE = 35 * 1024**2, 20, 60


@asynccontextmanager
async def listening(farm: Farm) -> AsyncIterator[asyncio.Server | None]:
    """At `MOISSON_INBOUND`, while the worker is at work; None where that is empty."""
    if not farm.settings.inbound:
        yield None
        return
    host, _, port = farm.settings.inbound.rpartition(":")
    make = partial(
        SMTP,
        Inbound(farm, postrooms.of(farm)),
        data_size_limit=LARGEST,
        hostname="moisson",
        ident="Moisson",
        timeout=SILENCE,
    )
    server = await asyncio.get_running_loop().create_server(make, host.strip("[]"), int(port))
    log.info("inbound.ready", at=farm.settings.inbound)
    try:
        yield server
    finally:
        server.close()
        await server.wait_closed()


class Inbound:
    """What is answered to each step of SMTP (RFC 5321 4.2)."""

    def __init__(self, farm: Farm, postroom: Postroom) -> None:
        self.farm, self.postroom = farm, postroom

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if len(envelope.rcpt_tos) >= MOST:
            return "452 4.5.3 too many recipients"
        if not await self._in_pool(self._is_living, address):
            return "550 5.1.1 no such address"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:
        raw = envelope.content if isinstance(envelope.content, bytes) else b""
        try:
            for recipient in envelope.rcpt_tos:
                await self._in_pool(self._take, raw, recipient)
        except errors.MoissonError as err:
            log.warning("inbound.postponed", error=type(err).__name__)
            return "451 4.3.0 try again later"
        return "250 2.0.0 taken in"

    def _is_living(self, address: str) -> bool:
        with self.farm.database.read() as session:
            return forwards.at(session, address) is not None

    def _take(self, raw: bytes, recipient: str) -> None:
        now = self.farm.now()
        with self.farm.database.write() as session:
            address = forwards.at(session, recipient)
            if address is None:
                return
            address.used_at = now
            mailbox = forwards.mailbox(session, address, recipient, now=now)
        head = replace(letters.read(raw).head, recipients=(recipient,))
        posted = self.postroom.sort(mailbox, Found("", head, now, len(raw), lambda: raw))
        with self.farm.database.write() as session:
            posting.book(session, session.get_one(models.Mailbox, mailbox.id), None, posted, now=now)

    async def _in_pool(self, act: Any, *args: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self.farm.pool, act, *args)
