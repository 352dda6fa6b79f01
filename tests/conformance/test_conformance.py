"""Every collector that has a replica passes every course that its portal can be put through."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from collectors.kit import catalogue
from collectors.kit.catalogue import Catalogue
from tests.collectors.kit.site import require_complete_browser
from tests.conformance import courses, trial
from tests.conformance.ride import Ground
from tests.conformance.trial import Outcome
from tests.portals import museum
from tests.portals.replica import Replica


@pytest_asyncio.fixture(scope="module")
async def ground(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Ground]:
    async with trial.ground(tmp_path_factory.mktemp("conformance")) as here:
        yield here


@pytest.fixture(scope="module")
def here() -> Catalogue:
    return catalogue.load()


@pytest_asyncio.fixture(scope="module")
async def outcomes(ground: Ground, here: Catalogue) -> dict[str, list[Outcome]]:
    """All trials at once: most of their time is waiting."""
    kinds = museum.replicas()

    async def tried(supplier: str) -> list[Outcome]:
        rides = courses.FIRST_LOOK if _is_twin(supplier) else courses.RIDES
        return await trial.trial(ground, here.collector(supplier), kinds[supplier], rides)

    return dict(zip(kinds, await asyncio.gather(*map(tried, kinds)), strict=True))


@pytest.mark.parametrize("supplier", sorted(museum.replicas()))
async def test_a_collector_passes_its_trial(
    here: Catalogue, outcomes: dict[str, list[Outcome]], supplier: str
) -> None:
    if here.collector(supplier).manifest.browser == "full":
        require_complete_browser()
    failed = [f"{outcome.course}: {outcome.words}" for outcome in outcomes[supplier] if not outcome.passed]
    assert not failed, "\n".join(failed)


def _is_twin(supplier: str) -> bool:
    """Whether another supplier's replica is the same portal under another name; `collector check --all` tries them all in full."""
    kinds = museum.replicas()
    alike = [name for name, kind in kinds.items() if _portal(kind) is _portal(kinds[supplier])]
    return alike[0] != supplier


def _portal(kind: type[Replica]) -> type[Replica]:
    return kind if kind.__bases__[0] is Replica else _portal(kind.__bases__[0])
