"""The ways to the world, real ones, shared by the kit's tests: a browser is started once for all of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from collectors.kit import evidence, hand, login
from collectors.kit.browsers import Browsers
from collectors.kit.door import Door
from collectors.kit.lane import Lanes
from collectors.kit.portal import Outside
from tests.collectors.kit.site import Visit, new_browsers


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A browser may have no processor for some seconds; a click that is to get nowhere takes as long."""
    monkeypatch.setattr(login, "CLICK", 8.0)
    monkeypatch.setattr(hand, "TYPE", 8.0)
    monkeypatch.setattr(evidence, "PATIENCE", 20)


@pytest_asyncio.fixture(scope="session")
async def door() -> AsyncIterator[Door]:
    door = Door(allow_loopback=True)
    await door.start()
    yield door
    await door.close()


@pytest_asyncio.fixture(scope="session")
async def browsers(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browsers]:
    shared = new_browsers(tmp_path_factory.mktemp("browsers"))
    yield shared
    await shared.close()


@pytest_asyncio.fixture(scope="session")
async def outside(door: Door, browsers: Browsers) -> AsyncIterator[Outside]:
    lanes = Lanes()
    await lanes.start()
    yield Outside(door, lanes, browsers)
    await lanes.close()


@pytest.fixture
def visit(outside: Outside, tmp_path: Path) -> Visit:
    return Visit(outside, tmp_path)
