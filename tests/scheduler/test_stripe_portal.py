"""A supplier on Stripe's customer portal through the whole farm: a person brings the link, and it is nowhere afterwards."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from core import nouns
from core.db import models
from tests.portals import names, stripe
from tests.scheduler import test_questions as questions
from tests.scheduler import world as farm_world
from tests.scheduler.world import World


@pytest.fixture
def replica(replicas: names.Replicas) -> Iterator[stripe.StripePortal]:
    with replicas.serving(stripe.REPLICAS["cursor"]) as running:
        yield running


@pytest_asyncio.fixture
async def world(
    replicas: names.Replicas, replica: stripe.StripePortal, tmp_path: Path
) -> AsyncIterator[World]:
    async with farm_world.opened(
        tmp_path, resolve=replicas.resolve, trust_spki=(replicas.fingerprint,)
    ) as opened:
        yield opened


async def test_a_link_is_asked_for_live_opens_one_session_and_is_found_nowhere(
    world: World, replica: stripe.StripePortal, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    one = world.add("cursor", **replica.fields)
    brought: list[str] = []

    async def person() -> None:
        put = await questions.asked(world)
        assert (put.kind, put.wants, put.medium) == ("CodeNeeded", "link", "email")
        brought.append(replica.answer("link"))
        questions.say(world, put, brought[0])

    ended, _ = await asyncio.gather(world.collect(one), person())
    assert (ended["error"], ended["receipt"]["baseline"]) == (None, 15)
    assert [row.outcome for row in world.rows(models.Challenge)] == ["answered"]

    replica.publish()
    second = await world.collect(one)
    assert (second["error"], second["receipt"]["new"], second["receipt"]["logins"]) == (None, 1, 0)
    assert not second["receipt"]["browser"]

    bearer = brought[0].rpartition("/")[2].encode()
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert kept
    assert [path.name for path in kept if bearer in path.read_bytes()] == []
    assert bearer.decode() not in caplog.text


async def test_with_nobody_there_the_visit_waits_for_a_person_and_has_one_link_mailed(
    world: World, replica: stripe.StripePortal
) -> None:
    collector = world.farm.catalogue.collector("cursor")
    collector.manifest = dataclasses.replace(collector.manifest, code_valid=1)
    one = world.add("cursor", **replica.fields)
    ended = await world.collect(one)
    assert (ended["state"], ended["error"]["name"]) == (nouns.RunState.WAITING, "CodeNeeded")
    assert replica.counters.codes_sent == 1
