"""Free Mobile against the replica: six boxes filled one by one, a trusted browser, invoices that unfold."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from collectors.kit import catalogue, hand
from core import nouns
from demo.stage import Lever
from tests.collectors.visiting import Customer, World
from tests.portals import free_mobile
from tests.portals.names import Replicas


@pytest.fixture
def replica(replicas: Replicas) -> Iterator[free_mobile.FreeMobileReplica]:
    with replicas.serving(free_mobile.FreeMobileReplica) as running:
        yield running


@pytest.fixture
def customer(replica: free_mobile.FreeMobileReplica) -> Customer:
    collector = catalogue.of_file(Path(catalogue.BUILT_IN, "free-mobile.toml"))
    return Customer(collector, replica.fields, answers=lambda _: replica.house.sms)


async def test_a_code_is_typed_into_six_boxes_and_a_trusted_browser_is_asked_for_none(
    true_world: World,
    customer: Customer,
    replica: free_mobile.FreeMobileReplica,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hand, "DIGIT", 0.5)
    replica.pull(Lever.CODE)
    seen = await true_world.visit(customer)
    assert (seen.error, len(seen.lines), len(seen.asked), replica.counters.codes_refused) == (None, 14, 1, 0)
    newest = seen.lines[0]
    assert (newest.date, newest.precision) == (date(2026, 10, 1), nouns.Precision.MONTH)
    assert newest.total == nouns.Money(Decimal("27.34"), "EUR")
    replica.pull(Lever.DROP_SESSIONS)
    again = await true_world.visit(customer)
    assert (again.error, again.asked, again.logins, again.new) == (None, [], 1, [])
