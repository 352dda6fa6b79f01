"""Orange Pro against its replica: months instead of days, a provisional bill, closed contracts, and the lounge of firms."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from collectors import kit, orange_pro
from core import errors, nouns
from demo.stage import Lever
from tests.collectors.visiting import Customer, World
from tests.portals import orange_pro as pro
from tests.portals.names import Replicas


@pytest.fixture
def replica(replicas: Replicas) -> Iterator[pro.OrangeProReplica]:
    with replicas.serving(pro.OrangeProReplica) as running:
        yield running


@pytest.fixture
def customer(replica: pro.OrangeProReplica) -> Customer:
    return Customer(orange_pro.OrangePro(), replica.fields)


async def test_the_census_of_the_living_contracts_leaves_all(
    true_world: World, customer: Customer, replica: pro.OrangeProReplica
) -> None:
    seen = await true_world.visit(customer)
    assert (seen.error, len(seen.lines), seen.logins, seen.refused) == (None, replica.listable, 1, [])
    assert seen.ends == {pro.FIBRE: True, pro.MOBILE: True}
    newest = seen.lines[0]
    assert (newest.date, newest.precision) == (date(2026, 10, 1), nouns.Precision.MONTH)
    assert newest.total == nouns.Money(Decimal("66.15"), "EUR")
    assert replica.counters.downloads == {}


async def test_a_visit_to_two_contracts_with_nothing_new_is_two_requests(
    true_world: World, customer: Customer
) -> None:
    await true_world.visit(customer)
    seen = await true_world.visit(customer, whole=False)
    assert (seen.error, seen.requests, seen.logins, seen.browser, seen.new) == (None, 2, 0, False, [])


async def test_new_and_old_dated_bills_and_twins_of_one_month_come_home_once(
    true_world: World, customer: Customer, replica: pro.OrangeProReplica
) -> None:
    await true_world.visit(customer)
    for lever in (Lever.PUBLISH, Lever.PUBLISH_LATE, Lever.SAME_MONTH, Lever.BETWEEN_PAGES):
        replica.pull(lever)
    first, second = await true_world.visit(customer), await true_world.visit(customer)
    assert (first.error, second.error, len(first.new), len(second.new)) == (None, None, 4, 1)
    assert all(file.path.read_bytes().startswith(b"%PDF-") for file in first.files)
    assert set(replica.counters.downloads.values()) == {1}


async def test_the_provisional_bill_of_the_month_counts_once_and_when_it_has_a_document(
    true_world: World, customer: Customer, replica: pro.OrangeProReplica
) -> None:
    await true_world.visit(customer)
    replica.publish()
    replica.provisional = replica.twice = True
    assert (await true_world.visit(customer)).new == []
    replica.provisional = False
    assert len({line.identity for line in (await true_world.visit(customer)).new}) == 1
    assert (await true_world.visit(customer)).new == []


async def test_contracts_end_with_a_page_that_is_not_full_whatever_their_number_says(
    true_world: World, customer: Customer, replica: pro.OrangeProReplica
) -> None:
    replica.add_contracts(16)
    seen = await true_world.visit(customer)
    assert (seen.error, len(seen.ends), all(seen.ends.values())) == (None, 18, True)


async def test_the_lounge_of_a_firm_is_a_contract_of_its_own(
    true_world: World, customer: Customer, replica: pro.OrangeProReplica
) -> None:
    replica.lounge = True
    census = await true_world.visit(customer)
    assert (census.error, len(census.lines), census.ends["prepaid"]) == (None, replica.listable, True)
    replica.publish(contract=pro.LOUNGE, issued=date(2026, 11, 18))
    seen = await true_world.visit(customer, whole=False)
    assert [(line.date, line.precision) for line in seen.new] == [(date(2026, 11, 18), nouns.Precision.DAY)]
    assert seen.files[0].path.read_bytes().startswith(b"%PDF-")


async def test_a_lounge_that_shuts_means_signed_out_to_whom_it_concerned(
    true_world: World, customer: Customer, replica: pro.OrangeProReplica
) -> None:
    replica.lounge = True
    await true_world.visit(customer)
    replica.lounge = False
    seen = await true_world.visit(customer)
    assert (type(seen.error), seen.logins) == (errors.SessionExpired, 1)


async def test_a_session_that_dies_in_mid_list_costs_one_login(
    true_world: World, customer: Customer, replica: pro.OrangeProReplica
) -> None:
    await true_world.visit(customer)
    replica.pull(Lever.DROP_MID_LIST)
    seen = await true_world.visit(customer)
    assert (seen.error, seen.logins, len(seen.lines), seen.new) == (None, 1, replica.listable, [])


def test_a_lounge_that_tells_its_bills_otherwise_has_changed() -> None:
    with pytest.raises(kit.errors.PortalChanged):
        orange_pro.prepaid({"bills": []})
