from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from core import errors, partners
from scheduler import tokens
from tests.scheduler import partner
from vault import redact
from vault.field_opening import FieldOpener


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[partner.World]:
    async with partner.opened(tmp_path) as opened:
        await opened.connected()
        await opened.go()
        opened.books.seen.clear()
        opened.office.token_calls = 0
        yield opened


def later(world: partner.World, by: timedelta) -> None:
    """Time passes, here and there."""
    now, clock = world.farm.now, world.office.clock
    world.farm.now = lambda: now() + by
    world.office.clock = lambda: clock() + by.total_seconds()


async def test_a_token_that_is_good_is_used_again(world: partner.World) -> None:
    await world.round()
    assert world.books.seen == ["anne@firm.example"]
    assert world.office.token_calls == 0


async def test_a_token_is_refreshed_before_it_ends_and_its_successor_is_sealed(world: partner.World) -> None:
    before = partner.kept_tokens(world)
    later(world, timedelta(minutes=29))
    await world.round()
    after = partner.kept_tokens(world)
    assert world.books.seen == ["anne@firm.example"]
    assert world.office.token_calls == 1
    assert before["refresh_token"] != after["refresh_token"]
    assert (after["provider"], after["brought"]) == ("xero", {})


async def test_a_token_that_was_withdrawn_early_is_refreshed_within_the_request(world: partner.World) -> None:
    world.office.expire_access()
    await world.round()
    assert world.books.seen == ["anne@firm.example"]
    assert world.office.token_calls == 1


async def test_two_who_need_a_new_token_at_once_make_one_request(world: partner.World) -> None:
    world.office.expire_access()
    together = threading.Barrier(8)

    def ask(means: partners.Means) -> list[str]:
        told: list[str] = []

        def one() -> None:
            together.wait(120)
            told.append(partner.who(world.books.provider)(means))

        asking = [threading.Thread(target=one) for _ in range(8)]
        for each in asking:
            each.start()
        for each in asking:
            each.join()
        return told

    world.books.ask = ask
    await world.round()
    assert world.books.seen == [["anne@firm.example"] * 8]
    assert world.office.token_calls == 1


async def test_an_answer_that_is_lost_after_the_provider_has_stored_it_is_asked_for_again(
    world: partner.World,
) -> None:
    later(world, timedelta(hours=1))
    world.office.lose_answers = 1
    await world.round()
    assert world.books.seen == ["anne@firm.example"]
    assert world.office.token_calls == 2


async def test_a_worker_killed_between_the_new_token_and_its_commit_goes_on_with_the_old_one(
    world: partner.World, monkeypatch: pytest.MonkeyPatch
) -> None:
    later(world, timedelta(hours=1))

    def die(*_: object, **__: object) -> None:
        raise SystemError("killed")

    with monkeypatch.context() as killed:
        killed.setattr(FieldOpener, "seal", die)
        await world.round()
    assert world.books.seen == [], "no token is used before it is kept"
    world.change(error=None, parked_until=None)
    await world.round()
    assert world.books.seen == ["anne@firm.example"]


async def test_after_the_grace_the_consent_has_ended_and_only_a_person_renews_it(
    world: partner.World, monkeypatch: pytest.MonkeyPatch
) -> None:
    later(world, timedelta(hours=1))
    world.office.lose_answers = 2
    await world.round()
    assert world.row().error == "PartnerSilent"
    later(world, timedelta(minutes=31))
    world.change(parked_until=None)
    await world.round()
    assert world.row().error == "ConsentEnded"
    asked = world.office.token_calls
    later(world, timedelta(days=2))
    await world.round()
    assert world.office.token_calls == asked, "nothing goes there before a person has helped"
    await world.connected()
    await world.go()
    assert (world.row().error, world.books.seen) == (None, ["anne@firm.example"])


async def test_a_consent_that_was_withdrawn_waits_for_a_person(world: partner.World) -> None:
    world.office.ended = True
    await world.round()
    assert (world.row().error, world.row().parked_until) == ("ConsentEnded", None)


async def test_a_round_that_lost_its_lease_neither_opens_nor_keeps_tokens(world: partner.World) -> None:
    before = partner.kept_tokens(world)
    world.office.expire_access()
    act = partner.who(world.books.provider)

    def overtaken(means: partners.Means) -> object:
        world.change(fence=world.row().fence + 1)
        with pytest.raises(errors.LeaseLost):
            means.hold()
        return act(means)

    world.books.ask = overtaken
    await world.round()
    assert world.books.seen == []
    world.change(leased_by=None)
    assert partner.kept_tokens(world) == before


async def test_what_is_revoked_there_works_no_more(world: partner.World) -> None:
    kept = partner.kept_tokens(world)

    def end(means: partners.Means) -> None:
        app = tokens.App(world.books.provider, "our-app", redact.Secret(partner.SECRET))
        tokens.revoke(means.http, app, kept["refresh_token"])

    world.books.ask = end
    await world.round()
    world.books.ask = partner.who(world.books.provider)
    await world.round()
    assert world.row().error == "ConsentEnded"


@pytest.mark.parametrize("spoilt", [False, True])
async def test_nothing_secret_is_in_the_database_or_in_a_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, spoilt: bool
) -> None:
    """With the fault put back (a log line and a row that hold what they should not) it is found."""
    log = redact.Redactor()
    caplog.handler.addFilter(log)
    caplog.set_level(logging.DEBUG)
    async with partner.opened(tmp_path, log) as world:
        await world.connected()
        await world.go()
        world.office.expire_access()
        await world.round()
        world.books.ask = lambda means: means.secrets()["key"].reveal()
        await world.round()
        held = [one.access_token for one in world.office.given] + [
            one.refresh_token for one in world.office.given
        ]
        secrets = {partner.SECRET, partner.KEY, *held}
        if spoilt:
            logging.getLogger("x").warning("asked with %s", partner.SECRET)
            world.change(said=held[0])
        await asyncio.sleep(0)
        stored = b"".join(file.read_bytes() for file in (tmp_path / "data").rglob("*") if file.is_file())
        found = {one for one in secrets if one.encode() in stored or one in caplog.text}
    assert world.books.seen[-1] == partner.KEY, "it was really opened"
    assert found == ({partner.SECRET, held[0]} if spoilt else set())
