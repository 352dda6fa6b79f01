from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Browser

from tests.demo import looks
from tests.journeys import house as houses


@pytest_asyncio.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with looks.browser() as launched:
        yield launched


@pytest_asyncio.fixture
async def house(tmp_path: Path) -> AsyncIterator[houses.House]:
    async with houses.opened(tmp_path) as opened:
        yield opened


@pytest_asyncio.fixture
async def anna(house: houses.House, browser: Browser) -> AsyncIterator[houses.Visitor]:
    async with houses.visitor(house, browser) as person:
        yield person
