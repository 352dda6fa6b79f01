"""Slack against its replica: a mailed code, a token out of a page, invoices hosted elsewhere."""

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
from tests.portals import slack
from tests.portals.names import Replicas


@pytest.fixture
def replica(replicas: Replicas) -> Iterator[slack.SlackReplica]:
    with replicas.serving(slack.SlackReplica) as running:
        yield running


@pytest.fixture
def customer(replica: slack.SlackReplica) -> Customer:
    collector = catalogue.of_file(Path(catalogue.BUILT_IN, "slack.toml"))
    return Customer(collector, replica.fields, answers=lambda asked: replica.answer(asked.kind))


async def test_the_census_leaves_all_and_events_are_no_invoices(
    true_world: World, customer: Customer, replica: slack.SlackReplica
) -> None:
    seen = await true_world.visit(customer)
    assert (seen.error, len(seen.lines), seen.files, seen.refused) == (None, 15, [], [])
    assert [(asked.kind, asked.medium) for asked in seen.asked] == [("code", "email")]
    newest = seen.lines[0]
    assert (newest.date, newest.total) == (date(2026, 11, 11), nouns.Money(Decimal("125.00"), "USD"))


async def test_a_quiet_visit_is_one_request_and_a_new_invoice_comes_home_without_a_browser(
    true_world: World, customer: Customer, replica: slack.SlackReplica
) -> None:
    await true_world.visit(customer)
    quiet = await true_world.visit(customer, whole=False)
    assert (quiet.error, quiet.requests, quiet.logins, quiet.browser, quiet.new) == (None, 1, 0, False, [])
    for lever in (Lever.PUBLISH, Lever.PUBLISH_LATE, Lever.BETWEEN_PAGES):
        replica.pull(lever)
    first, second = await true_world.visit(customer), await true_world.visit(customer)
    assert (first.error, second.error, first.browser) == (None, None, False)
    assert len(first.files + second.files) == 3


async def test_whoever_does_not_own_the_workspace_is_told(
    true_world: World, customer: Customer, replica: slack.SlackReplica
) -> None:
    replica.owner = False
    seen = await true_world.visit(customer)
    assert isinstance(seen.error, errors.ActionNeeded)
    assert seen.error.wants == "no_permission"


async def test_a_session_that_dies_in_mid_list_costs_one_login(
    true_world: World, customer: Customer, replica: slack.SlackReplica
) -> None:
    await true_world.visit(customer)
    replica.pull(Lever.DROP_MID_LIST)
    seen = await true_world.visit(customer)
    assert (seen.error, seen.logins, len(seen.lines), seen.new) == (None, 1, 15, [])
