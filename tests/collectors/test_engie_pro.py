"""Engie Pro against the replica: contracts behind links or none, questions that only a person answers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from collectors.kit import catalogue
from core import errors, nouns
from tests.collectors.visiting import Customer, World
from tests.portals import engie_pro
from tests.portals.names import Replicas


@pytest.fixture
def replica(replicas: Replicas) -> Iterator[engie_pro.EngieProReplica]:
    with replicas.serving(engie_pro.EngieProReplica) as running:
        yield running


@pytest.fixture
def customer(replica: engie_pro.EngieProReplica) -> Customer:
    collector = catalogue.of_file(Path(catalogue.BUILT_IN, "engie-pro.toml"))
    return Customer(collector, replica.fields)


async def test_each_contract_has_its_bills(true_world: World, customer: Customer) -> None:
    seen = await true_world.visit(customer)
    assert (seen.error, len(seen.lines), seen.logins) == (None, 19, 1)
    assert seen.ends == {engie_pro.SHOP: True, engie_pro.WORKSHOP: True}
    assert (seen.lines[0].date, seen.lines[0].total) == (
        date(2026, 10, 12),
        nouns.Money(Decimal("242.15"), "EUR"),
    )
    again = await true_world.visit(customer, whole=False)
    assert (again.error, again.requests, again.browser, again.new) == (None, 2, False, [])


async def test_whoever_has_one_contract_has_no_link_to_it(
    true_world: World, customer: Customer, replica: engie_pro.EngieProReplica
) -> None:
    del replica.contracts[1]
    seen = await true_world.visit(customer)
    assert (seen.error, len(seen.lines), seen.ends) == (None, 14, {"account": True})
    assert (await true_world.visit(customer, whole=False)).requests == 1


@pytest.mark.parametrize(
    ("question", "step", "wants"),
    [("contacts", "the question who one is", "action"), ("idle", "no living contract", "no_permission")],
)
async def test_what_only_a_person_can_settle_is_told_by_name(
    true_world: World,
    customer: Customer,
    replica: engie_pro.EngieProReplica,
    question: str,
    step: str,
    wants: str,
) -> None:
    setattr(replica, question, True)
    seen = await true_world.visit(customer)
    assert isinstance(seen.error, errors.ActionNeeded)
    assert (seen.error.step, seen.error.wants) == (step, wants)
