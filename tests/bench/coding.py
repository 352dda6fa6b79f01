"""Codes that a portal mails, in a process of its own: the whole worker, a real browser, a real IMAP server.

`python -m tests.bench.coding '{"count": 2, "idle": true}'` prints what it took as JSON. A code is mailed some seconds after the portal
says so, as codes are; a look-alike's mail with another code comes just before it.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import select

from core import ledger
from core.db import models
from core.ledger import mailboxes
from core.mailbox import places
from demo import dovecot, mailings
from demo.stage import Lever
from scheduler.worker import Worker
from tests.scheduler import world
from vault import fields, redact
from web import desk

USER, PASSWORD = "compta@atelier.example", "bench-mailbox"
SENDER, LOOK_ALIKE = "no-reply@nimbus.example", "no-reply@nimbus.example.evil.example"
#: Seconds between asking and the mail, at least and at most; and in which a visit has ended, or never does.
COMES, PATIENCE = (1.0, 6.0), 120.0


class Mail:
    """The mailbox, and what Nimbus writes to it: when each code arrived, and when it was typed."""

    def __init__(self, server: dovecot.Dovecot) -> None:
        self._server, self._dice = server, Random(7)
        self.arrived: dict[str, float] = {}
        self.typed: dict[str, float] = {}

    def send(self, code: str) -> None:
        threading.Timer(self._dice.uniform(*COMES), self._deliver, [code]).start()

    def _deliver(self, code: str) -> None:
        self._put("000000", LOOK_ALIKE)
        self.arrived[code] = time.monotonic()  # before: it may be typed at once
        self._put(code, SENDER)

    def _put(self, code: str, sender: str) -> None:
        text = f"Your code is {code}. It is valid for 5 minutes."
        letter = mailings.mail(USER, sender, "Your Nimbus sign-in code", text)
        self._server.deliver(USER, [(letter.as_bytes(), datetime.now(UTC))], prefix=f"{code}-{sender[-12:]}-")

    def noting(self, opens: Callable[..., bool]) -> Callable[..., bool]:
        """The portal's own look at a code, with a note of when it came."""

        def noted(login: str, code: str, valid: float) -> bool:
            self.typed[code] = time.monotonic()
            return opens(login, code, valid)

        return noted


async def codes(*, count: int, idle: bool) -> dict[str, Any]:
    """Seconds from each mail's arrival until its code was typed, and how the visits ended."""
    redact.start_logging(level="ERROR")
    home = Path(tempfile.mkdtemp(prefix="moisson-"))
    home.chmod(0o755)
    server = dovecot.Dovecot(home, PASSWORD, idle=idle)
    server.start()
    try:
        async with world.opened(Path("farm").absolute()) as here:
            return await _worked(here, server, count, idle)
    finally:
        server.stop()
        shutil.rmtree(home, ignore_errors=True)


async def _worked(here: world.World, server: dovecot.Dovecot, count: int, idle: bool) -> dict[str, Any]:
    mail, nimbus = Mail(server), here.portal("nimbus")
    here.pull("nimbus", Lever.CODE)
    phone = nimbus.house.phone
    phone.mailed, phone.opens = mail.send, mail.noting(phone.opens)  # type: ignore[method-assign]
    _connect(here, server.port)
    worker = Worker(here.farm, {})
    working = asyncio.create_task(worker.work())
    await _until(lambda: here.rows(models.Mailbox)[0].last_success_at is not None)
    await _until(lambda: bool(worker.watch.lines) or not idle)
    for number in range(1, count + 1):
        await _visit(here, here.add("nimbus", username=f"user-{number}@atelier.example"))
    worker.stop()
    await working
    return _told(here, mail, nimbus.house.counters.codes_refused, count)


def _told(here: world.World, mail: Mail, refused: int, count: int) -> dict[str, Any]:
    done = sum(run.state == "done" for run in here.rows(models.Run))
    answered = [entry.actor for entry in here.rows(models.AuditEntry) if entry.action == "challenge.answered"]
    seconds = [mail.typed[code] - at for code, at in mail.arrived.items() if code in mail.typed]
    right = done == len(seconds) == count and not refused and answered == ["mailbox"] * count
    return {"seconds": seconds, "done": done, "refused": refused, "answered": answered, "right": right}


def _connect(here: world.World, port: int) -> None:
    place, now = places.imap("127.0.0.1", port, security="plain", login=USER), here.farm.now()
    with here.farm.database.write() as session:
        box = mailboxes.connect(session, 1, USER, kind="imap", role="ap", place=place, by=None, now=now)
        holder = fields.Holder.of(box, places.origins(box, {}))
        trusted = desk.of(here.farm.settings).trusted()
        fields.seal(session, trusted, holder, "password", PASSWORD, actor="person:1", at=now)


async def _visit(here: world.World, account_id: int) -> None:
    """As a person asks for it, to its end."""
    with here.farm.database.write() as session:
        ledger.wish(session, 1, "collect", account_id=account_id, now=here.farm.now())

    def ended() -> bool:
        with here.farm.database.read() as session:
            mine = select(models.Run.ended_at).where(models.Run.account_id == account_id)
            return any(session.scalars(mine))

    await _until(ended)


async def _until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not true():  # noqa: ASYNC110 - it happens in the farm's own threads
            await asyncio.sleep(0.1)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(codes(**json.loads(sys.argv[1])))) + "\n")
