"""A supplier's trial: every course that its replica has the lever for, several at once, each with its outcome."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from collectors import kit
from collectors.kit import hand
from core import extraction
from tests.collectors import visiting
from tests.conformance import courses
from tests.conformance.courses import Course
from tests.conformance.ride import Ground, Ride, ride
from tests.portals.names import Replicas
from tests.portals.replica import Replica

#: Rides at once, over all suppliers: most of a ride is waiting for pages.
AT_ONCE = 6
#: Seconds after each digit of a code: a busy machine may give the page none to pass the focus on in.
DIGIT = 0.4


@dataclass(frozen=True)
class Outcome:
    """`words` say what was wrong; empty when the course was passed. `seconds` include the waiting."""

    course: str
    words: str
    seconds: float

    @property
    def passed(self) -> bool:
        return not self.words


@asynccontextmanager
async def ground(folder: Path, *, also: Sequence[str] = ()) -> AsyncIterator[Ground]:
    """`also` are host names of replicas that stand elsewhere."""
    replicas = Replicas(also)
    authority = folder / "authority.pem"
    replicas.authority.cert_pem.write_to_path(str(authority))
    readers = extraction.Readers(2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(authority))
        patch.setattr(hand, "DIGIT", DIGIT)
        async with visiting.world(folder, trust=(replicas.fingerprint,), at_once=AT_ONCE) as world:
            yield Ground(world, replicas, readers, asyncio.Semaphore(AT_ONCE))
    readers.close()


async def trial(
    here: Ground,
    collector: kit.Collector,
    kind: type[Replica],
    rides: Sequence[Sequence[Course]] = courses.RIDES,
) -> list[Outcome]:
    """Every outcome, in the order of the courses; each of the `rides` has a replica and an account of its own."""

    async def alone(several: Sequence[Course]) -> list[Outcome]:
        async with here.turn, ride(here, collector, kind) as one:
            return [await _outcome(one, course) for course in several if _possible(one, course)]

    return [outcome for found in await asyncio.gather(*map(alone, rides)) for outcome in found]


def _possible(one: Ride, course: Course) -> bool:
    return course.lever is None or course.lever in one.replica.stage.levers


async def _outcome(one: Ride, course: Course) -> Outcome:
    began, words = time.monotonic(), ""
    try:
        await course.run(one)
    except AssertionError as err:
        words = str(err).partition("\nassert ")[0] or "it does not hold"
    return Outcome(course.name, words, time.monotonic() - began)
