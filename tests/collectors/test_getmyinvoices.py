"""GetMyInvoices against its replica, under its true host names, with TLS, through the door."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from collectors import getmyinvoices as collectors_getmyinvoices
from core import nouns
from tests.collectors.visiting import Customer, World
from tests.portals import getmyinvoices
from tests.portals.names import Replicas

Replica = getmyinvoices.GetMyInvoicesReplica


@pytest.fixture
def replica(replicas: Replicas) -> Iterator[Replica]:
    with replicas.serving(Replica) as running:
        yield running


@pytest.fixture
def customer(replica: Replica) -> Customer:
    return Customer(collectors_getmyinvoices.GetMyInvoices(), replica.fields)


async def test_each_company_is_a_contract_and_what_we_send_is_left_out(
    true_world: World, customer: Customer
) -> None:
    seen = await true_world.visit(customer)
    assert seen.ends == dict.fromkeys(getmyinvoices.COMPANIES, True)
    newest = next(line for line in seen.lines if line.contract.portal_id == "Papeterie Brun")
    assert (newest.date, newest.total) == (date(2026, 10, 3), nouns.Money(Decimal("89.40"), "EUR"))


async def test_records_may_be_an_object_keyed_by_uid(
    true_world: World, customer: Customer, replica: Replica
) -> None:
    first = await true_world.visit(customer)
    replica.by_uid = True
    seen = await true_world.visit(customer)
    assert (seen.error, seen.new) == (None, [])
    assert [line.identity for line in seen.lines] == [line.identity for line in first.lines]
