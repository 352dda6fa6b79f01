"""QuickBooks Online through the real worker: a consent that names a company, its lists, a bill with its file, tokens that rotate."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest_asyncio

from core import providers
from core.db import models
from core.export import chosen
from core.export.chosen import Rule
from core.settings import Settings
from demo.qbo import Qbo
from scheduler import destinations, farm, partner_rounds
from tests.scheduler import homecoming
from vault import redact
from web import consents, desk

OUTSIDE, SECRET = "https://farm.example", "canary-of-the-quickbooks-app"


@dataclass
class World:
    farm: farm.Farm
    service: Qbo
    destination: int

    async def go(self) -> None:
        """What is due is done, until the last round of it has ended."""
        target = destinations.TARGETS["qbo"](self.farm)
        rounds = partner_rounds.Rounds(self.farm, sources={"none": None}, targets={"qbo": target})  # type: ignore[dict-item]
        for going in await rounds.look():
            await going

    def row(self) -> models.Destination:
        with self.farm.database.read() as session:
            return session.get_one(models.Destination, self.destination)


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    service = Qbo().start()
    service.office.register("our-app", SECRET, f"{OUTSIDE}/oauth/callback")
    settings = Settings(
        data=tmp_path / "data",
        key_file=tmp_path / "keys" / "vault.key",
        allow_loopback=True,
        stand_ins={"qbo": service.url},
        _env_file=None,  # type: ignore[call-arg]
    )
    try:
        async with farm.opened(settings, redact.Redactor()) as one:
            yield await _connected(one, service)
    finally:
        service.stop()


async def _connected(one: farm.Farm, service: Qbo) -> World:
    now, at_desk = one.now(), desk.of(one.settings)
    provider = providers.known(one.settings.stand_ins, "qbo")
    with one.database.write() as session:
        session.add(models.Person(id=1, email="anne@firm.example", password_hash="-", created_at=now))
        place = models.Destination(workspace_id=1, kind="qbo", place="", created_at=now, starts_at=now)
        session.add(place)
        session.flush()
        by = consents.Visitor(1, "the-browser-of-anne", now)
        app = consents.register(
            session, at_desk, 1, provider, client_id="our-app", client_secret=SECRET, by=by
        )
        asked = consents.ask(session, at_desk, place, app, provider, outside=OUTSIDE, back="/x", by=by)
        books = chosen.Settings({"EUR": now.isoformat()}, otherwise=Rule("bill", account="8", tax="4"))
        chosen.keep(session, place, books, by=1, now=now)
        world = World(one, service, place.id)
    answer = httpx.post(asked.address, data={"answer": "yes"}, timeout=60)
    told = dict(parse_qsl(urlsplit(answer.headers["Location"]).query))
    with one.database.write() as session:
        consents.come_back(session, at_desk, told, stand_ins=one.settings.stand_ins, by=by)
    await world.go()
    await world.go()
    return world


async def test_the_company_of_the_consent_is_known_and_its_lists_are_read(world: World) -> None:
    books = world.row().books or {}
    assert (books["id"], books["name"]) == (world.service.books.realm, "Atelier Brun")
    assert world.row().error is None


async def test_a_bill_comes_there_once_with_its_file(world: World) -> None:
    homecoming.bring(world.farm)
    await world.go()
    await world.go()
    (bill,) = world.service.books.records["Bill"]
    assert (bill["DocNumber"], bill["TotalAmt"]) == ("F-1", 45.9)
    assert list(world.service.books.contents.values()) == [homecoming.PDF]


async def test_an_answer_that_is_lost_is_looked_for_in_the_next_round(world: World) -> None:
    homecoming.bring(world.farm)
    at = iter(range(1, 9))
    world.service.loses, world.service.forgets_keys = lambda: next(at) == 2, True
    await world.go()
    assert world.row().error == "PartnerSilent"
    now = world.farm.now
    world.farm.now = lambda: now() + timedelta(hours=1)
    await world.go()
    assert (len(world.service.books.records["Bill"]), len(world.service.books.files)) == (1, 1)
    assert world.row().error is None


async def test_a_token_that_ended_is_renewed_and_the_bill_goes(world: World) -> None:
    calls = world.service.office.token_calls
    world.service.office.expire_access()
    homecoming.bring(world.farm)
    await world.go()
    assert world.service.office.token_calls == calls + 1
    assert len(world.service.books.records["Bill"]) == 1


async def test_a_consent_that_was_withdrawn_waits_for_a_person(world: World) -> None:
    world.service.office.ended = True
    homecoming.bring(world.farm)
    await world.go()
    assert world.row().error == "ConsentEnded"
    assert world.service.books.records["Bill"] == []
