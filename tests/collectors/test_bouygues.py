"""Bouygues Telecom against the replica: the page's own question asked again, days of Paris, PDFs in two hops."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from collectors import bouygues
from core import errors, nouns
from tests.collectors.visiting import Customer, World
from tests.portals import bouygues as portals
from tests.portals.names import Replicas


@pytest.fixture
def replica(replicas: Replicas) -> Iterator[portals.BouyguesReplica]:
    with replicas.serving(portals.BouyguesReplica) as running:
        yield running


@pytest.fixture
def customer(replica: portals.BouyguesReplica) -> Customer:
    return Customer(bouygues.Bouygues(), replica.fields)


async def test_all_invoices_of_each_account_are_asked_for_and_dated_as_in_paris(
    true_world: World, customer: Customer
) -> None:
    seen = await true_world.visit(customer)
    assert (seen.error, len(seen.lines), seen.logins, seen.refused) == (None, 16, 1, [])
    assert seen.ends == {portals.BOX: True, portals.MOBILE: True}
    assert (seen.lines[0].date, seen.lines[0].total) == (
        date(2026, 10, 6),
        nouns.Money(Decimal("49.99"), "EUR"),
    )


async def test_a_token_that_ended_costs_no_password(
    true_world: World, customer: Customer, replica: portals.BouyguesReplica
) -> None:
    await true_world.visit(customer)
    replica.bearers.clear()
    replica.publish(contract=portals.MOBILE)
    seen = await true_world.visit(customer, whole=False)
    assert (seen.error, len(seen.files), replica.counters.passwords) == (None, 1, 1)
    again = await true_world.visit(customer, whole=False)
    assert (again.requests, again.browser, again.new) == (1, False, [])


async def test_the_last_name_is_typed_where_it_is_asked_for(
    true_world: World, customer: Customer, replica: portals.BouyguesReplica
) -> None:
    replica.asks_name = True
    assert (await true_world.visit(customer)).error is None


async def test_a_last_name_that_nobody_gave_is_asked_of_the_owner(
    true_world: World, customer: Customer, replica: portals.BouyguesReplica
) -> None:
    replica.asks_name = True
    customer.credentials = {**replica.fields, "lastname": ""}
    seen = await true_world.visit(customer)
    assert isinstance(seen.error, errors.ActionNeeded)
    assert replica.counters.passwords == 0
