"""A stranger's supplier: the file is the complete example of `docs/collectors.md`, word for word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from collectors.kit import catalogue, collector
from core import errors, nouns
from tests.collectors.visiting import Customer, World
from tests.portals.stranger import Customer as Known
from tests.portals.stranger import Stranger

DOCS = Path(__file__).parents[2] / "docs" / "collectors.md"
SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def portal() -> Iterator[Stranger]:
    with Stranger({"ann": Known("ann's password"), "bob": Known("bob's password", SEED)}) as running:
        yield running


@pytest.fixture
def supplier(portal: Stranger, tmp_path: Path) -> collector.Collector:
    examples = re.findall(r"```toml\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    told = next(text for text in examples if 'id = "stranger"' in text)
    (tmp_path / "stranger.toml").write_text(portal.told(told), encoding="utf-8")
    found = catalogue.load(tmp_path, allow_loopback=True)
    assert not found.problems
    return found.collector("stranger")


@pytest.fixture
def ann(supplier: collector.Collector) -> Customer:
    return Customer(supplier, {"username": "ann", "password": "ann's password"})


async def test_the_file_from_the_docs_takes_the_census_and_brings_what_is_new(
    world: World, ann: Customer, portal: Stranger
) -> None:
    first = await world.visit(ann)
    assert (first.error, len(first.lines), first.ends, portal.downloads) == (None, 7, {"account": True}, [])
    assert first.lines[0].total == nouns.Money(Decimal("1256.90"), "GBP")
    portal.publish(date(2025, 2, 1), Decimal("12.00"))
    second = await world.visit(ann)
    assert (second.error, second.logins, second.browser) == (None, 0, False)
    assert [line.date for line in second.new] == [date(2025, 2, 1)]
    assert second.files[0].path.read_bytes().startswith(b"%PDF-")
    assert (await world.visit(ann)).new == []


async def test_a_customer_with_a_code_gets_in_by_its_key(world: World, supplier: collector.Collector) -> None:
    bob = Customer(supplier, {"username": "bob", "password": "bob's password", "totp": SEED})
    assert (await world.visit(bob)).error is None


async def test_a_code_without_its_key_is_asked_of_the_owner(
    world: World, supplier: collector.Collector, portal: Stranger
) -> None:
    seen = await world.visit(Customer(supplier, {"username": "bob", "password": "bob's password"}))
    assert isinstance(seen.error, errors.CodeNeeded)
    assert portal.passwords == 1


async def test_a_wrong_password_is_sent_once(
    world: World, supplier: collector.Collector, portal: Stranger
) -> None:
    seen = await world.visit(Customer(supplier, {"username": "ann", "password": "no"}))
    assert isinstance(seen.error, errors.BadCredentials)
    assert (seen.error.said, portal.passwords) == ("User or password unknown.", 1)


@pytest.mark.usefixtures("hurried")
async def test_a_wrong_password_is_sent_once_even_if_the_file_knows_no_refusal(
    world: World, portal: Stranger, supplier: collector.Collector, tmp_path: Path
) -> None:
    text = (tmp_path / "stranger.toml").read_text(encoding="utf-8")
    (tmp_path / "other.toml").write_text(text.replace('see = ".error"', 'see = ".other"'), encoding="utf-8")
    forgetful = catalogue.of_file(tmp_path / "other.toml")
    seen = await world.visit(Customer(forgetful, {"username": "ann", "password": "no"}))
    assert isinstance(seen.error, errors.PortalChanged)
    assert portal.passwords == 1


async def test_a_stale_token_is_looked_up_again(world: World, ann: Customer, portal: Stranger) -> None:
    await world.visit(ann)
    for session in portal.sessions.values():
        session["csrf"] = "anew"
    seen = await world.visit(ann)
    assert (seen.error, seen.logins, len(seen.lines)) == (None, 0, 7)


async def test_a_dropped_session_costs_one_login(world: World, ann: Customer, portal: Stranger) -> None:
    await world.visit(ann)
    portal.sessions.clear()
    seen = await world.visit(ann)
    assert (seen.error, seen.logins, seen.new) == (None, 1, [])


def test_a_supplier_on_this_machine_needs_leave(
    portal: Stranger, tmp_path: Path, supplier: collector.Collector
) -> None:
    found = catalogue.load(tmp_path, allow_loopback=False)
    assert "stranger" not in found.collectors
    assert "MOISSON_ALLOW_LOOPBACK=1" in str(found.problems[0])
