"""OVHcloud against its replica, under its true host names, with TLS, through the door."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from collectors import ovhcloud as collectors_ovhcloud
from core import errors, nouns
from demo.stage import Lever
from tests.collectors.visiting import Customer, World
from tests.portals import ovhcloud
from tests.portals.names import Replicas

Replica = ovhcloud.OVHcloudReplica


@pytest.fixture
def replica(replicas: Replicas) -> Iterator[Replica]:
    with replicas.serving(Replica) as running:
        yield running


@pytest.fixture
def customer(replica: Replica) -> Customer:
    return Customer(collectors_ovhcloud.OVHcloud(), replica.fields)


async def test_a_line_is_read_with_its_day_in_paris_and_its_amount(
    true_world: World, customer: Customer
) -> None:
    newest = max((await true_world.visit(customer)).lines, key=lambda line: str(line.date))
    assert (newest.date, newest.total) == (date(2026, 10, 1), nouns.Money(Decimal("21.74"), "EUR"))


async def test_only_an_unknown_id_costs_a_request(
    true_world: World, customer: Customer, replica: Replica
) -> None:
    await true_world.visit(customer)
    replica.pull(Lever.PUBLISH)
    seen = await true_world.visit(customer, whole=False)
    assert len(seen.new) == 1
    assert seen.requests == 5  # the time, the ids; its details, to be read and to be fetched; its PDF


async def test_a_refund_is_a_credit_note_with_its_sign(
    true_world: World, customer: Customer, replica: Replica
) -> None:
    await true_world.visit(customer)
    replica.pull(Lever.CREDIT_NOTE)
    (line,) = (await true_world.visit(customer)).new
    assert (line.kind, line.total) == (nouns.Kind.CREDIT_NOTE, nouns.Money(Decimal("-12.00"), "EUR"))


async def test_a_right_that_was_not_given_is_told_in_its_words(
    true_world: World, customer: Customer, replica: Replica
) -> None:
    replica.ungranted = True
    error = (await true_world.visit(customer)).error
    assert isinstance(error, errors.ActionNeeded)
    assert (error.wants, error.said) == ("no_permission", "This call has not been granted")
