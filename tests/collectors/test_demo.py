"""The demo's suppliers, from their manifests, on their portals: a census, new invoices, and each of the faults."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from collectors.kit import catalogue
from core import errors, nouns
from demo import bleu, portals
from demo.stage import Lever
from tests.collectors.visiting import Customer, World


@dataclass(frozen=True)
class Shown:
    """What a demo portal shows before anybody touches its stage."""

    lines: int
    newest: tuple[str, date, nouns.Money]
    refusal: str
    page: str
    #: Its contracts' first pages are shorter than their lists: so many requests read all, so many the first pages only.
    requests: tuple[int, int] = (2, 1)
    first_pages: int = 10
    contracts: tuple[str, ...] = ("account",)

    def ends(self, ended: bool) -> dict[str, bool]:
        return dict.fromkeys(self.contracts, ended)


SHOWN = {
    "mandarine": Shown(
        14,
        ("MT-2026-0014", date(2026, 2, 3), nouns.Money(Decimal("53.25"), "EUR")),
        "Identifiant ou mot de passe incorrect.",
        "the user name page",
    ),
    "nimbus": Shown(
        12,
        ("NIM-2026-0012", date(2026, 10, 1), nouns.Money(Decimal("49.00"), "USD")),
        "Wrong email or password.",
        "the sign-in page",
    ),
    "bleu": Shown(
        15,
        ("BE-2026-0010", date(2026, 10, 12), nouns.Money(Decimal("128.40"), "EUR")),
        "Adresse e-mail ou mot de passe incorrect.",
        "the sign-in page",
        requests=(4, 2),
        first_pages=13,
        contracts=(bleu.POWER, bleu.GAS),
    ),
}


@pytest.fixture(params=list(SHOWN))
def portal(request: pytest.FixtureRequest) -> Iterator[portals.Portal]:
    with portals.MAKERS[request.param]() as running:
        running.house.slowness = 0.3
        yield running


@pytest.fixture
def shown(portal: portals.Portal) -> Shown:
    return SHOWN[portal.brand.id]


@pytest.fixture
def customer(portal: portals.Portal, tmp_path: Path) -> Customer:
    (path,) = portals.manifests(tmp_path, {portal.brand.id: portal.port})
    brand = portal.brand
    told = {"username": brand.login, "password": brand.password, "totp": brand.seed}
    return Customer(catalogue.of_file(path), told)


async def test_the_census_reads_both_pages_to_their_end_and_leaves_all(
    world: World, customer: Customer, portal: portals.Portal, shown: Shown
) -> None:
    seen = await world.visit(customer)
    assert (len(seen.lines), seen.ends, seen.error) == (shown.lines, shown.ends(True), None)
    assert (seen.logins, portal.counters.downloads) == (1, {})
    assert (seen.lines[0].number, seen.lines[0].date, seen.lines[0].total) == shown.newest


async def test_a_second_visit_needs_no_login_and_no_browser_and_brings_nothing(
    world: World, customer: Customer, shown: Shown
) -> None:
    await world.visit(customer)
    seen = await world.visit(customer)
    assert (seen.logins, seen.requests, seen.browser, seen.new) == (0, shown.requests[0], False, [])


async def test_what_need_not_be_whole_stops_at_the_first_page_that_is_known(
    world: World, customer: Customer, shown: Shown
) -> None:
    await world.visit(customer)
    seen = await world.visit(customer, whole=False)
    assert (seen.requests, len(seen.lines)) == (shown.requests[1], shown.first_pages)
    assert not all(seen.ends.values())


async def test_a_new_one_an_old_dated_one_and_a_credit_note_come_home_once(
    world: World, customer: Customer, portal: portals.Portal
) -> None:
    await world.visit(customer)
    for lever in (Lever.PUBLISH, Lever.PUBLISH_LATE, Lever.CREDIT_NOTE):
        portal.pull(lever)
    seen = await world.visit(customer)
    assert sorted(line.kind for line in seen.new) == ["credit_note", "invoice", "invoice"]
    assert all(file.path.read_bytes().startswith(b"%PDF-") for file in seen.files)
    assert (await world.visit(customer)).new == []
    assert set(portal.counters.downloads.values()) == {1}


async def test_one_that_arrives_between_two_pages_comes_with_the_next_visit(
    world: World, customer: Customer, portal: portals.Portal
) -> None:
    await world.visit(customer)
    portal.pull(Lever.BETWEEN_PAGES)
    first, second = await world.visit(customer), await world.visit(customer)
    assert len(first.new + second.new) == 1


async def test_a_refused_password_is_typed_once(
    world: World, customer: Customer, portal: portals.Portal, shown: Shown
) -> None:
    portal.pull(Lever.CHANGE_PASSWORD)
    seen = await world.visit(customer)
    assert isinstance(seen.error, errors.BadCredentials)
    assert seen.error.said == shown.refusal
    assert portal.counters.passwords == 1


@pytest.mark.parametrize(
    ("lever", "error"),
    [
        (Lever.LOCKED, errors.Locked),
        (Lever.TERMS, errors.ActionNeeded),
        (Lever.CODE, errors.CodeNeeded),
        (Lever.CAPTCHA, errors.Captcha),
        (Lever.DOWN, errors.PortalDown),
        (Lever.BLOCKED, errors.Blocked),
        (Lever.SILENT_EMPTY, errors.PortalChanged),
    ],
)
async def test_each_fault_has_its_error(
    world: World, customer: Customer, portal: portals.Portal, lever: Lever, error: type[errors.MoissonError]
) -> None:
    portal.pull(lever)
    seen = await world.visit(customer)
    assert type(seen.error) is error
    assert portal.counters.passwords <= 1
    assert seen.refused == []


async def test_a_list_that_says_it_is_empty_is_one(
    world: World, customer: Customer, portal: portals.Portal, shown: Shown
) -> None:
    portal.pull(Lever.EMPTY)
    seen = await world.visit(customer)
    assert (seen.error, seen.lines, seen.ends) == (None, [], shown.ends(True))


@pytest.mark.parametrize("lever", [Lever.DOWN, Lever.BLOCKED, Lever.SILENT_EMPTY, Lever.MOVE_BUTTONS])
async def test_a_living_session_does_not_hide_a_fault(
    world: World, customer: Customer, portal: portals.Portal, lever: Lever
) -> None:
    await world.visit(customer)
    portal.pull(lever)
    seen = await world.visit(customer)
    assert isinstance(seen.error, errors.PortalDown | errors.Blocked | errors.PortalChanged)
    assert (seen.logins, seen.new) == (0, [])


@pytest.mark.usefixtures("hurried")
async def test_renamed_buttons_are_told_by_the_name_of_the_step(
    world: World, customer: Customer, portal: portals.Portal, shown: Shown
) -> None:
    portal.pull(Lever.MOVE_BUTTONS)
    seen = await world.visit(customer)
    assert isinstance(seen.error, errors.PortalChanged)
    assert shown.page in seen.error.expected
    assert seen.evidence


@pytest.mark.parametrize("lever", [Lever.DROP_SESSIONS, Lever.DROP_MID_LIST])
async def test_a_session_that_dies_costs_one_login(
    world: World, customer: Customer, portal: portals.Portal, shown: Shown, lever: Lever
) -> None:
    await world.visit(customer)
    portal.pull(lever)
    seen = await world.visit(customer)
    assert (seen.error, seen.logins, len(seen.lines), seen.new) == (None, 1, shown.lines, [])


async def test_a_slow_portal_is_waited_for(world: World, customer: Customer, portal: portals.Portal) -> None:
    portal.pull(Lever.SLOW)
    assert (await world.visit(customer)).error is None


async def test_a_customer_without_a_code_is_not_asked_for_one(world: World, customer: Customer) -> None:
    customer.credentials = {**customer.credentials, "username": "user-7@nimbus.example", "totp": ""}
    assert (await world.visit(customer)).error is None


@pytest.fixture
def nimbus(tmp_path: Path) -> Iterator[tuple[portals.Portal, Customer]]:
    with portals.nimbus_saas() as running:
        (path,) = portals.manifests(tmp_path, {"nimbus": running.port})
        told = {"username": running.brand.login, "password": running.brand.password}
        yield running, Customer(catalogue.of_file(path), told)


async def test_a_code_that_nobody_can_make_is_asked_of_the_owner(
    world: World, nimbus: tuple[portals.Portal, Customer]
) -> None:
    seen = await world.visit(nimbus[1])
    assert isinstance(seen.error, errors.CodeNeeded)
    assert nimbus[0].counters.passwords == 1


async def test_a_refused_code_is_not_tried_again(
    world: World, nimbus: tuple[portals.Portal, Customer]
) -> None:
    running, customer = nimbus
    running.pull(Lever.WRONG_CODE)
    customer.credentials = {**customer.credentials, "totp": running.brand.seed}
    seen = await world.visit(customer)
    assert isinstance(seen.error, errors.ActionNeeded)
    assert seen.error.said == "That code is not valid."
    assert running.counters.passwords == 1
