"""The worker's looks: at what changed where a large pile is kept, at everything where not."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy import select

from core import tying
from core.db import Database, models
from core.db.writer import Writer
from core.ledger import rematch
from core.tying import desk as desks
from scheduler import matching
from scheduler.farm import Farm
from tests.core.ledger import NOW, bank


@pytest.fixture
def farm(database: Database) -> Iterator[Farm]:
    """What of a farm the matcher asks for."""
    writer = Writer(database)
    parts: dict[str, Any] = {"catalogue": SimpleNamespace(collectors={}), "settings": SimpleNamespace(time_zone="Europe/Paris"), "now": lambda: NOW}  # fmt: skip
    yield cast(Farm, SimpleNamespace(database=database, writer=writer, desks={}, **parts))
    writer.close()


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which looks were taken, in order."""
    taken: list[str] = []
    for name in ("look_again", "look_at"):
        true = getattr(tying, name)

        def seen(*args: Any, name: str = name, true: Any = true, **told: Any) -> tying.Outcome:
            taken.append(name)
            return cast(tying.Outcome, true(*args, **told))

        monkeypatch.setattr(tying, name, seen)
    return taken


def pay(database: Database, place: int) -> None:
    with database.write() as session:
        paid = bank.payment(session, -4590 - place, "PRLV SEPA ZORBELTIX", core="", unmatched_for=None)
        rematch.ask(session, 1, NOW, payments=[paid.id])


def bill(database: Database, place: int) -> None:
    with database.write() as session:
        more = {"supplier": "zorbeltix", "seller": "Zorbeltix"}
        owed = bank.invoice(session, 4590 + place, f"Z-{place:05}", **more)
        rematch.ask_if_any(session, 1, NOW, invoices=[owed.id])


def test_a_large_pile_is_looked_at_once_and_then_only_what_changed(
    database: Database, farm: Farm, looks: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desks, "MANY", 1)
    for place in range(3):
        pay(database, place)
        matching.match(farm)
        bill(database, place)
        matching.match(farm)
    assert looks == ["look_again", *["look_at"] * 5]
    with database.read() as session:
        assert len(session.scalars(select(models.Match)).all()) == 3
        assert not rematch.is_asked(session)


def test_a_small_pile_is_always_looked_at_whole(database: Database, farm: Farm, looks: list[str]) -> None:
    pay(database, 1)
    matching.match(farm)
    bill(database, 1)
    matching.match(farm)
    assert (looks, farm.desks) == (["look_again"] * 2, {})


def test_what_another_worker_was_told_is_not_missed(
    database: Database, farm: Farm, looks: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desks, "MANY", 1)
    pay(database, 1)
    matching.match(farm)
    bill(database, 1)
    with database.write() as session:
        rematch.begin(session)
        rematch.end(session, 1, "by another", NOW)
    pay(database, 2)
    matching.match(farm)
    assert looks == ["look_again"] * 2


def test_a_pile_that_moved_is_looked_at_whole_in_time(
    database: Database, farm: Farm, looks: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desks, "MANY", 1)
    for place in range(2):
        pay(database, place)
        matching.match(farm)
    for _ in range(2):
        matching.look_out(farm)
        matching.match(farm)
    assert looks == ["look_again", "look_at", "look_again"]
