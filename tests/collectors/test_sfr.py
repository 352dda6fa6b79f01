"""SFR and RED against their replica: two layouts, two languages, bills without a date, and the trap of the two brands."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import cast

import pytest

from collectors.kit import catalogue, drawn
from core import errors, nouns
from demo.stage import Lever
from tests.collectors.visiting import Customer, World
from tests.portals import sfr
from tests.portals.names import Replicas

BOTH = pytest.mark.parametrize("replica", [sfr.SfrReplica, sfr.RedReplica], ids=["sfr", "red"], indirect=True)


@pytest.fixture
def replica(replicas: Replicas, request: pytest.FixtureRequest) -> Iterator[sfr.SfrReplica]:
    """SFR's, unless a test is for both brands."""
    with replicas.serving(cast("type[sfr.SfrReplica]", getattr(request, "param", sfr.SfrReplica))) as running:
        yield running


@pytest.fixture
def customer(replica: sfr.SfrReplica) -> Customer:
    collector = catalogue.of_file(Path(catalogue.BUILT_IN, f"{replica.supplier}.toml"))
    return Customer(collector, replica.fields)


@BOTH
async def test_the_census_of_the_living_lines_leaves_all_in_either_layout(
    true_world: World, customer: Customer, replica: sfr.SfrReplica
) -> None:
    seen = await true_world.visit(customer)
    assert (seen.error, len(seen.lines), seen.logins, seen.refused) == (None, replica.listable, 1, [])
    assert seen.ends == {sfr.MOBILE: True, sfr.FIXE: True}
    newest = seen.lines[0]
    assert (newest.date, newest.total) == (date(2026, 10, 12), nouns.Money(Decimal("19.69"), "EUR"))
    assert newest.contract.label == "06 12 34 56 78"
    replica.layout, replica.english = "B", True
    other = await true_world.visit(customer)
    assert (other.error, other.new, len(other.lines)) == (None, [], replica.listable)
    assert (replica.counters.downloads, replica.details) == ({}, 0)


async def test_new_bills_come_home_once_whatever_the_layout_and_never_a_list_of_calls(
    true_world: World, customer: Customer, replica: sfr.SfrReplica
) -> None:
    await true_world.visit(customer)
    replica.layout = "B"
    replica.pull(Lever.SAME_MONTH)
    replica.pull(Lever.PUBLISH_LATE)
    replica.pull(Lever.CREDIT_NOTE)
    seen = await true_world.visit(customer)
    assert (seen.error, len(seen.files)) == (None, 4)
    assert sorted(line.kind for line in seen.new) == ["credit_note", "invoice", "invoice", "invoice"]
    replica.layout = "A"
    assert (await true_world.visit(customer)).new == []
    assert (set(replica.counters.downloads.values()), replica.details) == ({1}, 0)


async def test_a_bill_still_to_be_paid_is_listed_once_it_has_a_date_of_its_own(
    true_world: World, customer: Customer, replica: sfr.SfrReplica
) -> None:
    await true_world.visit(customer)
    replica.publish(issued=date(2026, 11, 12))
    replica.publish(issued=date(2026, 11, 3), contract=sfr.FIXE)
    replica.unpaid = True
    unpaid = await true_world.visit(customer)
    assert (unpaid.error, unpaid.new, len(unpaid.lines)) == (None, [], replica.listable)
    replica.unpaid = False
    paid = await true_world.visit(customer)
    assert [line.date for line in paid.new] == [date(2026, 11, 12), date(2026, 11, 3)]


@pytest.mark.parametrize(
    ("trouble", "error"),
    [("unavailable", errors.PortalDown), ("alert", errors.PortalDown), ("offer", errors.ActionNeeded)],
)
async def test_what_the_page_of_bills_says_instead_has_its_error(
    true_world: World, customer: Customer, replica: sfr.SfrReplica, trouble: str, error: type[Exception]
) -> None:
    replica.trouble = trouble
    seen = await true_world.visit(customer)
    assert (type(seen.error), getattr(seen.error, "wants", "no_permission")) == (error, "no_permission")


@BOTH
@pytest.mark.parametrize("shown", ["sign-in", "space"])
async def test_a_customer_of_the_other_brand_is_refused_in_so_many_words_and_nothing_is_read(
    true_world: World, customer: Customer, replica: sfr.SfrReplica, shown: str
) -> None:
    replica.other = shown
    seen = await true_world.visit(customer)
    assert isinstance(seen.error, errors.BadCredentials)
    assert "the account is not" in seen.error.step
    assert (seen.lines, replica.counters.passwords) == ([], 1)


@BOTH
async def test_a_live_session_of_the_other_brand_is_ended_and_its_lines_are_never_read(
    true_world: World, customer: Customer, replica: sfr.SfrReplica, monkeypatch: pytest.MonkeyPatch
) -> None:
    await true_world.visit(customer)
    replica.forget_stays()
    replica.other = "space"
    end = replica.house.leave

    def ended(token: str | None) -> None:
        end(token)
        replica.other = ""

    monkeypatch.setattr(replica.house, "leave", ended)
    seen = await true_world.visit(customer)
    assert (seen.error, seen.logins, seen.new, len(seen.lines)) == (None, 1, [], replica.listable)


async def test_a_session_that_dies_in_mid_list_costs_one_login(
    true_world: World, customer: Customer, replica: sfr.SfrReplica
) -> None:
    await true_world.visit(customer)
    replica.pull(Lever.DROP_MID_LIST)
    seen = await true_world.visit(customer)
    assert (seen.error, seen.logins, len(seen.lines), seen.new) == (None, 1, replica.listable, [])


async def test_rows_that_are_named_otherwise_are_a_change_and_never_nothing_new(
    true_world: World, customer: Customer, replica: sfr.SfrReplica, monkeypatch: pytest.MonkeyPatch
) -> None:
    await true_world.visit(customer)
    monkeypatch.setattr(drawn, "PATIENCE", 3.0)
    replica.pull(Lever.SILENT_EMPTY)
    assert isinstance((await true_world.visit(customer)).error, errors.PortalChanged)
