"""Every collector that has a replica passes every course that its portal can be put through."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from collectors.kit import catalogue
from tests.conformance import trial
from tests.conformance.ride import Ground
from tests.portals import museum


@pytest_asyncio.fixture(scope="module")
async def ground(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Ground]:
    async with trial.ground(tmp_path_factory.mktemp("conformance")) as here:
        yield here


@pytest.mark.parametrize("supplier", sorted(museum.replicas()))
async def test_a_collector_passes_its_trial(ground: Ground, supplier: str) -> None:
    collector = catalogue.load().collector(supplier)
    outcomes = await trial.trial(ground, collector, museum.replicas()[supplier])
    failed = [f"{outcome.course}: {outcome.words}" for outcome in outcomes if not outcome.passed]
    assert not failed, "\n".join(failed)
