"""A document that breaks the reader's limits: kept as it came, tried again once, then left to a person, and no visit is made for it."""

from __future__ import annotations

from typing import Any

import pytest

from core import errors, intake
from core.db import models
from core.extraction import doubts
from demo.stage import Lever
from tests.scheduler.world import World


async def brought(world: World, monkeypatch: pytest.MonkeyPatch, *ways: str) -> dict[str, Any]:
    """A visit that brings one invoice, whose readings end in these ways, one after the other."""
    one = world.add("mandarine")
    await world.collect(one)
    world.pull("mandarine", Lever.PUBLISH)
    waiting = iter(ways)

    def broken(*_: Any) -> Any:
        raise errors.ReaderFailed(way=next(waiting, "gone"))

    monkeypatch.setattr(world.farm.readers, "read_and_preview", broken)
    return await world.collect(one)


def take_in_again(world: World) -> None:
    with world.farm.database.read() as session:
        waiting = intake.unread(session)
    for document_id in waiting:
        intake.take_in(
            world.farm.database, world.farm.archive, world.farm.readers, document_id, now=world.farm.now
        )


async def test_twice_in_the_same_way_it_is_quarantined_with_the_reason(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit = await brought(world, monkeypatch, *["time"] * 3)
    assert (visit["error"], visit["receipt"]["new"]) == (None, 1)
    take_in_again(world)
    (document,), (invoice,) = world.rows(models.Document), world.rows(models.Invoice)
    assert (document.quarantined_for, document.read_failures) == ("time", 2)
    assert (invoice.doubts, invoice.asks_review) == ([doubts.TOOK_TOO_LONG], True)
    assert world.farm.archive.read(document.sha256).startswith(b"%PDF-")
    take_in_again(world)
    assert [row.read_failures for row in world.rows(models.Document)] == [2]


async def test_a_reading_that_fails_once_is_made_up_for(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        await brought(world, patch, "memory", "memory")
    take_in_again(world)
    (document,), (invoice,) = world.rows(models.Document), world.rows(models.Invoice)
    assert (document.quarantined_for, invoice.doubts) == (None, [])
    assert document.read_at is not None


async def test_ever_other_ways_end_too(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await brought(world, monkeypatch, "time", "time", "memory", "crashed")
    assert world.rows(models.Document)[0].quarantined_for is None
    take_in_again(world)
    (document,) = world.rows(models.Document)
    assert (document.quarantined_for, document.read_failures) == ("crashed", 3)


async def test_a_farm_that_is_stopping_says_nothing_of_the_document(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await brought(world, monkeypatch, "time", "gone", "gone")
    (document,) = world.rows(models.Document)
    take_in_again(world)
    assert (document.read_failures, document.quarantined_for) == (0, None)
