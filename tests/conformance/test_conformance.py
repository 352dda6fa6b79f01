"""Every collector that has a replica passes every course that its portal can be put through."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from collectors.kit import catalogue
from tests.conformance import courses, trial
from tests.conformance.ride import Ground
from tests.portals import museum
from tests.portals.replica import Replica


@pytest_asyncio.fixture(scope="module")
async def ground(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Ground]:
    async with trial.ground(tmp_path_factory.mktemp("conformance")) as here:
        yield here


@pytest.mark.parametrize("supplier", sorted(museum.replicas()))
async def test_a_collector_passes_its_trial(ground: Ground, supplier: str) -> None:
    collector, kind = catalogue.load().collector(supplier), museum.replicas()[supplier]
    rides = courses.FIRST_LOOK if _is_twin(supplier) else courses.RIDES
    outcomes = await trial.trial(ground, collector, kind, rides)
    failed = [f"{outcome.course}: {outcome.words}" for outcome in outcomes if not outcome.passed]
    assert not failed, "\n".join(failed)


def _is_twin(supplier: str) -> bool:
    """Whether another supplier's replica is the same portal under another name; `collector check --all` tries them all in full."""
    kinds = museum.replicas()
    alike = [name for name, kind in kinds.items() if _portal(kind) is _portal(kinds[supplier])]
    return alike[0] != supplier


def _portal(kind: type[Replica]) -> type[Replica]:
    return kind if kind.__bases__[0] is Replica else _portal(kind.__bases__[0])
