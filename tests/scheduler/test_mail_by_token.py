"""IMAP by a consent (XOAUTH2): a real server that asks our stand-in of a provider whose token it is given."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest_asyncio
from flask import Flask

from core import providers
from core.db import models
from core.mailbox import places
from demo import consent, server
from scheduler import partner_rounds
from tests.core.mailbox.mails import bill, mail
from tests.scheduler import postal
from web import consents

SECRET, BACK = "canary-client-secret-of-imap", "https://farm.example/oauth/callback"


@dataclass
class World:
    """A mailbox that waits for its consent."""

    post: postal.World
    office: consent.Office
    mailbox: int

    def consent(self) -> None:
        """A person says yes at the provider and comes back."""
        farm, row = self.post.farm, self.post.box(self.mailbox)
        provider = providers.known(farm.settings.stand_ins, places.provider_of(row) or "")
        by = consents.Visitor(1, "the-browser-of-anne", farm.now())
        with farm.database.write() as session:
            app = consents.app_of(session, 1, provider.id)
            assert app
            asked = consents.ask(
                session,
                self.post.desk,
                row,
                app,
                provider,
                outside="https://farm.example",
                back="/",
                by=by,
                scopes=provider.imap_scopes,
            )
        answer = httpx.post(asked.address, data={"answer": "yes"}, timeout=60)
        told = dict(parse_qsl(urlsplit(answer.headers["Location"]).query))
        with farm.database.write() as session:
            consents.come_back(session, self.post.desk, told, stand_ins=farm.settings.stand_ins, by=by)

    async def connected(self) -> None:
        self.consent()
        for going in await partner_rounds.Rounds(self.post.farm).look():
            await going
        await self.post.check()

    def error(self) -> str | None:
        return self.post.box(self.mailbox).error


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    app = Flask("provider")
    office = consent.Office(app, providers.PROVIDERS["google"], person=postal.USER)
    office.register("our-app", SECRET, BACK)
    playing = server.Server(app)
    playing.start()
    stand_ins = {"google": playing.url}
    try:
        async with postal.opened(
            tmp_path, introspection=playing.url + consent.INTROSPECTION, stand_ins=stand_ins
        ) as post:
            yield World(post, office, _founded(post, providers.known(stand_ins, "google")))
    finally:
        playing.stop()


def _founded(post: postal.World, provider: providers.Provider) -> int:
    now = post.farm.now()
    with post.farm.database.write() as session:
        session.add(models.Person(id=1, email=postal.USER, password_hash="-", created_at=now))
        session.flush()
        by = consents.Visitor(1, "the-browser-of-anne", now)
        consents.register(session, post.desk, 1, provider, client_id="our-app", client_secret=SECRET, by=by)
    there = {"host": "127.0.0.1", "port": post.server.port, "security": "plain"}
    place = {**places.imap_by_consent(provider, postal.USER), **there}
    return post.connect(place=place, password="", ready=False)


async def test_a_consent_reads_a_mailbox_by_imap(world: World) -> None:
    world.post.deliver(mail("Facture", files=(("f.pdf", bill()),)))
    await world.connected()
    assert world.error() is None
    assert world.post.verdicts() == {"Facture": ("taken", None)}
    assert [one.scope for one in world.office.given] == ["https://mail.google.com/"]


async def test_a_token_that_is_over_before_its_time_is_refreshed_in_the_midst(world: World) -> None:
    await world.connected()
    world.office.expire_access()
    world.post.deliver(mail("Facture", files=(("f.pdf", bill()),)))
    await world.post.check()
    assert world.error() is None
    assert world.post.verdicts() == {"Facture": ("taken", None)}
    assert world.office.token_calls == 2
    await world.post.check()
    assert world.office.token_calls == 2


async def test_an_answer_with_a_token_that_was_lost_costs_no_consent(world: World) -> None:
    await world.connected()
    world.office.expire_access()
    world.office.rotates, world.office.lose_answers = False, 1
    await world.post.check()
    assert world.error() is None


async def test_a_consent_that_was_withdrawn_waits_for_a_person_and_goes_on_after_the_next(
    world: World,
) -> None:
    await world.connected()
    world.office.ended = True
    await world.post.check()
    assert world.error() == "ConsentEnded"
    assert world.post.box(world.mailbox).next_check_at is None
    world.office.ended = False
    await world.connected()
    assert world.error() is None


async def test_a_token_that_the_server_never_takes_is_asked_for_twice_and_no_more(world: World) -> None:
    world.office.person = "somebody.else@atelier.example"
    await world.connected()
    assert world.error() == "ConsentEnded"
    assert world.office.token_calls == 2
    assert "canary" not in (world.post.box(world.mailbox).said or "")
