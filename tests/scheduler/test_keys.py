"""Keys through the whole farm: opened at each visit with a trace, no sign-in counted, no session kept, frozen when refused."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from core import nouns
from core.db import models
from demo.stage import Lever
from tests.portals import aws, names
from tests.scheduler import world as farm_world
from tests.scheduler.world import World


@pytest.fixture
def replica(replicas: names.Replicas) -> Iterator[aws.AWSReplica]:
    with replicas.serving(aws.AWSReplica) as running:
        yield running


@pytest_asyncio.fixture
async def world(replicas: names.Replicas, replica: aws.AWSReplica, tmp_path: Path) -> AsyncIterator[World]:
    async with farm_world.opened(tmp_path, resolve=replicas.resolve) as opened:
        yield opened


async def test_keys_are_opened_with_a_trace_at_each_visit_and_nobody_signs_in(
    world: World, replica: aws.AWSReplica
) -> None:
    one = world.add("aws", **replica.fields)
    census = await world.collect(one)
    replica.publish()
    second = await world.collect(one)
    assert (census["error"], census["receipt"]["baseline"]) == (None, replica.listable - 1)
    assert (second["error"], second["receipt"]["new"]) == (None, 1)
    assert [told["receipt"]["logins"] for told in (census, second)] == [0, 0]
    assert not second["receipt"]["browser"]
    assert world.rows(models.LoginAttempt) == []
    assert world.rows(models.PortalSession) == []
    opened = [row for row in world.rows(models.AuditEntry) if row.action == "credential.opened"]
    assert [row.detail["fields"] for row in opened] == [
        ["access_key_id", "account_id", "secret_access_key"]
    ] * 2


async def test_a_refused_key_is_frozen_and_asked_no_second_time(
    world: World, replica: aws.AWSReplica
) -> None:
    one = world.add("aws", **replica.fields)
    replica.pull(Lever.CHANGE_PASSWORD)
    ended = await world.collect(one)
    asked = replica.counters.requests
    again = await world.collect(one)
    assert (ended["state"], ended["error"]["name"]) == (nouns.RunState.REFUSED, "BadCredentials")
    assert (again["error"]["name"], replica.counters.requests) == ("BadCredentials", asked)
    (account,) = world.rows(models.Account)
    assert account.refused_version == account.secret_version


async def test_no_key_is_in_what_the_farm_writes_down(
    world: World, replica: aws.AWSReplica, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    one = world.add("aws", **replica.fields)
    await world.collect(one)
    secret = replica.fields["secret_access_key"]
    replica.pull(Lever.CHANGE_PASSWORD)
    await world.collect(one)
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(written) > 5
    assert not [path for path in written if secret.encode() in path.read_bytes()]
    assert secret not in caplog.text
