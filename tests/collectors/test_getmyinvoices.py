"""GetMyInvoices against its replica, under its true host names, with TLS, through the door."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from collectors import getmyinvoices as collectors_getmyinvoices
from core import errors, nouns
from demo.stage import Lever
from tests.collectors import keyed
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


async def test_the_census_leaves_all(true_world: World, customer: Customer, replica: Replica) -> None:
    await keyed.census_leaves_all(true_world, customer, replica)


async def test_a_quiet_visit_is_cheap(true_world: World, customer: Customer) -> None:
    await keyed.quiet_visit_is_cheap(true_world, customer)


async def test_what_is_new_comes_home_once(true_world: World, customer: Customer, replica: Replica) -> None:
    await keyed.what_is_new_comes_home_once(true_world, customer, replica)


@keyed.faults
async def test_each_fault_has_its_error(
    true_world: World,
    customer: Customer,
    replica: Replica,
    fault: Lever | str,
    error: type[errors.MoissonError],
) -> None:
    error = errors.BadCredentials if fault == "ungranted" else error
    await keyed.fault_is_named(true_world, customer, replica, fault, error)


@keyed.files
async def test_a_bad_file_is_not_taken_for_a_change(
    true_world: World, customer: Customer, replica: Replica, lever: Lever
) -> None:
    await keyed.bad_file_is_not_taken_for_a_change(true_world, customer, replica, lever)


async def test_no_invoices_is_something_that_was_said(
    true_world: World, customer: Customer, replica: Replica
) -> None:
    await keyed.nothing_is_something_that_was_said(true_world, customer, replica)


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
