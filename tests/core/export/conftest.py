from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.core.export import shop as shops


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[shops.Shop]:
    with shops.opened(tmp_path) as made:
        yield made
