"""Engie for households against the replica: months in every spelling, one client account of several, pages of the past."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from collectors import engie
from core import errors, nouns
from demo.stage import Lever
from tests.collectors.visiting import Customer, World
from tests.portals import engie as portals
from tests.portals.names import Replicas


@pytest.fixture
def replica(replicas: Replicas) -> Iterator[portals.EngieReplica]:
    with replicas.serving(portals.EngieReplica) as running:
        yield running


@pytest.fixture
def customer(replica: portals.EngieReplica) -> Customer:
    return Customer(engie.Engie(), replica.fields)


async def test_the_census_reads_every_spelling_of_a_month(
    true_world: World, customer: Customer, replica: portals.EngieReplica
) -> None:
    seen = await true_world.visit(customer)
    assert (seen.error, seen.logins, seen.refused) == (None, 1, [])
    listed = sorted((line.date, line.identity) for line in seen.lines)
    assert listed == sorted(
        (bill.issued, bill.number) for bill in replica.house.shelf.of(replica.fields["username"])
    )
    assert (seen.lines[0].date, seen.lines[0].total) == (
        date(2026, 10, 12),
        nouns.Money(Decimal("1045.90"), "EUR"),
    )


async def test_a_refund_comes_home_as_a_credit_note_over_http(
    true_world: World, customer: Customer, replica: portals.EngieReplica
) -> None:
    await true_world.visit(customer)
    replica.pull(Lever.CREDIT_NOTE)
    seen = await true_world.visit(customer)
    assert (seen.error, seen.browser, len(seen.files)) == (None, False, 1)
    assert (seen.new[0].kind, seen.new[0].total) == (
        nouns.Kind.CREDIT_NOTE,
        nouns.Money(Decimal("-12.00"), "EUR"),
    )


async def test_of_several_client_accounts_the_one_that_is_named_is_read_in_the_old_layout(
    true_world: World, customer: Customer, replica: portals.EngieReplica
) -> None:
    replica.add_ended()
    customer.credentials = {**replica.fields, "client": portals.ENDED}
    seen = await true_world.visit(customer)
    assert (seen.error, [line.date for line in seen.lines]) == (
        None,
        [date(2024, 3, 18), date(2024, 2, 18), date(2024, 1, 18)],
    )
    replica.publish(contract=portals.ENDED)
    seen = await true_world.visit(customer)
    assert (seen.error, len(seen.files), seen.logins) == (None, 1, 0)
    assert seen.files[0].path.read_bytes().startswith(b"%PDF-")


async def test_of_several_client_accounts_none_is_taken_by_chance(
    true_world: World, customer: Customer, replica: portals.EngieReplica
) -> None:
    replica.add_ended()
    seen = await true_world.visit(customer)
    assert isinstance(seen.error, errors.ActionNeeded)
    assert seen.error.step == "the client accounts"
