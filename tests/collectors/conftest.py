"""The ways to the world and the demo's suppliers, real ones, for the collectors' tests."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from collectors.kit import login
from tests.collectors import visiting


@pytest_asyncio.fixture(scope="session")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[visiting.World]:
    async with visiting.world(tmp_path_factory.mktemp("world")) as ways:
        yield ways


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page of a portal on this machine that is not known in four seconds will not be."""
    monkeypatch.setattr(login, "PATIENCE", 4.0)
