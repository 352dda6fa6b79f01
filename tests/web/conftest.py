"""A fresh company for each test that changes it, one for all that only look, and one browser."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.demo import looks
from tests.web import world


@pytest.fixture
def bare(tmp_path: Path) -> world.World:
    """A farm just started, with nobody in it."""
    return world.empty(tmp_path)


@pytest.fixture
def company(tmp_path: Path) -> world.World:
    """A small company with accounts in every state, to be changed at will."""
    return world.full(tmp_path)


@pytest.fixture(scope="session")
def museum(tmp_path_factory: pytest.TempPathFactory) -> world.World:
    """The same company, for tests that only look."""
    return world.full(tmp_path_factory.mktemp("museum"))


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with looks.browser() as started:
        yield started
