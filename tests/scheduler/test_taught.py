"""What is known of a supplier's paper is known at the door: a visit reads with its templates."""

from __future__ import annotations

from core.db import models
from demo.stage import Lever
from tests.scheduler.world import World


async def test_a_document_that_a_visit_brings_is_read_with_its_suppliers_templates(world: World) -> None:
    one = world.add("mandarine")
    await world.collect(one)
    world.pull("mandarine", Lever.PUBLISH)
    await world.collect(one)
    (reading,) = world.rows(models.ReadingRow)
    assert reading.reader.endswith("+mandarine/0")
    assert reading.fields["due_date"]["source"] == "template:mandarine/0"
