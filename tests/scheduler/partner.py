"""A farm and one partner: an accounting service that is played here, with a destination that may go there by a consent."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
from flask import Flask, Response, jsonify, request

from core import partners, providers
from core.db import models
from core.settings import Settings
from demo import consent, server
from scheduler import farm, partner_rounds, round_lease, tokens
from vault import fields, redact
from web import consents, desk

SECRET = "canary-client-secret-7f3a"
KEY = "canary-api-key-91be"
BY = "the-browser-of-anne"


@dataclass
class Books:
    """A target that asks its service one thing, in the way that `ask` says."""

    provider: providers.Provider
    more: tuple[str, ...] = ()
    seen: list[Any] = field(default_factory=list)
    ask: Callable[[partners.Means], Any] = lambda means: None

    def origins(self, destination: models.Destination) -> tuple[str, ...]:
        return (*self.provider.origins, *self.more)

    def deliver(self, destination: models.Destination, means: partners.Means) -> None:
        self.seen.append(self.ask(means))


def who(provider: providers.Provider) -> Callable[[partners.Means], Any]:
    """Ask the service whom it takes us for."""

    def ask(means: partners.Means) -> Any:
        answer = means.http.get(f"{provider.api}/who", auth=means.bearer)
        return partners.expect(answer).json()["person"]

    return ask


@dataclass
class World:
    farm: farm.Farm
    office: consent.Office
    books: Books
    destination: int
    desk: desk.Desk
    app: Flask
    at: datetime

    def visitor(self, *, session_hash: str = BY, later: timedelta = timedelta(0)) -> consents.Visitor:
        return consents.Visitor(1, session_hash, self.farm.now() + later)

    def asked(self) -> consents.Asked:
        """A person asks for the consent."""
        with self.farm.database.write() as session:
            place = session.get_one(models.Destination, self.destination)
            app = consents.app_of(session, 1, "xero")
            assert app
            outside, by = "https://farm.example", self.visitor()
            return consents.ask(
                session, self.desk, place, app, self.books.provider, outside=outside, back="/x", by=by
            )

    def agreed(self, asked: consents.Asked) -> dict[str, str]:
        """What the provider sends back with the browser of a person who said yes."""
        answer = httpx.post(asked.address, data={"answer": "yes"}, timeout=60)
        assert answer.status_code == 302, answer.text
        return dict(parse_qsl(urlsplit(answer.headers["Location"]).query))

    def come_back(self, told: dict[str, str], **by: Any) -> None:
        with self.farm.database.write() as session:
            stand_ins = self.farm.settings.stand_ins
            consents.come_back(session, self.desk, told, stand_ins=stand_ins, by=self.visitor(**by))

    async def go(self) -> None:
        """What is due is done, until the last round of it has ended."""
        rounds = partner_rounds.Rounds(self.farm, sources={"none": None}, targets={"xero": self.books})  # type: ignore[dict-item]
        for going in await rounds.look():
            await going

    async def connected(self) -> None:
        self.come_back(self.agreed(self.asked()))
        await self.go()

    async def round(self) -> None:
        """One round there."""
        self.change(next_round_at=self.farm.now())
        await self.go()

    def row(self) -> models.Destination:
        with self.farm.database.read() as session:
            return session.get_one(models.Destination, self.destination)

    def change(self, **values: Any) -> None:
        with self.farm.database.write() as session:
            for name, value in values.items():
                setattr(session.get_one(models.Destination, self.destination), name, value)

    def rows(self, kind: type[Any]) -> list[Any]:
        with self.farm.database.read() as session:
            return list(session.query(kind))

    def trail(self) -> list[str]:
        return [entry.action for entry in self.rows(models.AuditEntry)]


@asynccontextmanager
async def opened(folder: Path, log: redact.Redactor | None = None) -> AsyncIterator[World]:
    app = Flask("books")
    playing = server.Server(app)
    playing.start()
    provider = providers.known({"xero": playing.url}, "xero")
    office = consent.Office(app, provider)
    office.register("our-app", SECRET, "https://farm.example/oauth/callback")

    @app.get("/who")
    def _who() -> Response | tuple[Response, int]:
        person = office.whose()
        return jsonify(person=person) if person else (jsonify(error="expired"), 401)

    @app.get("/say/<int:status>")
    def _say(status: int) -> tuple[str, int, dict[str, str]]:
        return "", status, dict(request.args)

    @app.get("/large")
    def _large() -> Response:
        return Response(b"x" * 65536 for _ in range(17 * 64))

    @app.get("/away")
    def _away() -> tuple[str, int, dict[str, str]]:
        return "", 302, {"Location": "https://elsewhere.example/"}

    settings = Settings(
        data=folder / "data",
        key_file=folder / "keys" / "vault.key",
        allow_loopback=True,
        stand_ins={"xero": playing.url},
        _env_file=None,  # type: ignore[call-arg]
    )
    try:
        async with farm.opened(settings, log or redact.Redactor()) as opened_farm:
            yield await _founded(opened_farm, office, provider, app)
    finally:
        playing.stop()


async def _founded(one: farm.Farm, office: consent.Office, provider: providers.Provider, app: Flask) -> World:
    now, at_desk = one.now(), desk.of(one.settings)
    with one.database.write() as session:
        session.add(models.Person(id=1, email="anne@firm.example", password_hash="-", created_at=now))
        place = models.Destination(
            workspace_id=1, kind="xero", place=provider.api, created_at=now, connected_at=now
        )
        session.add(place)
        session.flush()
        by = consents.Visitor(1, BY, now)
        consents.register(session, at_desk, 1, provider, client_id="our-app", client_secret=SECRET, by=by)
        books = Books(provider, ask=who(provider))
        holder = fields.Holder.of(place, books.origins(place))
        fields.seal(session, at_desk.trusted(), holder, "key", KEY, actor="person:1", by=1, at=now)
        destination = place.id
    return World(one, office, books, destination, at_desk, app, now)


def kept_tokens(world: World) -> dict[str, Any]:
    """What is sealed, as a round that holds the lease may open it."""
    from vault.field_opening import FieldOpener

    with world.farm.database.write() as session:
        (of,) = round_lease.take(session, "test", "destination", [world.destination])
    opener = FieldOpener(world.farm.database, world.farm.keyring)
    opened = opener.of_round(of, origins=world.books.origins(world.row()), now=world.farm.now())
    with world.farm.database.write() as session:
        round_lease.release(session, of)
    kept: dict[str, Any] = json.loads(opened[tokens.FIELD].reveal())
    return kept
