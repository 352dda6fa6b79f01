"""What the demo's portals ask people in the midst of a sign-in: codes, wrong codes, codes sent again, approvals."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from collectors import kit
from collectors.kit import catalogue
from core import errors
from demo import portals
from demo.stage import Lever
from scheduler import terminal
from tests.collectors.visiting import Customer, World


@pytest.fixture(params=["mandarine", "nimbus", "bleu"])
def portal(request: pytest.FixtureRequest) -> Iterator[portals.Portal]:
    with portals.MAKERS[request.param]() as running:
        yield running


@pytest.fixture
def customer(portal: portals.Portal, tmp_path: Path) -> Customer:
    (path,) = portals.manifests(tmp_path, {portal.brand.id: portal.port})
    login = "user-7" if portal.brand.id == "mandarine" else "user-7@firm.example"
    return Customer(catalogue.of_file(path), {"username": login, "password": portal.brand.password})


def said(*answers: str | Callable[[], str]) -> Callable[[kit.Question], Any]:
    """A person who says these one after another."""
    left = iter(answers)

    def answer(_: kit.Question) -> Any:
        told = next(left)
        return told() if callable(told) else told

    return answer


AGAIN: Callable[[kit.Question], Any] = lambda _: kit.Answer(again=True)  # noqa: E731 - a person in one line


async def test_a_code_is_asked_once_and_the_device_is_trusted_from_then_on(
    world: World, customer: Customer, portal: portals.Portal
) -> None:
    portal.pull(Lever.CODE)
    customer.answers = said(lambda: f"{portal.house.sms[:3]} {portal.house.sms[3:]}")
    first = await world.visit(customer)
    assert (first.error, first.settled, portal.counters.codes_sent) == (None, 1, 1)
    (asked,) = first.asked
    assert asked.kind == "code"
    assert asked.medium in ("sms", "email")
    assert "•" in asked.said
    portal.pull(Lever.DROP_SESSIONS)
    for _ in range(2):
        assert (await world.visit(customer)).error is None
    assert portal.counters.codes_sent == 1


async def test_a_wrong_code_is_asked_for_anew_in_the_same_session(
    world: World, customer: Customer, portal: portals.Portal
) -> None:
    portal.pull(Lever.CODE)
    customer.answers = said("12", lambda: portal.house.sms)
    seen = await world.visit(customer)
    assert seen.error is None
    assert [(each.tries_left, bool(each.refused)) for each in seen.asked] == [(3, False), (2, True)]
    assert (portal.counters.codes_sent, portal.counters.passwords) == (1, 1)


async def test_three_refused_codes_end_it_and_none_is_sent_twice(
    world: World, customer: Customer, portal: portals.Portal
) -> None:
    portal.pull(Lever.CODE)
    customer.answers = said("111", "111", "222")
    seen = await world.visit(customer)
    assert isinstance(seen.error, errors.CodeNeeded)
    assert [each.tries_left for each in seen.asked] == [3, 2, 1]
    assert portal.counters.codes_refused == 2
    assert portal.counters.codes_sent == 1


async def test_another_code_is_sent_when_the_person_says_so(
    world: World, customer: Customer, portal: portals.Portal
) -> None:
    portal.pull(Lever.CODE)
    left = iter([AGAIN, said(lambda: portal.house.sms)])
    customer.answers = lambda asked: next(left)(asked)
    seen = await world.visit(customer)
    assert seen.error is None
    assert (portal.counters.codes_sent, portal.counters.passwords) == (2, 1)
    assert all(each.resend_after for each in seen.asked)


async def test_nobody_who_could_be_asked_is_a_code_needed_and_nothing_is_typed(
    world: World, customer: Customer, portal: portals.Portal
) -> None:
    portal.pull(Lever.CODE)
    seen = await world.visit(customer)
    assert isinstance(seen.error, errors.CodeNeeded)
    assert seen.error.wants == "code"
    assert portal.counters.codes_refused == 0


async def test_the_time_that_a_person_takes_is_not_the_sign_ins(
    world: World, customer: Customer, portal: portals.Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The limit is wide enough for a machine that is busy, and the person takes longer than all of it."""
    monkeypatch.setattr("collectors.kit.login.WHOLE", 15.0)
    portal.pull(Lever.CODE)

    async def slow(_: kit.Question) -> str:
        await asyncio.sleep(16)
        return portal.house.sms

    customer.answers = slow
    assert (await world.visit(customer)).error is None


async def test_an_approval_goes_on_by_itself_when_the_person_has_confirmed(
    world: World, tmp_path: Path
) -> None:
    with portals.mandarine_telecom() as portal:
        (path,) = portals.manifests(tmp_path, {"mandarine": portal.port})
        portal.pull(Lever.APPROVAL)
        told = {"username": "user-7", "password": portal.brand.password}

        def confirm(_: kit.Question) -> str:
            portal.house.approve("user-7")
            return ""

        customer = Customer(catalogue.of_file(path), told, answers=confirm)
        seen = await world.visit(customer)
        assert (seen.error, seen.settled) == (None, 1)
        assert [(each.kind, each.medium) for each in seen.asked] == [("approval", "app")]


async def test_who_writes_a_collector_is_asked_at_the_terminal(
    world: World, customer: Customer, portal: portals.Portal
) -> None:
    """An empty line asks for another code."""
    portal.pull(Lever.CODE)
    answers, said = iter(["", "again"]), list[str]()
    customer.answers = terminal.AtTerminal(lambda _: next(answers) and portal.house.sms, said.append)
    assert (await world.visit(customer)).error is None
    assert portal.counters.codes_sent == 2
