"""Codes through the whole farm: asked live, answered sealed, refused, sent again, missed; and nobody signs in meanwhile."""

from __future__ import annotations

import asyncio
import dataclasses
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import update

from core import ledger, nouns
from core.db import models
from demo.stage import Lever
from scheduler import questions, wishes
from scheduler.worker import Worker
from tests.scheduler.world import World
from vault import sealing


def open_question(world: World) -> models.Challenge | None:
    return next((each for each in world.rows(models.Challenge) if each.closed_at is None), None)


async def until(what: Callable[[], Any]) -> Any:
    """What it gives once it gives something; two minutes are enough for everything here."""
    async with asyncio.timeout(120):
        while not (found := what()):  # noqa: ASYNC110 - the database is not awaited
            await asyncio.sleep(0.1)
    return found


async def asked(world: World, tries: int = 0) -> models.Challenge:
    """The question, once it was put to people after so many refusals."""
    put: models.Challenge = await until(lambda: (q := open_question(world)) and q.tries == tries and q)
    return put


def say(world: World, challenge: models.Challenge, text: str) -> None:
    """What the page does with what a person types."""
    with world.farm.database.write() as session:
        sealed = sealing.seal_answer(session, world.farm.keyring.trusted, challenge, text)
        ledger.answer(session, challenge, sealed, by=None, now=world.farm.now())


async def during(visit: Awaitable[dict[str, Any]], person: Awaitable[None]) -> dict[str, Any]:
    ended: tuple[dict[str, Any], None] = await asyncio.gather(visit, person)
    return ended[0]


def hurry(world: World, seconds: float) -> None:
    """The portal's codes are good for so long."""
    collector = world.farm.catalogue.collectors["mandarine"]
    collector.manifest = dataclasses.replace(collector.manifest, code_valid=seconds)  # type: ignore[arg-type]


def an_hour_later(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """So much time passes at once for the farm, and for who waits for a code."""
    now, seconds = world.farm.now, time.monotonic
    monkeypatch.setattr(world.farm, "now", lambda: now() + timedelta(hours=1))
    monkeypatch.setattr(questions, "time", SimpleNamespace(monotonic=lambda: seconds() + 3600))


def steps(world: World) -> list[str]:
    return [event.step for event in world.rows(models.RunEvent) if event.step.startswith("code_")]


async def test_a_code_is_asked_live_and_the_next_two_visits_ask_nobody(world: World) -> None:
    world.pull("mandarine", Lever.CODE)
    one, portal = world.add("mandarine"), world.portal("mandarine")

    async def person() -> None:
        put = await asked(world)
        assert (put.kind, put.wants, put.medium) == ("CodeNeeded", "code", "sms")
        assert "•• 42" in (put.said or "")
        with world.farm.database.read() as session:
            view = ledger.account_view(session, 1, one, world.farm.now())
            assert view is not None
            assert view.state == nouns.AccountState.NEEDS_CODE
            assert ledger.is_answerable(session, put, now=world.farm.now())
        say(world, put, portal.house.sms)

    ended = await during(world.collect(one), person())
    assert (ended["error"], ended["receipt"]["baseline"]) == (None, 14)
    (challenge,) = world.rows(models.Challenge)
    assert challenge.outcome == "answered"
    (wish,) = world.rows(models.Wish)
    assert (wish.outcome, wish.sealed) == ("taken", None)
    assert steps(world) == ["code_asked", "code_taken"]
    for _ in range(2):
        assert (await world.scheduled(one))["receipt"]["logins"] == 0
    assert portal.counters.codes_sent == 1


async def test_a_wrong_code_stays_in_the_session_and_counts_against_its_links(world: World) -> None:
    world.pull("mandarine", Lever.CODE)
    one, portal = world.add("mandarine"), world.portal("mandarine")

    async def person() -> None:
        put = await asked(world)
        with world.farm.database.write() as session:
            ledger.add_link(session, put, "hash", now=world.farm.now())
        say(world, put, "nonsense")
        say(world, put, "a second click")
        again = await asked(world, tries=2)
        assert (again.id, again.tries_left) == (put.id, 2)
        assert again.refused_said == "Code incorrect ou expiré."
        say(world, again, portal.house.sms)

    assert (await during(world.collect(one), person()))["error"] is None
    (link,) = world.rows(models.ChallengeLink)
    assert link.wrong_tries == 1
    assert [wish.outcome for wish in world.rows(models.Wish)] == ["taken", "late", "taken"]
    assert (portal.counters.codes_sent, portal.counters.codes_refused) == (1, 1)
    assert steps(world) == ["code_asked", "code_refused", "code_taken"]


async def test_send_again_works_from_the_portals_delay_on(world: World) -> None:
    world.pull("mandarine", Lever.CODE)
    one, portal = world.add("mandarine"), world.portal("mandarine")

    async def person() -> None:
        put = await asked(world)
        with world.farm.database.write() as session:
            here = session.get_one(models.Challenge, put.id)
            assert ledger.send_again(session, here, by=None, now=here.opened_at) is None
            assert here.resend_at is not None
            assert ledger.send_again(session, here, by=None, now=here.resend_at)
        await until(lambda: portal.counters.codes_sent == 2)
        say(world, await asked(world), portal.house.sms)

    assert (await during(world.collect(one), person()))["error"] is None
    assert "code_sent_again" in steps(world)
    assert len(world.rows(models.Notice)) == 1


async def test_who_asked_for_the_visit_looks_on_and_is_told_only_of_what_they_missed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.pull("mandarine", Lever.CODE)
    one, now = world.add("mandarine"), world.farm.now()
    with world.farm.database.write() as session:
        anna = models.Person(email="anna@firm.example", password_hash="", created_at=now)
        session.add(anna)
        session.flush()
        session.get_one(models.Account, one).owner_id = anna.id
        ledger.wish(session, 1, "collect", account_id=one, asked_by=anna.id, now=now)
    worker = Worker(world.farm, facts={})
    (taken,), _ = await world.farm.writer(worker._look)
    visit = worker.begin(taken)
    await asked(world)
    assert world.rows(models.Notice) == []
    an_hour_later(world, monkeypatch)
    await visit
    assert len(world.rows(models.Notice)) == 1


async def test_a_missed_code_leaves_the_question_open_and_sends_no_other(world: World) -> None:
    hurry(world, 1.0)
    world.pull("mandarine", Lever.CODE)
    one, portal = world.add("mandarine"), world.portal("mandarine")
    ended = await world.scheduled(one)
    assert (ended["state"], ended["error"]["name"]) == (nouns.RunState.WAITING, "CodeNeeded")
    put = await asked(world)
    assert [notice.about for notice in world.rows(models.Notice)] == [f"challenge:{put.id}"]
    assert (steps(world), portal.counters.codes_sent) == (["code_asked"], 1)
    with world.farm.database.read() as session:
        assert not ledger.is_answerable(session, put, now=world.farm.now())
    with pytest.raises(AssertionError):
        await world.scheduled(one)
    say(world, put, portal.house.sms)
    with world.farm.database.write() as session:
        wishes.grant(session, world.farm.now())
    (late,) = world.rows(models.Wish)
    assert (late.outcome, late.sealed) == ("late", None)
    assert portal.counters.codes_sent == 1


async def test_i_am_here_asks_the_portal_for_one_new_code(world: World) -> None:
    hurry(world, 1.0)
    world.pull("mandarine", Lever.CODE)
    one, portal = world.add("mandarine"), world.portal("mandarine")
    await world.collect(one)
    hurry(world, 600.0)
    with world.farm.database.write() as session:
        account = session.get_one(models.Account, one)
        ledger.here_i_am(session, account, by=None, now=world.farm.now())
    worker = Worker(world.farm, facts={})
    (taken,), _ = await world.farm.writer(worker._look)
    visit = worker.begin(taken)
    put = await asked(world)
    say(world, put, portal.house.sms)
    await visit
    assert [each.outcome for each in world.rows(models.Challenge)] == ["asked_anew", "answered"]
    assert portal.counters.codes_sent == 2


async def test_while_a_question_is_open_neither_tick_nor_person_nor_second_worker_signs_in(
    world: World,
) -> None:
    world.pull("mandarine", Lever.CODE)
    one, portal = world.add("mandarine"), world.portal("mandarine")
    visit = asyncio.ensure_future(world.collect(one))
    put = await asked(world)
    with world.farm.database.write() as session:
        session.execute(update(models.Account).values(next_run_at=world.farm.now()))
        wish = ledger.wish(session, 1, "collect", account_id=one, now=world.farm.now())
    second = Worker(world.farm, facts={})
    taken, _ = await world.farm.writer(second._look)
    assert taken == []
    assert next(w.outcome for w in world.rows(models.Wish) if w.id == wish.id) == "asked"
    assert portal.counters.passwords == 1
    say(world, put, portal.house.sms)
    assert (await visit)["error"] is None


async def test_others_of_the_supplier_go_on_while_one_waits_for_its_person(world: World) -> None:
    world.pull("mandarine", Lever.CODE)
    one, other = world.add("mandarine"), world.add("mandarine", username="user-8")
    collector = world.farm.catalogue.collectors["mandarine"]
    pace = dataclasses.replace(collector.manifest.pace, logins_at_once=1)
    collector.manifest = dataclasses.replace(collector.manifest, pace=pace)
    visit = asyncio.ensure_future(world.collect(one))
    put = await asked(world)
    code = world.portal("mandarine").house.sms
    world.pull("mandarine", Lever.CODE, on=False)
    assert (await world.scheduled(other))["error"] is None
    say(world, put, code)
    assert (await visit)["error"] is None


async def test_the_device_of_a_refused_password_is_trusted_with_the_corrected_one(world: World) -> None:
    world.pull("mandarine", Lever.CODE)
    one, portal = world.add("mandarine"), world.portal("mandarine")

    async def person() -> None:
        say(world, await asked(world), portal.house.sms)

    await during(world.collect(one), person())
    world.pull("mandarine", Lever.CHANGE_PASSWORD)
    assert (await world.collect(one))["error"]["name"] == "BadCredentials"
    world.correct(one, portal.house.password)
    assert (await world.collect(one))["error"] is None
    assert portal.counters.codes_sent == 1


async def test_a_session_found_dead_leaves_how_long_it_lived_and_whether_a_person_had_helped(
    world: World,
) -> None:
    world.pull("mandarine", Lever.CODE)
    one, portal = world.add("mandarine"), world.portal("mandarine")

    async def person() -> None:
        say(world, await asked(world), portal.house.sms)

    await during(world.collect(one), person())
    for helped in (True, False):
        world.pull("mandarine", Lever.DROP_SESSIONS)
        assert (await world.collect(one))["error"] is None
        life = world.rows(models.SessionLife)[-1]
        assert life.asked is helped
        assert life.ended_at > life.began_at
    assert len(world.rows(models.SessionLife)) == 2


async def test_what_was_answered_stands_in_no_log_and_in_no_file(
    world: World, capfd: pytest.CaptureFixture[str]
) -> None:
    world.pull("mandarine", Lever.CODE)
    one, portal = world.add("mandarine"), world.portal("mandarine")

    async def person() -> None:
        say(world, await asked(world), "sesame-tamarind-open")
        say(world, await asked(world, tries=1), portal.house.sms)

    await during(world.collect(one), person())
    world.pull("mandarine", Lever.DOWN)
    written = b"".join(path.read_bytes() for path in world.farm.settings.data.rglob("*") if path.is_file())
    assert b"session.sealed" in written
    for told in (written, *(said.encode() for said in capfd.readouterr())):
        assert not [part for part in (b"sesame", b"tamarind") if part in told]
