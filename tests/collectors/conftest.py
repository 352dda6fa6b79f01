"""The ways to the world and the demo's suppliers, real ones, for the collectors' tests."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from collectors.kit import login
from tests.collectors import visiting
from tests.portals.names import Replicas


@pytest_asyncio.fixture(scope="session")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[visiting.World]:
    async with visiting.world(tmp_path_factory.mktemp("world")) as ways:
        yield ways


@pytest.fixture(scope="session")
def replicas() -> Replicas:
    return Replicas()


@pytest_asyncio.fixture(scope="session")
async def true_world(
    replicas: Replicas, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[visiting.World]:
    """The ways to the replicas, under their true host names."""
    folder = tmp_path_factory.mktemp("true-world")
    authority = folder / "authority.pem"
    replicas.authority.cert_pem.write_to_path(str(authority))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(authority))
        async with visiting.world(folder, resolve=replicas.resolve, trust=(replicas.fingerprint,)) as ways:
            yield ways


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """For whoever meets a page that nobody knows, and would wait for it: all others have the time that the product gives."""
    monkeypatch.setattr(login, "PATIENCE", 8.0)
