"""Free against the replica: months instead of days, an old alphabet, a session that stands in the addresses."""

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
from tests.portals import free
from tests.portals.names import Replicas


@pytest.fixture
def replica(replicas: Replicas) -> Iterator[free.FreeReplica]:
    with replicas.serving(free.FreeReplica) as running:
        yield running


@pytest.fixture
def customer(replica: free.FreeReplica) -> Customer:
    return Customer(catalogue.of_file(Path(catalogue.BUILT_IN, "free.toml")), replica.fields)


async def test_the_census_reads_months_and_the_session_is_in_no_line(
    true_world: World, customer: Customer
) -> None:
    seen = await true_world.visit(customer)
    assert (seen.error, len(seen.lines), seen.logins, seen.refused) == (None, 16, 1, [])
    newest = seen.lines[0]
    assert (newest.date, newest.precision) == (date(2026, 10, 1), nouns.Precision.MONTH)
    assert newest.total == nouns.Money(Decimal("29.99"), "EUR")
    assert all(set(line.fetch) == {"number", "month"} for line in seen.lines)


async def test_two_bills_of_one_month_and_amount_are_two_and_come_without_a_browser(
    true_world: World, customer: Customer, replica: free.FreeReplica
) -> None:
    await true_world.visit(customer)
    replica.pull(Lever.SAME_MONTH)
    seen = await true_world.visit(customer, whole=False)
    assert (seen.error, len(seen.files), seen.browser, seen.logins) == (None, 2, False, 0)
    assert (await true_world.visit(customer, whole=False)).requests == 1


async def test_an_account_that_moved_house_is_told_to_its_owner(
    true_world: World, customer: Customer, replica: free.FreeReplica
) -> None:
    replica.moved = True
    seen = await true_world.visit(customer)
    assert isinstance(seen.error, errors.ActionNeeded)
    assert "déménagement" in str(seen.error)
