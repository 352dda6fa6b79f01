"""GitHub against its replica: both layouts of the history, an organisation's own, a new device, an authenticator app."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from collectors.kit import catalogue
from core import errors, nouns
from demo.stage import Lever
from tests.collectors.visiting import Customer, World
from tests.portals import github
from tests.portals.names import Replicas

COLLECTOR = catalogue.of_file(Path(catalogue.BUILT_IN, "github.toml"))


@pytest.fixture
def replica(replicas: Replicas) -> Iterator[github.GithubReplica]:
    with replicas.serving(github.GithubReplica) as running:
        yield running


@pytest.fixture
def customer(replica: github.GithubReplica) -> Customer:
    return Customer(COLLECTOR, replica.fields, answers=lambda asked: replica.answer(asked.kind))


@pytest.mark.parametrize("layout", ["table", "list"])
async def test_both_layouts_of_the_history_are_read_alike(
    true_world: World, customer: Customer, replica: github.GithubReplica, layout: str
) -> None:
    replica.layout = layout
    replica.refunded.add("GH-2026-0014")
    seen = await true_world.visit(customer)
    assert (seen.error, len(seen.lines), seen.refused) == (None, 15, [])
    assert seen.ends == {"account": True}
    newest = seen.lines[0]
    assert (newest.number, newest.date) == ("GH-2026-0015", date(2026, 11, 7))
    assert newest.total == nouns.Money(Decimal("21.00"), "USD")
    assert [line.number for line in seen.lines if line.kind is nouns.Kind.CREDIT_NOTE] == ["GH-2026-0014"]


async def test_a_quiet_visit_is_one_request_and_a_new_receipt_comes_home_without_a_browser(
    true_world: World, customer: Customer, replica: github.GithubReplica
) -> None:
    await true_world.visit(customer)
    quiet = await true_world.visit(customer, whole=False)
    assert (quiet.error, quiet.requests, quiet.logins, quiet.browser, quiet.new) == (None, 1, 0, False, [])
    replica.pull(Lever.PUBLISH)
    replica.pull(Lever.PUBLISH_LATE)
    seen = await true_world.visit(customer)
    assert (seen.error, len(seen.files), seen.browser) == (None, 2, False)


async def test_an_organisation_has_a_history_of_its_own(
    true_world: World, customer: Customer, replica: github.GithubReplica
) -> None:
    customer.credentials = {**replica.fields, "organization": replica.organisation}
    assert len((await true_world.visit(customer)).lines) == 4
    assert (await true_world.visit(customer, whole=False)).requests == 1


async def test_an_organisation_that_may_not_be_seen_is_told_to_its_owner(
    true_world: World, customer: Customer, replica: github.GithubReplica
) -> None:
    customer.credentials = {**replica.fields, "organization": "somebody-elses"}
    seen = await true_world.visit(customer)
    assert isinstance(seen.error, errors.ActionNeeded)
    assert seen.error.wants == "no_permission"


async def test_a_new_device_is_verified_once(
    true_world: World, customer: Customer, replica: github.GithubReplica
) -> None:
    replica.pull(Lever.CODE)
    first = await true_world.visit(customer)
    replica.pull(Lever.DROP_SESSIONS)
    second = await true_world.visit(customer)
    assert (first.error, second.error) == (None, None)
    assert [asked.medium for asked in (*first.asked, *second.asked)] == ["email"]


@pytest.mark.parametrize("with_key", [True, False])
async def test_the_code_of_the_app_is_computed_where_its_key_is_known_and_asked_for_elsewhere(
    true_world: World, replicas: Replicas, with_key: bool
) -> None:
    with replicas.serving(github.GithubReplica, totp=True) as running:
        fields = running.fields if with_key else {**running.fields, "totp": ""}
        customer = Customer(
            COLLECTOR, fields, answers=None if with_key else lambda _: running.code_of_the_app()
        )
        seen = await true_world.visit(customer)
    assert (seen.error, len(seen.lines), len(seen.asked)) == (None, 15, not with_key)
