"""True host names for replicas: one throw-away authority, one leaf, and the door told where they are."""

from __future__ import annotations

import ssl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import trustme

from tests.certificates import spki
from tests.portals import museum
from tests.portals.replica import Replica

AnyReplica = TypeVar("AnyReplica", bound=Replica)


class Replicas:
    """Which replicas answer for the true host names just now."""

    def __init__(self, also: Iterable[str] = ()) -> None:
        """`also` are host names of replicas that stand elsewhere."""
        self.hosts = sorted({*also, *(host for kind in museum.replicas().values() for host in kind.HOSTS)})
        self.authority = trustme.CA()
        self.leaf = self.authority.issue_cert(*self.hosts)
        self._running: list[Replica] = []

    @contextmanager
    def serving(
        self, kind: type[AnyReplica], *, tls: ssl.SSLContext | None = None, **how: Any
    ) -> Iterator[AnyReplica]:
        """A replica of this kind, which answers for its hosts until the end of the block; `tls` is for impostors."""
        make: Any = kind
        with make(tls or self.tls(), **how) as running:
            self._running.append(running)
            try:
                yield running
            finally:
                self._running.remove(running)

    async def resolve(self, host: str, port: int) -> list[tuple[str, int]]:
        """The address that the door may connect to instead; the latest replica of a host wins."""
        there = [replica.address for replica in self._running if host in replica.HOSTS and port == 443]
        return there[-1:]

    def tls(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.leaf.configure_cert(context)
        return context

    @property
    def fingerprint(self) -> str:
        """Of the certificate that all of them show."""
        return spki(self.leaf)
