"""Orange on its replica through the whole farm: true host names, TLS, vault, ledger, archive, receipt."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from core import nouns
from core.db import models
from demo.stage import Lever
from tests.portals import names, orange
from tests.scheduler import world as farm_world
from tests.scheduler.world import World


@pytest.fixture
def replica(replicas: names.Replicas) -> Iterator[orange.OrangeReplica]:
    with replicas.serving(orange.OrangeReplica) as running:
        yield running


@pytest_asyncio.fixture
async def world(
    replicas: names.Replicas, replica: orange.OrangeReplica, tmp_path: Path
) -> AsyncIterator[World]:
    async with farm_world.opened(
        tmp_path, resolve=replicas.resolve, trust_spki=(replicas.fingerprint,)
    ) as opened:
        yield opened


def _account(world: World) -> int:
    return world.add("orange", username=orange.BRAND.login, password=orange.BRAND.password)


async def test_each_new_bill_comes_home_once_and_a_quiet_visit_costs_two_requests(
    world: World, replica: orange.OrangeReplica
) -> None:
    one = _account(world)
    census = await world.collect(one)
    assert census["error"] is None
    assert (census["receipt"]["baseline"], census["receipt"]["new"], census["receipt"]["whole"]) == (
        20,
        0,
        True,
    )
    assert len({row.contract_id for row in world.rows(models.ListedRow)}) == 2
    assert replica.counters.downloads == {}

    replica.publish(contract=orange.LIVEBOX)
    replica.pull(Lever.PUBLISH_LATE, contract=orange.LIVEBOX)
    replica.pull(Lever.BETWEEN_PAGES)
    brought = [(await world.collect(one))["receipt"]["new"] for _ in range(2)]
    assert sum(brought) == 3
    assert len(world.rows(models.Invoice)) == 3
    assert set(replica.counters.downloads.values()) == {1}

    quiet = await world.scheduled(one)
    assert (quiet["error"], quiet["receipt"]["new"], quiet["receipt"]["logins"]) == (None, 0, 0)
    assert quiet["receipt"]["requests"] <= 2
    assert not quiet["receipt"]["browser"]


async def test_renamed_parts_are_a_named_change_with_evidence_and_never_nothing_new(
    world: World, replica: orange.OrangeReplica, impatient: pytest.MonkeyPatch
) -> None:
    replica.pull(Lever.MOVE_BUTTONS)
    ended = await world.collect(_account(world))
    assert (ended["state"], ended["error"]["name"]) == (nouns.RunState.NEEDS_PERSON, "PortalChanged")
    assert ended["error"]["step"]
    assert {row.kind for row in world.rows(models.Evidence)} >= {"screenshot", "steps"}


async def test_a_certificate_of_another_authority_stops_the_visit_before_anything_is_typed(
    world: World, replicas: names.Replicas
) -> None:
    with replicas.serving(orange.OrangeReplica, tls=names.Replicas().tls()) as impostor:
        ended = await world.collect(_account(world))
    assert ended["error"]["name"] == "Untrusted"
    assert impostor.counters.passwords == 0
