"""Mail that is forwarded straight to the farm: a small SMTP server, off unless asked for, that takes mail for living addresses and nothing else.

What it has said yes to lies on the disk until it is sorted and booked. It relays nothing, signs nobody in, and stands behind the company's own mail server.
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
from core.mailbox.found import Found
from core.mailbox.postroom import Postroom
from core.mailbox.tray import Handed, Tray
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
        Inbound(farm),
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

    def __init__(self, farm: Farm) -> None:
        self.farm, self.tray = farm, Tray(farm.archive)

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
        """Yes is said when the letter lies on the disk; until then it is the sender's, who tries again."""
        raw = envelope.content if isinstance(envelope.content, bytes) else b""
        try:
            if not await self._in_pool(self.farm.archive.room):
                raise errors.DiskFull
            await self._in_pool(self.tray.put, raw, envelope.rcpt_tos, self.farm.now())
        except errors.DiskFull:
            log.warning("inbound.postponed", error="DiskFull")
            return "452 4.3.1 no room, try again later"
        return "250 2.0.0 it is here"

    def _is_living(self, address: str) -> bool:
        with self.farm.database.read() as session:
            return forwards.at(session, address) is not None

    async def _in_pool(self, act: Any, *args: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self.farm.pool, act, *args)


def take_in(farm: Farm, postroom: Postroom) -> None:
    """What was said yes to is sorted and booked; whatever stops this, the letter lies there still, and what is booked is known."""
    tray = Tray(farm.archive)
    for path in tray.lying():
        with tray.held(path) as handed:
            if handed is None:
                continue
            try:
                for recipient in handed.recipients:
                    _take(farm, postroom, handed, recipient)
            except Exception as err:  # whatever is in one letter, the others go on; it waits, and says so
                trace = None if isinstance(err, errors.MoissonError) else err
                log.warning("inbound.postponed", error=type(err).__name__, exc_info=trace)
                tray.postpone(path)
                continue
            tray.done(path)


def _take(farm: Farm, postroom: Postroom, handed: Handed, recipient: str) -> None:
    now, raw = farm.now(), handed.raw
    with farm.database.write() as session:
        address = forwards.ever(session, recipient)
        if address is None:
            return
        address.used_at = now
        mailbox = forwards.mailbox(session, address, recipient, now=now)
    head = replace(postroom.open_letter(raw).head, recipients=(recipient,))
    posted = postroom.sort(mailbox, Found("", head, handed.received_at, len(raw), lambda: raw))
    with farm.database.write() as session:
        posting.book(session, session.get_one(models.Mailbox, mailbox.id), None, posted, now=now)
