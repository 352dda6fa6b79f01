"""Google Workspace against its replica, in a complete browser: a frame that unfolds, files that come of a click only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from collectors import google_workspace as ours
from collectors.kit import declared
from core import errors
from demo.stage import Lever
from tests.collectors.kit.site import require_complete_browser
from tests.collectors.visiting import Customer, World
from tests.portals import google_workspace
from tests.portals.names import Replicas


@pytest.fixture(scope="module", autouse=True)
def _complete_browser() -> None:
    require_complete_browser()


@pytest.fixture
def replica(replicas: Replicas) -> Iterator[google_workspace.GoogleWorkspaceReplica]:
    with replicas.serving(google_workspace.GoogleWorkspaceReplica) as running:
        yield running


@pytest.fixture
def customer(replica: google_workspace.GoogleWorkspaceReplica) -> Customer:
    return _customer(replica)


def _customer(replica: google_workspace.GoogleWorkspaceReplica) -> Customer:
    collector = ours.GoogleWorkspace()
    collector.manifest = replace(collector.manifest, pace=declared.Pace(gap=0))
    return Customer(collector, replica.fields, answers=lambda asked: replica.answer(asked.kind))


async def test_every_period_of_all_time_is_opened_and_all_is_left(
    true_world: World, customer: Customer
) -> None:
    seen = await true_world.visit(customer)
    assert (seen.error, len(seen.lines), seen.files, seen.refused) == (None, 15, [], [])
    assert seen.ends == {"account": True}
    assert (seen.lines[0].number, seen.lines[0].date, seen.lines[0].total) == ("GCFRD-2026-0015", None, None)


async def test_a_file_comes_of_a_click_and_the_session_lives_on(
    true_world: World, customer: Customer, replica: google_workspace.GoogleWorkspaceReplica
) -> None:
    await true_world.visit(customer)
    replica.pull(Lever.SAME_MONTH)
    seen = await true_world.visit(customer)
    assert (seen.error, seen.logins, len(seen.files), replica.fetched) == (None, 0, 2, 0)
    assert all(file.path.read_bytes().startswith(b"%PDF-") for file in seen.files)
    assert len({file.sha256 for file in seen.files}) == 2


async def test_a_period_that_a_click_does_not_open_is_clicked_again(
    true_world: World,
    customer: Customer,
    replica: google_workspace.GoogleWorkspaceReplica,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    replica.deaf = 2
    monkeypatch.setattr(ours, "OPENING", 0.5)
    seen = await true_world.visit(customer)
    assert (seen.error, len(seen.lines)) == (None, 15)


async def test_a_browser_that_google_refuses_is_told_as_it_is(
    true_world: World, customer: Customer, replica: google_workspace.GoogleWorkspaceReplica
) -> None:
    replica.rejects = True
    seen = await true_world.visit(customer)
    assert isinstance(seen.error, errors.Blocked)
    assert replica.counters.passwords == 0


async def test_the_code_of_the_app_is_computed(true_world: World, replicas: Replicas) -> None:
    with replicas.serving(google_workspace.GoogleWorkspaceReplica, totp=True) as running:
        seen = await true_world.visit(_customer(running))
    assert (seen.error, len(seen.lines), seen.asked) == (None, 15, [])
