"""A farm and one mailbox at a provider of consents that is played here; what a person does for it is done by its own code."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
from reportlab.pdfgen.canvas import Canvas

from core import providers
from core.db import models
from core.ledger import mailboxes
from core.mailbox import places
from core.settings import Settings
from demo import gmail, graph, server
from scheduler import farm, partner_rounds
from tests.core.mailbox import mails
from vault import redact
from web import consents, desk

SECRET = "canary-client-secret-of-mail"
BY = "the-browser-of-anne"

PLAYED: dict[str, Any] = {"gmail": gmail.Letterbox, "graph": graph.Postbox}


def menu() -> bytes:
    """A paper that is no invoice, as a PDF."""
    kept = io.BytesIO()
    page = Canvas(kept, invariant=1)
    page.drawString(80, 700, "Lundi : gratin. Mardi : soupe de courge.")
    page.save()
    return kept.getvalue()


@dataclass
class World:
    farm: farm.Farm
    played: Any
    mailbox: int
    desk: desk.Desk
    rounds: partner_rounds.Rounds

    def bill(self, number: str, *, days: float = 1.0, name: str = "facture.pdf", **more: Any) -> Any:
        """An invoice comes by mail so many days before now."""
        files = ((name, mails.bill(number)),)
        return self.arrive(mails.mail(f"Votre facture {number}", files=files, **more).as_bytes(), days=days)

    def card(self, subject: str, name: str = "carte.pdf") -> Any:
        """Something else comes, with a file."""
        return self.arrive(mails.mail(subject, "cantine@firm.example", files=((name, menu()),)).as_bytes())

    def arrive(self, raw: bytes, *labels: str, days: float = 1.0) -> Any:
        return self.played.arrive(raw, self.farm.now() - timedelta(days=days), *labels)

    def consent(self) -> None:
        """A person says yes at the provider and comes back."""
        row = self.row()
        with self.farm.database.write() as session:
            provider = providers.known(self.farm.settings.stand_ins, places.PROVIDER[row.kind])
            app = consents.app_of(session, 1, provider.id)
            assert app
            by, back = consents.Visitor(1, BY, self.farm.now()), "/mailboxes/1"
            outside = "https://farm.example"
            asked = consents.ask(session, self.desk, row, app, provider, outside=outside, back=back, by=by)
        answer = httpx.post(asked.address, data={"answer": "yes"}, timeout=60)
        told = dict(parse_qsl(urlsplit(answer.headers["Location"]).query))
        with self.farm.database.write() as session:
            stand_ins = self.farm.settings.stand_ins
            consents.come_back(session, self.desk, told, stand_ins=stand_ins, by=by)

    async def go(self) -> None:
        """What is due is done, until the last round of it has ended."""
        for going in await self.rounds.look():
            await going

    async def connected(self) -> None:
        """The consent is exchanged, then the mailbox is looked into."""
        self.consent()
        await self.go()
        await self.go()

    async def check(self) -> None:
        self.change(next_check_at=self.farm.now())
        await self.go()

    def row(self) -> models.Mailbox:
        with self.farm.database.read() as session:
            return session.get_one(models.Mailbox, self.mailbox)

    def change(self, **values: Any) -> None:
        with self.farm.database.write() as session:
            for name, value in values.items():
                setattr(session.get_one(models.Mailbox, self.mailbox), name, value)

    def messages(self) -> dict[str, tuple[str, str | None]]:
        """What became of each message, and why, by subject."""
        return {one.subject: (one.verdict, one.reason) for one in self.rows(models.Message)}

    def documents(self) -> int:
        return len(self.rows(models.Document))

    def progress(self) -> mailboxes.Progress:
        with self.farm.database.read() as session:
            return mailboxes.progress(session, self.mailbox)

    def rows(self, kind: type[Any]) -> list[Any]:
        with self.farm.database.read() as session:
            return list(session.query(kind))


@asynccontextmanager
async def opened(folder: Path, kind: str) -> AsyncIterator[World]:
    name = places.PROVIDER[kind]
    played: Any = PLAYED[kind]()
    played.office.register("our-app", SECRET, "https://farm.example/oauth/callback")
    playing = server.Server(played.app)
    playing.start()
    settings = Settings(
        data=folder / "data",
        key_file=folder / "keys" / "vault.key",
        allow_loopback=True,
        stand_ins={name: playing.url},
        _env_file=None,  # type: ignore[call-arg]
    )
    try:
        async with farm.opened(settings, redact.Redactor()) as one:
            yield _founded(one, played, kind, one.now())
    finally:
        playing.stop()


def _founded(one: farm.Farm, played: Any, kind: str, now: datetime) -> World:
    at_desk = desk.of(one.settings)
    provider = providers.known(one.settings.stand_ins, places.PROVIDER[kind])
    with one.database.write() as session:
        session.add(models.Person(id=1, email="anne@firm.example", password_hash="-", created_at=now))
        session.flush()
        by = consents.Visitor(1, BY, now)
        consents.register(session, at_desk, 1, provider, client_id="our-app", client_secret=SECRET, by=by)
        row = mailboxes.connect(
            session, 1, "anne@firm.example", kind=kind, role="ap", place={}, by=1, now=now, ready=False
        )
        mailbox = row.id
    return World(one, played, mailbox, at_desk, partner_rounds.Rounds(one, targets={"none": None}))  # type: ignore[dict-item]
