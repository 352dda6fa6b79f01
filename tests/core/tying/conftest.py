from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.db import Database, models
from tests.core.ledger import NOW


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(f"sqlite:///{tmp_path / 'ledger.db'}")
    models.Base.metadata.create_all(opened.engine)
    with opened.write() as session:
        session.add(models.Workspace(id=1, name="Atelier Brun", created_at=NOW))
        session.add(
            models.Person(id=1, email="anna@firm.fr", password_hash="", language="fr", created_at=NOW)
        )
    yield opened
    opened.close()
