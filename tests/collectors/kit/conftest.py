"""The ways to the world, real ones, shared by the kit's tests: a browser is started once for all of them."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from collectors.kit.browsers import Browsers
from collectors.kit.door import Door
from tests.collectors.kit.site import new_browsers


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
