"""A PDF that the portal replaced, through the whole farm: the next revision, never an overwrite, and nothing else moves."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from core import intake
from core.db import models
from demo.stage import Lever
from tests.scheduler.world import World


@pytest.mark.parametrize("supplier", ["mandarine", "nimbus", "bleu"])
async def test_a_replaced_pdf_comes_home_beside_the_first(world: World, supplier: str) -> None:
    one = world.add(supplier)
    await world.collect(one)
    world.pull(supplier, Lever.PUBLISH, cents=6_000)
    await world.collect(one)
    world.pull(supplier, Lever.REPLACED, cents=7_200)
    brought = await world.collect(one)
    assert brought["error"] is None
    assert (brought["receipt"]["new"], brought["receipt"]["revised"]) == (0, 1)
    (invoice,) = world.rows(models.Invoice)
    first, second = world.rows(models.Document)
    assert (first.revision, second.revision, second.invoice_id) == (1, 2, invoice.id)
    assert first.sha256 != second.sha256
    assert world.farm.archive.read(first.sha256).startswith(b"%PDF-")
    assert (invoice.total_minor, invoice.doubts) == (7_200, [])
    assert {delivery.document_id for delivery in world.rows(models.Delivery)} == {first.id, second.id}
    again = await world.collect(one)
    assert (again["receipt"]["new"], again["receipt"]["revised"]) == (0, 0)


async def test_the_schedule_sees_it_too(world: World) -> None:
    one = world.add("bleu")
    await world.collect(one)
    world.pull("bleu", Lever.PUBLISH)
    await world.scheduled(one)
    world.pull("bleu", Lever.REPLACED)
    assert (await world.scheduled(one))["receipt"]["revised"] == 1


async def test_what_the_census_left_is_not_fetched_when_it_is_replaced(world: World) -> None:
    one = world.add("bleu")
    await world.collect(one)
    world.pull("bleu", Lever.REPLACED, cents=9_900)
    seen = await world.collect(one)
    assert (seen["receipt"]["new"], seen["receipt"]["revised"], world.rows(models.Document)) == (0, 0, [])
    assert world.portal("bleu").counters.downloads == {}
    assert sorted(row.mark for row in world.rows(models.ListedRow))[-2:] == ["1", "2"]


async def test_a_revision_that_is_no_document_is_held_and_the_first_stays(world: World) -> None:
    one = world.add("mandarine")
    await world.collect(one)
    world.pull("mandarine", Lever.PUBLISH)
    await world.collect(one)
    world.pull("mandarine", Lever.REPLACED)
    world.pull("mandarine", Lever.HTML_FILE)
    assert (await world.collect(one))["receipt"]["held"] == 1
    assert [paper.revision for paper in world.rows(models.Document)] == [1]
    world.portal("mandarine").pull(Lever.HTML_FILE, on=False)
    assert (await world.collect(one))["receipt"]["revised"] == 1


async def test_a_first_version_that_is_read_late_says_nothing_any_more(world: World) -> None:
    one = world.add("mandarine")
    await world.collect(one)
    world.pull("mandarine", Lever.PUBLISH, cents=6_000)
    await world.collect(one)
    world.pull("mandarine", Lever.REPLACED, cents=7_200)
    await world.collect(one)
    first = world.rows(models.Document)[0]

    def unread(session: Session) -> None:
        session.get_one(models.Document, first.id).read_at = None

    await world.farm.writer(unread)
    farm = world.farm
    intake.take_in(farm.database, farm.archive, farm.readers, first.id, now=farm.now)
    assert world.rows(models.Invoice)[0].total_minor == 7_200
    with farm.database.read() as session:
        assert intake.unread(session) == []
