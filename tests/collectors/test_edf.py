"""EDF for households against the replica: a code instead of the password, tries that are left, contracts in one answer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from collectors import edf
from core import errors, nouns
from demo.stage import Lever
from tests.collectors.visiting import Customer, World
from tests.portals import edf as portals
from tests.portals.names import Replicas


@pytest.fixture
def replica(replicas: Replicas) -> Iterator[portals.EdfReplica]:
    with replicas.serving(portals.EdfReplica) as running:
        yield running


@pytest.fixture
def customer(replica: portals.EdfReplica) -> Customer:
    return Customer(edf.Edf(), replica.fields, answers=lambda _: replica.house.sms)


async def test_the_census_takes_the_day_of_paris_and_keeps_the_contracts_apart(
    true_world: World, customer: Customer
) -> None:
    seen = await true_world.visit(customer)
    assert (seen.error, len(seen.lines), seen.logins, seen.refused) == (None, 15, 1, [])
    assert seen.ends == {portals.FLAT: True, portals.HOUSE: True}
    assert (seen.lines[0].date, seen.lines[0].total) == (
        date(2026, 10, 9),
        nouns.Money(Decimal("67.35"), "EUR"),
    )


async def test_a_quiet_visit_opens_the_documents_and_asks_for_the_bills_and_nothing_else(
    true_world: World, customer: Customer
) -> None:
    await true_world.visit(customer)
    seen = await true_world.visit(customer, whole=False)
    assert (seen.error, seen.requests, seen.browser, seen.new) == (None, 2, False, [])


async def test_a_browser_that_is_not_known_answers_a_code_instead_of_the_password_and_is_known_then(
    true_world: World, customer: Customer, replica: portals.EdfReplica
) -> None:
    replica.code_instead = True
    replica.pull(Lever.CODE)
    seen = await true_world.visit(customer)
    assert (seen.error, len(seen.lines), replica.counters.passwords) == (None, 15, 0)
    assert [question.said for question in seen.asked] == ["Un code vous a été envoyé à c•••@edf.example"]
    replica.pull(Lever.DROP_SESSIONS)
    again = await true_world.visit(customer)
    assert (again.error, again.asked, again.logins, replica.counters.passwords) == (None, [], 1, 1)


async def test_a_refusal_says_how_many_tries_are_left(
    true_world: World, customer: Customer, replica: portals.EdfReplica
) -> None:
    replica.pull(Lever.CHANGE_PASSWORD)
    seen = await true_world.visit(customer)
    assert isinstance(seen.error, errors.BadCredentials)
    assert "Tentatives restantes : 4" in str(seen.error)
    assert customer.collector.manifest.lock_limit == 5


async def test_a_refund_of_the_second_contract_comes_home_once_without_a_browser(
    true_world: World, customer: Customer, replica: portals.EdfReplica
) -> None:
    await true_world.visit(customer)
    bill = replica.publish(contract=portals.HOUSE, cents=-2050)
    seen = await true_world.visit(customer, whole=False)
    assert (seen.error, seen.browser, seen.new[0].kind) == (None, False, nouns.Kind.CREDIT_NOTE)
    assert (await true_world.visit(customer)).new == []
    assert replica.counters.downloads == {bill.number: 1}
