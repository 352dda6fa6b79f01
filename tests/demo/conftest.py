"""The fictional portals, running for one test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from demo import portals


@pytest.fixture
def mandarine() -> Iterator[portals.Portal]:
    with portals.mandarine_telecom() as running:
        yield running


@pytest.fixture
def nimbus() -> Iterator[portals.Portal]:
    with portals.nimbus_saas() as running:
        yield running


@pytest.fixture
def bleu() -> Iterator[portals.Portal]:
    with portals.bleu_energie() as running:
        yield running
