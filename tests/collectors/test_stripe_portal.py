"""The suppliers on Stripe's customer portal against its replica: the link is asked of a person, everything after is HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from collectors.kit import catalogue, question
from core import errors, nouns
from demo.stage import Lever
from tests.collectors.visiting import Customer, Seen, World
from tests.portals import stripe
from tests.portals.names import Replicas


@pytest.fixture
def replica(replicas: Replicas) -> Iterator[stripe.StripePortal]:
    with replicas.serving(stripe.REPLICAS["cursor"]) as running:
        yield running


@pytest.fixture
def customer(replica: stripe.StripePortal) -> Customer:
    return _customer("cursor", replica)


def _customer(supplier: str, replica: stripe.StripePortal) -> Customer:
    collector = catalogue.of_file(Path(catalogue.BUILT_IN, f"{supplier}.toml"))
    return Customer(collector, replica.fields, answers=lambda asked: replica.answer(asked.kind))


async def test_the_census_asks_for_one_link_and_leaves_all(
    true_world: World, customer: Customer, replica: stripe.StripePortal
) -> None:
    seen = await true_world.visit(customer)
    assert (seen.error, len(seen.lines), seen.files, seen.refused) == (None, 15, [], [])
    assert [(asked.kind, asked.medium) for asked in seen.asked] == [("link", "email")]
    assert (seen.settled, replica.counters.codes_sent) == (1, 1)
    newest = seen.lines[0]
    assert (newest.date, newest.total) == (date(2026, 11, 3), nouns.Money(Decimal("24.00"), "USD"))


async def test_while_the_session_lives_a_visit_is_one_request_and_asks_nobody(
    true_world: World, customer: Customer
) -> None:
    await true_world.visit(customer)
    seen = await true_world.visit(customer, whole=False)
    assert (seen.error, seen.requests, seen.logins, seen.browser, seen.asked) == (None, 1, 0, False, [])


async def test_new_old_dated_and_moved_invoices_each_come_home_once_without_a_browser(
    true_world: World, customer: Customer, replica: stripe.StripePortal
) -> None:
    await true_world.visit(customer)
    for lever in (Lever.PUBLISH, Lever.PUBLISH_LATE, Lever.BETWEEN_PAGES):
        replica.pull(lever)
    first, second = await true_world.visit(customer), await true_world.visit(customer)
    assert (first.error, second.error, first.browser) == (None, None, False)
    assert all(file.path.read_bytes().startswith(b"%PDF-") for file in first.files)
    assert len(first.new + second.new) == 3
    assert set(replica.counters.downloads.values()) == {1}


async def test_without_a_sign_in_page_the_link_of_the_settings_is_asked_for(
    true_world: World, customer: Customer, replica: stripe.StripePortal
) -> None:
    customer.credentials = {"email": replica.house.brand.login}
    seen = await true_world.visit(customer)
    assert (seen.error, len(seen.lines), len(seen.asked), replica.counters.codes_sent) == (None, 15, 1, 0)


@pytest.mark.parametrize("page", [True, False])
async def test_a_link_that_is_over_is_asked_for_again_and_then_given_up(
    true_world: World, customer: Customer, replica: stripe.StripePortal, page: bool
) -> None:
    replica.pull(Lever.WRONG_CODE)
    if not page:
        customer.credentials = {"email": replica.house.brand.login}
    seen = await true_world.visit(customer)
    assert isinstance(seen.error, errors.CodeNeeded)
    assert [asked.tries_left for asked in seen.asked] == [3, 2, 1]
    assert "expired" in seen.asked[1].refused
    assert replica.counters.codes_sent == page


async def test_a_link_to_anywhere_else_is_not_opened(
    true_world: World, customer: Customer, replica: stripe.StripePortal
) -> None:
    told = iter(["https://stripe.example/p/session/live_1", "http://billing.stripe.com/p/session/live_1"])
    customer.answers = lambda asked: next(told, replica.answer(asked.kind))
    seen = await true_world.visit(customer)
    assert (seen.error, len(seen.asked), seen.refused) == (None, 3, [])


async def test_with_nobody_to_ask_the_visit_says_that_a_link_is_wanted(
    true_world: World, customer: Customer
) -> None:
    customer.answers = None
    seen = await true_world.visit(customer)
    assert isinstance(seen.error, errors.CodeNeeded)


async def test_the_link_is_not_kept_and_neither_it_nor_the_key_of_the_session_is_shown(
    true_world: World, customer: Customer, replica: stripe.StripePortal
) -> None:
    links: list[str] = []

    def bring(asked: question.Question) -> str:
        links.append(replica.answer(asked.kind))
        return links[-1]

    customer.answers = bring
    await true_world.visit(customer)
    kept = (customer.session or b"").decode()
    (bearer,) = [link.rpartition("/")[2] for link in links]
    assert bearer not in kept
    replica.pull(Lever.SILENT_EMPTY)
    shown = _shown(await true_world.visit(customer))
    assert bearer not in shown
    assert json.loads(kept)["memory"]["tokens"]["key"] not in shown


@pytest.mark.usefixtures("hurried")
async def test_a_portal_that_is_not_known_again_shows_neither_link_nor_key(
    true_world: World, customer: Customer, replica: stripe.StripePortal
) -> None:
    customer.credentials = {"email": replica.house.brand.login}
    replica.pull(Lever.MOVE_BUTTONS)
    seen = await true_world.visit(customer)
    assert isinstance(seen.error, errors.PortalChanged)
    assert replica.links
    assert replica.keys
    for secret in (*replica.links, *replica.keys.values()):
        assert secret not in _shown(seen)


def _shown(seen: Seen) -> str:
    """All that is kept of a failure for people to look at."""
    assert seen.evidence
    return b"".join(each.content for each in seen.evidence).decode("latin-1") + repr(seen.error)


async def test_a_session_that_dies_in_mid_list_costs_one_more_link(
    true_world: World, customer: Customer, replica: stripe.StripePortal
) -> None:
    await true_world.visit(customer)
    replica.pull(Lever.DROP_MID_LIST)
    seen = await true_world.visit(customer)
    assert (seen.error, seen.logins, len(seen.lines), seen.new) == (None, 1, 15, [])


@pytest.mark.parametrize("supplier", ["chatgpt", "hello-audio"])
async def test_a_portal_at_another_host_and_one_with_a_public_sign_in_page_are_read_as_well(
    true_world: World, replicas: Replicas, supplier: str
) -> None:
    with replicas.serving(stripe.REPLICAS[supplier]) as running:
        customer = _customer(supplier, running)
        seen = await true_world.visit(customer)
        again = await true_world.visit(customer, whole=False)
    assert (seen.error, len(seen.lines), seen.refused) == (None, 15, [])
    assert (again.error, again.requests, again.browser) == (None, 1, False)


def test_a_supplier_on_the_portal_takes_few_lines_and_has_its_replica() -> None:
    files = {path.stem: path.read_text() for path in catalogue.BUILT_IN.glob("*.toml")}
    ours = {name: text for name, text in files.items() if 'preset = "stripe_portal"' in text}
    assert set(ours) == set(stripe.REPLICAS)
    assert max(len(text.splitlines()) for text in ours.values()) <= 15
