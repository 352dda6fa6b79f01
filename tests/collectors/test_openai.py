"""OpenAI's platform against its replica: a proof in the browser's storage, a history that a script draws."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from collectors.kit import catalogue
from core import errors, nouns
from demo.stage import Lever
from tests.collectors.visiting import Customer, World
from tests.portals import openai
from tests.portals.names import Replicas


@pytest.fixture
def replica(replicas: Replicas) -> Iterator[openai.OpenaiReplica]:
    with replicas.serving(openai.OpenaiReplica) as running:
        yield running


@pytest.fixture
def customer(replica: openai.OpenaiReplica) -> Customer:
    collector = catalogue.of_file(Path(catalogue.BUILT_IN, "openai.toml"))
    return Customer(collector, replica.fields, answers=lambda asked: replica.answer(asked.kind))


@pytest.mark.parametrize("french", [False, True])
async def test_the_census_reads_what_the_script_draws_in_either_language(
    true_world: World, customer: Customer, replica: openai.OpenaiReplica, french: bool
) -> None:
    replica.french = french
    seen = await true_world.visit(customer)
    assert (seen.error, len(seen.lines), seen.files, seen.refused) == (None, 15, [], [])
    newest = seen.lines[0]
    assert (newest.date, newest.total) == (date(2026, 11, 1), nouns.Money(Decimal("42.00"), "USD"))


async def test_the_session_lives_in_the_browsers_storage_from_visit_to_visit(
    true_world: World, customer: Customer, replica: openai.OpenaiReplica
) -> None:
    await true_world.visit(customer)
    replica.pull(Lever.PUBLISH)
    seen = await true_world.visit(customer)
    assert (seen.error, seen.logins, len(seen.files), replica.counters.passwords) == (None, 0, 1, 1)
    assert seen.files[0].path.read_bytes().startswith(b"%PDF-")


async def test_an_address_that_is_not_known_is_never_led_to_a_new_account(
    true_world: World, customer: Customer, replica: openai.OpenaiReplica
) -> None:
    customer.credentials = {**replica.fields, "email": "nobody@atelier-fontaine.example"}
    seen = await true_world.visit(customer)
    assert isinstance(seen.error, errors.BadCredentials)
    assert replica.counters.passwords == 0
