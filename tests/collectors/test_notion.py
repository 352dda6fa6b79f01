"""Notion against its replica: a code or a password, two workspaces, invoices hosted elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from collectors import notion as ours
from core import errors, nouns
from demo.stage import Lever
from tests.collectors.visiting import Customer, World
from tests.portals import notion
from tests.portals.names import Replicas


@pytest.fixture
def replica(replicas: Replicas) -> Iterator[notion.NotionReplica]:
    with replicas.serving(notion.NotionReplica) as running:
        yield running


@pytest.fixture
def customer(replica: notion.NotionReplica) -> Customer:
    return Customer(ours.Notion(), replica.fields, answers=lambda asked: replica.answer(asked.kind))


async def test_the_census_of_both_workspaces_leaves_all_and_credits_are_no_invoices(
    true_world: World, customer: Customer
) -> None:
    seen = await true_world.visit(customer)
    assert (seen.error, len(seen.lines), seen.files, seen.refused) == (None, 15, [], [])
    assert seen.ends == {notion.TEAM: True, notion.HOME: True}
    newest = seen.lines[0]
    assert newest.contract.label == "Atelier Fontaine"
    assert (newest.date, newest.total) == (date(2026, 11, 21), nouns.Money(Decimal("40.00"), "USD"))


async def test_a_quiet_visit_is_a_request_a_workspace_and_new_invoices_come_home_without_a_browser(
    true_world: World, customer: Customer, replica: notion.NotionReplica
) -> None:
    await true_world.visit(customer)
    quiet = await true_world.visit(customer, whole=False)
    assert (quiet.error, quiet.requests, quiet.logins, quiet.browser, quiet.new) == (None, 2, 0, False, [])
    replica.pull(Lever.PUBLISH)
    replica.publish(contract=notion.HOME)
    seen = await true_world.visit(customer)
    assert (seen.error, len(seen.files), seen.browser) == (None, 2, False)
    assert all(file.path.read_bytes().startswith(b"%PDF-") for file in seen.files)


@pytest.mark.parametrize("right", [True, False])
async def test_whoever_has_set_a_password_signs_in_with_it(
    true_world: World, replicas: Replicas, right: bool
) -> None:
    with replicas.serving(notion.NotionReplica, password=True) as running:
        fields = running.fields if right else {**running.fields, "password": "another"}
        seen = await true_world.visit(Customer(ours.Notion(), fields))
    assert type(seen.error) is (type(None) if right else errors.BadCredentials)
    assert running.counters.passwords == 1


async def test_a_session_that_dies_in_mid_list_costs_one_login(
    true_world: World, customer: Customer, replica: notion.NotionReplica
) -> None:
    await true_world.visit(customer)
    replica.pull(Lever.DROP_MID_LIST)
    seen = await true_world.visit(customer)
    assert (seen.error, seen.logins, len(seen.lines), seen.new) == (None, 1, 15, [])
