"""The accounting side of the stage beside a farm, as a visitor of the demo has them: the panel in a tab of its own."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from demo import bureau, clouds, panel
from tests.journeys import connecting
from tests.journeys import house as houses
from tests.journeys.house import Visitor


@dataclass
class Stage:
    """`page` is the panel; `anna` looks at the farm."""

    anna: Visitor
    books: bureau.Bureau
    boxes: clouds.Clouds
    page: Page

    async def shows(self, row: str) -> None:
        await self.page.reload()
        await expect(self.page.get_by_role("row", name=row)).to_have_count(1)


@asynccontextmanager
async def opened(folder: Path, browser: Browser) -> AsyncIterator[Stage]:
    with (
        bureau.Bureau(ports={}) as books,
        clouds.Clouds(ports={}) as boxes,
        pytest.MonkeyPatch.context() as environment,
    ):
        environment.setenv("MOISSON_STAND_INS", json.dumps(json.loads(books.stand_ins) | boxes.stand_ins))
        async with houses.opened(folder) as house, houses.visitor(house, browser) as anna:
            await connecting.begin(anna)
            boxes.serves(house.address)
            with panel.Panel(list(house.shown.values()), port=0, books=books, boxes=boxes) as served:
                page = await anna.context.new_page()
                await page.goto(f"{served.url}/?lang=fr")
                yield Stage(anna, books, boxes, page)
