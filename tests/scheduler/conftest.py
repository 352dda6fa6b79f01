from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from collectors.kit import evidence, login
from core.db import Database, models
from tests.core.ledger import NOW
from tests.portals import names
from tests.scheduler import world as farm_world


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(f"sqlite:///{tmp_path / 'farm.db'}")
    models.Base.metadata.create_all(opened.engine)
    with opened.write() as session:
        session.add(models.Workspace(id=1, name="Atelier Brun", created_at=NOW))
    yield opened
    opened.close()


@pytest.fixture
def replicas(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> names.Replicas:
    """Under their true host names, by an authority that the lanes trust."""
    made = names.Replicas()
    authority = tmp_path / "authority.pem"
    made.authority.cert_pem.write_to_path(str(authority))
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    return made


@pytest.fixture(autouse=True)
def _a_picture_may_take_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "PATIENCE", 60)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """For visits that meet no page they know: it is waited for six seconds, until this is undone."""
    with monkeypatch.context() as patch:
        patch.setattr(login, "PATIENCE", 6.0)
        yield patch


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[farm_world.World]:
    async with farm_world.opened(tmp_path) as opened:
        yield opened
