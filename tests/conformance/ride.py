"""One collector on a replica of its own, and what holds at every visit whatever the course."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from collectors import kit
from collectors.kit import door, portal
from core import errors, extraction, nouns
from tests.collectors import visiting
from tests.portals.names import Replicas
from tests.portals.replica import Replica


@dataclass
class Ground:
    """What all rides share: the ways out, the certificates, the readers that look into documents, and whose turn it is."""

    world: visiting.World
    replicas: Replicas
    readers: extraction.Readers
    turn: asyncio.Semaphore


@dataclass
class Ride:
    """`customer` has an account at `replica`; `visit` is one collecting as the farm would make it."""

    replica: Replica
    customer: visiting.Customer
    world: visiting.World

    async def visit(self, *, whole: bool = True) -> visiting.Seen:
        seen = await self.world.visit(self.customer, whole=whole)
        self._expect_no_secret(seen)
        assert not seen.refused, f"it asked for hosts that it does not declare: {', '.join(seen.refused)}"
        return seen

    async def expect(
        self, *kinds: type[errors.MoissonError], of: Callable[[errors.MoissonError], bool] = lambda _: True
    ) -> visiting.Seen:
        """A visit that ends with one of these errors, and leaves something to look at."""
        seen = await self.visit()
        wanted = " or ".join(kind.__name__ for kind in kinds)
        assert isinstance(seen.error, kinds), f"{wanted} was to come, {_told(seen.error)} came"
        assert of(seen.error), f"{_told(seen.error)} is not the right one"
        assert seen.evidence, f"{wanted} left no evidence"
        return seen

    async def fine(self, *, whole: bool = True) -> visiting.Seen:
        seen = await self.visit(whole=whole)
        assert seen.error is None, f"it was to end well, {_told(seen.error)} came"
        return seen

    def _expect_no_secret(self, seen: visiting.Seen) -> None:
        manifest = self.customer.collector.manifest
        for spec in manifest.fields:
            typed = self.customer.credentials.get(spec.name, "")
            if spec.secret and len(typed) > 3:
                shown = [piece.kind for piece in seen.evidence if typed.encode() in piece.content]
                assert not shown, f"the {spec.name} is in the evidence: {', '.join(shown)}"


@asynccontextmanager
async def ride(ground: Ground, collector: kit.Collector, kind: type[Replica]) -> AsyncIterator[Ride]:
    """A fresh replica, and a door that leads to it alone: rides do not meet."""
    make: Callable[..., Replica] = kind
    with make(ground.replicas.tls()) as replica:
        replica.house.slowness = 0.3

        async def resolve(host: str, port: int) -> list[tuple[str, int]]:
            return [replica.address] if host in replica.HOSTS and port == 443 else []

        own = door.Door(allow_loopback=True, resolve=resolve)
        await own.start()
        try:
            yield Ride(replica, _customer(collector, replica), _world(ground, own))
        finally:
            await own.close()


def _customer(collector: kit.Collector, replica: Replica) -> visiting.Customer:
    return visiting.Customer(
        collector, replica.fields, answers=lambda question: replica.answer(question.kind)
    )


def _world(ground: Ground, own: door.Door) -> visiting.World:
    shared = ground.world.outside
    outside = portal.Outside(own, shared.lanes, shared.browsers)
    return visiting.World(outside, ground.world.folder, verify=lambda file, line: _verify(ground, file, line))


def _verify(ground: Ground, file: nouns.File, line: nouns.Listed) -> None:
    """As the harvest does: the gate, then what a reader sees in it. Raises NotAnInvoice."""
    path = Path(file.path)
    extraction.check(path)
    reading, _ = ground.readers.read_and_preview(path)
    if why := extraction.is_other_document(reading, line):
        raise errors.NotAnInvoice(why, step="the document", reason="other_customer")


def _told(error: errors.MoissonError | None) -> str:
    return f"{type(error).__name__} ({error})" if error else "no error"
