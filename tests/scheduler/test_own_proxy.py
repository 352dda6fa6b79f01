"""An account's own proxy through the whole farm: sealed, opened with a trace, gone out through, and nowhere to be read."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from core.db import models
from scheduler import farm
from tests.collectors.kit.proxies import AS_WRITTEN, LOGIN, proxying
from tests.portals import aws, names
from tests.scheduler import world as farm_world
from tests.scheduler.world import World
from vault import sealing


@pytest.fixture
def replica(replicas: names.Replicas) -> Iterator[aws.AWSReplica]:
    with replicas.serving(aws.AWSReplica) as running:
        yield running


@pytest_asyncio.fixture
async def world(replicas: names.Replicas, tmp_path: Path) -> AsyncIterator[World]:
    """Nobody tells the door where the replica is: only the proxy knows."""
    async with farm_world.opened(tmp_path) as opened:
        yield opened


def give_proxy(world: World, account_id: int, url: str) -> None:
    trusted = sealing.TrustedKey.read(world.farm.settings.data / "vault.pub")
    with world.farm.database.write() as session:
        account = session.get_one(models.Account, account_id)
        account.proxy_shown = "http://•••@proxy.example"
        account.locale = "en-GB"
        sealing.seal_credential(session, trusted, account, sealing.PROXY, url, by=None, at=farm.utc_now())


async def test_a_visit_goes_out_through_the_accounts_proxy_and_its_login_is_nowhere(
    world: World, replica: aws.AWSReplica, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    one = world.add("aws", **replica.fields)
    async with proxying(replica.address[1], login=LOGIN) as proxy:
        give_proxy(world, one, f"http://{AS_WRITTEN}@127.0.0.1:{proxy.port}")
        told = await world.collect(one)
    assert (told["error"], told["receipt"]["listed"]) == (None, replica.listable)
    assert set(proxy.asked) == {f"{aws.HOST}:443"}
    actions = [row.action for row in world.rows(models.AuditEntry)]
    assert actions.count("proxy.opened") == 1
    written = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert not [each for each in written if LOGIN[1].encode() in each or AS_WRITTEN.encode() in each]
    assert LOGIN[1] not in caplog.text
    assert AS_WRITTEN not in caplog.text


async def test_an_account_without_a_proxy_opens_none(world: World, replica: aws.AWSReplica) -> None:
    one = world.add("aws", **replica.fields)
    await world.collect(one)
    assert "proxy.opened" not in {row.action for row in world.rows(models.AuditEntry)}


async def test_a_proxy_that_is_away_is_told_without_its_address(
    world: World, replica: aws.AWSReplica
) -> None:
    one = world.add("aws", **replica.fields)
    with socket.socket() as held:  # nobody listens there, and nobody else is given it
        held.bind(("127.0.0.1", 0))
        gone = held.getsockname()[1]
        give_proxy(world, one, f"http://{AS_WRITTEN}@127.0.0.1:{gone}")
        told = await world.collect(one)
    assert told["error"]["name"] == "PortalDown"
    assert "proxy_unavailable" in told["error"]["said"]
    assert told.pop("next_run_at")  # the digits of an instant may be any
    assert str(gone) not in str(told)
