"""Orange and Sosh against the replica, under their true host names, with TLS, through the door."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from collectors import kit
from collectors.kit import catalogue
from core import errors, nouns
from demo.stage import Lever
from tests.collectors.visiting import Customer, World
from tests.portals import orange
from tests.portals.names import Replicas


@pytest.fixture
def replica(replicas: Replicas) -> Iterator[orange.OrangeReplica]:
    with replicas.serving(orange.OrangeReplica) as running:
        yield running


@pytest.fixture
def customer(replica: orange.OrangeReplica) -> Customer:
    collector = catalogue.of_file(Path(catalogue.BUILT_IN, "orange.toml"))
    return Customer(collector, replica.fields)


async def test_the_census_of_two_contracts_leaves_all(
    true_world: World, customer: Customer, replica: orange.OrangeReplica
) -> None:
    seen = await true_world.visit(customer)
    assert (seen.error, len(seen.lines)) == (None, 20)
    assert seen.ends == {orange.LIVEBOX: True, orange.MOBILE: True}
    assert (seen.logins, replica.counters.downloads, seen.refused) == (1, {}, [])
    newest = seen.lines[0]
    assert (newest.date, newest.total) == (date(2026, 10, 5), nouns.Money(Decimal("44.99"), "EUR"))
    assert newest.contract.label.startswith("Livebox")


async def test_a_visit_to_two_contracts_with_nothing_new_is_two_requests(
    true_world: World, customer: Customer
) -> None:
    await true_world.visit(customer)
    seen = await true_world.visit(customer, whole=False)
    assert (seen.error, seen.requests, seen.logins, seen.browser, seen.new) == (None, 2, 0, False, [])


async def test_new_old_dated_and_moved_bills_each_come_home_once(
    true_world: World, customer: Customer, replica: orange.OrangeReplica
) -> None:
    await true_world.visit(customer)
    replica.pull(Lever.PUBLISH)
    replica.pull(Lever.PUBLISH_LATE)
    replica.pull(Lever.BETWEEN_PAGES)
    first = await true_world.visit(customer)
    second = await true_world.visit(customer)
    assert (first.error, second.error) == (None, None)
    assert len(first.new + second.new) == 3
    assert (await true_world.visit(customer)).new == []
    assert set(replica.counters.downloads.values()) == {1}


async def test_an_old_dated_bill_is_fetched_from_the_older_page(
    true_world: World, customer: Customer, replica: orange.OrangeReplica
) -> None:
    await true_world.visit(customer)
    replica.pull(Lever.PUBLISH_LATE)
    seen = await true_world.visit(customer)
    assert [line.date for line in seen.new] == [date(2025, 5, 20)]
    assert seen.files[0].path.read_bytes().startswith(b"%PDF-")


async def test_renamed_parts_are_a_change_and_never_nothing_new(
    true_world: World, customer: Customer, replica: orange.OrangeReplica
) -> None:
    await true_world.visit(customer)
    replica.pull(Lever.MOVE_BUTTONS)
    seen = await true_world.visit(customer)
    assert isinstance(seen.error, errors.PortalChanged)
    assert (seen.error.step, seen.logins) == ("the list", 0)
    assert seen.evidence


@pytest.mark.usefixtures("hurried")
async def test_renamed_parts_of_the_sign_in_are_told_by_name(
    true_world: World, customer: Customer, replica: orange.OrangeReplica
) -> None:
    replica.pull(Lever.MOVE_BUTTONS)
    seen = await true_world.visit(customer)
    assert isinstance(seen.error, errors.PortalChanged)
    assert "the identifier page" in seen.error.expected


async def test_a_session_that_dies_in_mid_list_costs_one_login(
    true_world: World, customer: Customer, replica: orange.OrangeReplica
) -> None:
    await true_world.visit(customer)
    replica.pull(Lever.DROP_MID_LIST)
    seen = await true_world.visit(customer)
    assert (seen.error, seen.logins, len(seen.lines), seen.new) == (None, 1, 20, [])


@pytest.mark.parametrize(
    ("lever", "error", "passwords"),
    [
        (Lever.CHANGE_PASSWORD, errors.BadCredentials, 1),
        (Lever.LOCKED, errors.Locked, 1),
        (Lever.TERMS, errors.ActionNeeded, 1),
        (Lever.NEW_PASSWORD, errors.ActionNeeded, 1),
        (Lever.CODE, errors.CodeNeeded, 1),
        (Lever.CAPTCHA, errors.Captcha, 0),
        (Lever.DOWN, errors.PortalDown, 0),
        (Lever.BLOCKED, errors.Blocked, 0),
        (Lever.SILENT_EMPTY, errors.PortalChanged, 1),
    ],
)
async def test_each_fault_has_its_error(
    true_world: World,
    customer: Customer,
    replica: orange.OrangeReplica,
    lever: Lever,
    error: type[errors.MoissonError],
    passwords: int,
) -> None:
    replica.pull(lever)
    seen = await true_world.visit(customer)
    assert type(seen.error) is error
    assert replica.counters.passwords == passwords


async def test_no_bills_is_something_that_was_said(
    true_world: World, customer: Customer, replica: orange.OrangeReplica
) -> None:
    replica.pull(Lever.EMPTY)
    seen = await true_world.visit(customer)
    assert (seen.error, seen.lines, all(seen.ends.values())) == (None, [], True)


@pytest.mark.parametrize("status", [404, 412])
async def test_a_contract_without_bills_for_us_does_not_keep_the_others_away(
    true_world: World, customer: Customer, replica: orange.OrangeReplica, status: int
) -> None:
    replica.add_contract("9012345699", answer=status)
    seen = await true_world.visit(customer)
    assert (seen.error, len(seen.lines), len(seen.ends)) == (None, 20, 3)


async def test_a_document_that_is_not_ready_is_held(
    true_world: World, customer: Customer, replica: orange.OrangeReplica
) -> None:
    await true_world.visit(customer)
    replica.pull(Lever.PUBLISH)
    replica.pull(Lever.NOT_READY)
    assert isinstance((await true_world.visit(customer)).error, errors.NotAnInvoice)


async def test_a_wrong_code_and_then_the_right_one_cost_one_message(
    true_world: World, customer: Customer, replica: orange.OrangeReplica
) -> None:
    replica.pull(Lever.CODE)
    customer.answers = lambda asked: replica.house.sms if asked.refused else "000 000 1"
    seen = await true_world.visit(customer)
    assert (seen.error, len(seen.lines)) == (None, 20)
    assert [each.refused for each in seen.asked] == ["", "Le code est incorrect ou a expiré."]
    assert (replica.counters.codes_sent, replica.counters.passwords) == (1, 1)
    assert (await true_world.visit(customer)).error is None
    assert replica.counters.codes_sent == 1


async def test_a_confirmation_on_the_phone_needs_no_field(
    true_world: World, customer: Customer, replica: orange.OrangeReplica
) -> None:
    replica.pull(Lever.APPROVAL)

    def confirm(_: kit.Question) -> None:
        replica.house.approve()

    customer.answers = confirm
    seen = await true_world.visit(customer)
    assert seen.error is None
    assert [(each.kind, each.medium) for each in seen.asked] == [("approval", "app")]
