"""What visits leave for the outlook: the ways that they went, and when a person will be asked again."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

from collectors.kit import trail
from core.db import models
from core.ledger import drift, past, weather
from demo.stage import Lever
from tests.scheduler.test_questions import asked, during, say
from tests.scheduler.world import World

#: Two pages of Mandarine's sign-in that every account passes.
USUAL = ("the user name page", "the password page")


def _list_at(world: World, *items: str) -> None:
    """As if Mandarine's file knew these places for the rows of its list."""
    collector = world.farm.catalogue.collectors["mandarine"]
    assert collector.manifest.list
    lines = dataclasses.replace(collector.manifest.list, items=items)
    collector.manifest = dataclasses.replace(collector.manifest, list=lines)


def _drifts(world: World, account_id: int) -> list[drift.Drift]:
    with world.farm.database.read() as session:
        return drift.of_supplier(past.last_runs(session, [account_id]))


async def test_a_visit_that_had_to_go_another_way_succeeds_and_is_seen_adrift(world: World) -> None:
    one, usual = world.add("mandarine"), "table#factures tbody tr"
    _list_at(world, usual, "table#archives tr")
    await world.collect(one)
    assert _drifts(world, one) == []

    _list_at(world, "table#a-name-of-old tr", usual)
    warm = await world.scheduled(one)
    assert (warm["error"], warm["receipt"]["browser"]) == (None, False)
    assert warm["receipt"]["requests"] <= 2
    (found,) = _drifts(world, one)
    assert (found.step, found.usual, found.now, found.since) == ("the list", 0, 1, warm["run"])


async def test_a_page_of_the_sign_in_is_told_by_the_selector_that_still_finds_it(world: World) -> None:
    collector = world.farm.catalogue.collectors["mandarine"]
    login = collector.manifest.login
    assert login
    user, password = (state for state in login.states if state.name in USUAL)
    known = {
        user.name: dataclasses.replace(user.sign, see=("#gone", *user.sign.see)),
        password.name: dataclasses.replace(password.sign, see=(*password.sign.see, "#gone")),
    }
    states = [
        dataclasses.replace(each, sign=known[each.name]) if each.name in known else each
        for each in login.states
    ]
    done = dataclasses.replace(login.done, see=("#gone", *login.done.see))
    signing_in = dataclasses.replace(login, states=tuple(states), done=done)
    collector.manifest = dataclasses.replace(collector.manifest, login=signing_in)

    assert (await world.collect(world.add("mandarine")))["error"] is None
    (run,) = world.rows(models.Run)
    assert run.footprint == {user.name: 1, password.name: 0, trail.DONE: 1}


async def test_a_file_that_knows_one_way_for_everything_leaves_no_footprint(world: World) -> None:
    await world.collect(world.add("nimbus"))
    assert [run.footprint for run in world.rows(models.Run)] == [None]


async def test_a_session_that_a_person_helped_to_begin_has_its_weather(world: World) -> None:
    world.pull("mandarine", Lever.CODE)
    one, portal = world.add("mandarine"), world.portal("mandarine")

    async def person() -> None:
        put = await asked(world)
        say(world, put, portal.house.sms)

    ended = await during(world.collect(one), person())
    assert ended["error"] is None
    with world.farm.database.write() as session:
        for _ in range(weather.ENOUGH):
            begun = world.farm.now() - timedelta(days=60)
            session.add(
                models.SessionLife(
                    workspace_id=1,
                    account_id=one,
                    supplier="mandarine",
                    began_at=begun,
                    ended_at=begun + timedelta(days=30),
                    asked=True,
                )
            )
    with world.farm.database.read() as session:
        told = weather.forecasts(session, 1)[one]
    assert timedelta(days=29) < told.ends_at - world.farm.now() <= timedelta(days=30)
