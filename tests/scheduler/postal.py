"""A farm and one real IMAP server with mailboxes of its company."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from core.db import models
from core.ledger import mailboxes, messages
from core.mailbox import places
from core.settings import Settings
from demo import dovecot
from scheduler import farm, partner_rounds, rounds
from vault import fields, redact
from web import desk

PASSWORD = "canary-mail-password-5c1e"
USER = "compta@atelier.example"
INTROSPECTION = "/introspect"


@dataclass
class World:
    farm: farm.Farm
    server: dovecot.Dovecot
    desk: desk.Desk
    log: redact.Redactor

    def deliver(
        self,
        *mails: EmailMessage | bytes,
        user: str = USER,
        folder: str = "INBOX",
        days: float = 1,
        prefix: str = "m",
    ) -> None:
        """They came `days` ago, a second apart."""
        raws = [mail if isinstance(mail, bytes) else mail.as_bytes() for mail in mails]
        came = self.farm.now() - timedelta(days=days)
        self.server.deliver(
            user,
            [(raw, came + timedelta(seconds=at)) for at, raw in enumerate(raws)],
            folder=folder,
            prefix=prefix,
        )

    def connect(self, user: str = USER, *, workspace: int = 1, password: str = PASSWORD, **said: Any) -> int:
        place = places.imap("127.0.0.1", self.server.port, security="plain", login=user)
        now = self.farm.now()
        said = {"kind": "imap", "role": "ap", "place": place, **said}
        with self.farm.database.write() as session:
            box = mailboxes.connect(session, workspace, user, by=None, now=now, **said)
            if password:
                self._seal(session, box, password)
            return box.id

    def correct(self, mailbox: int, password: str = PASSWORD) -> None:
        """As a person does it on the page."""
        with self.farm.database.write() as session:
            box = session.get_one(models.Mailbox, mailbox)
            box.secret_version += 1
            self._seal(session, box, password)
            mailboxes.check_soon(box, now=self.farm.now())

    def _seal(self, session: Session, box: models.Mailbox, password: str) -> None:
        holder = fields.Holder.of(box, places.origins(box, self.farm.settings.stand_ins))
        trusted, now = self.desk.trusted(), self.farm.now()
        fields.seal(session, trusted, holder, "password", password, actor="person:1", at=now)

    async def check(self, mailbox: int | None = None) -> None:
        """One round to every mailbox, or to this one, and what it brought is read."""
        with self.farm.database.write() as session:
            for box in session.query(models.Mailbox).filter(models.Mailbox.deleted_at.is_(None)):
                if mailbox in (None, box.id):
                    box.next_check_at = self.farm.now()
        for going in await partner_rounds.Rounds(self.farm).look():
            await going

    def read(self) -> None:
        rounds.read_what_waits(self.farm)

    def rows(self, kind: type[Any]) -> list[Any]:
        with self.farm.database.read() as session:
            return list(session.query(kind))

    def box(self, mailbox: int) -> models.Mailbox:
        with self.farm.database.read() as session:
            return session.get_one(models.Mailbox, mailbox)

    def verdicts(self) -> dict[str, tuple[str, str | None]]:
        return {one.subject: (one.verdict, one.reason) for one in self.rows(models.Message)}

    def want(self, subject: str) -> None:
        with self.farm.database.write() as session:
            message = session.query(models.Message).filter_by(subject=subject).one()
            messages.want(session, message, by=None, now=self.farm.now())

    def change(self, row: models.Base, **values: Any) -> None:
        with self.farm.database.write() as session:
            kept = session.get_one(type(row), row.id)  # type: ignore[attr-defined]
            for name, value in values.items():
                setattr(kept, name, value)

    def flags(self, user: str = USER, folder: str = "INBOX") -> list[bytes]:
        """All that the server says of its messages, as another client sees it."""
        with self.server.looked_at(user) as box:
            box.select(f'"{folder}"', readonly=True)
            found: Iterable[Any] = box.fetch("1:*", "(UID FLAGS RFC822.SIZE INTERNALDATE)")[1]
            return [line for line in found if line]

    @property
    def at(self) -> datetime:
        return self.farm.now()


@asynccontextmanager
async def opened(
    folder: Path,
    *,
    introspection: str = "",
    stand_ins: dict[str, str] | None = None,
    tls: tuple[bytes, bytes] | None = None,
    outside: dict[str, Any] | None = None,
) -> AsyncIterator[World]:
    """`tls` is the server's certificate and key; `outside` lets replicas answer for true host names (`farm.opened`)."""
    require()
    settings = Settings(
        data=folder / "data",
        key_file=folder / "keys" / "vault.key",
        allow_loopback=True,
        stand_ins=stand_ins or {},
        _env_file=None,  # type: ignore[call-arg]
    )
    log = redact.Redactor()
    server = dovecot.Dovecot(_short(), PASSWORD, introspection=introspection, tls=tls)
    server.start()
    try:
        async with farm.opened(settings, log, **outside or {}) as opened_farm:
            yield World(opened_farm, server, desk.of(settings), log)
    finally:
        server.stop()
        shutil.rmtree(server.home, ignore_errors=True)


def require() -> None:
    """Skips the test where there is no Dovecot, and says how to have one; where CI is set it fails instead."""
    if not dovecot.is_there():
        why = "NO DOVECOT on this machine: apt install dovecot-imapd (nothing of it has to run)"
        if os.environ.get("CI"):
            pytest.fail(why)
        pytest.skip(why)


def _short() -> Path:
    """Its sockets have paths of a hundred characters at most."""
    place = Path(tempfile.mkdtemp(prefix="dc-"))
    place.chmod(0o755)
    return place
