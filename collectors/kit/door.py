"""The one way out: a forwarding proxy on loopback, with a listening port for each run, that knows where this run may go.

Browser and lanes have no other road. The door looks a name up once per run, refuses every address that is not on the
public internet, and connects to the address it looked at, so neither a redirect nor a name that changes its mind gets round it.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from collectors.kit import hosts, tunnel, way
from collectors.kit import upstream as upstreams
from core import errors

_DEFAULT_PORTS = {"http": 80, "https": 443}
_MOST_REFUSALS = 100
#: A name with anything else in it could be taken for a pattern of many.
_PLAIN = re.compile(r"[\w.-]+")

#: What a complete Chromium asks for of itself when a page has a form. Refused like any other, it is no news of the portal.
_BROWSERS_OWN = {"content-autofill.googleapis.com"}


@dataclass(frozen=True, slots=True)
class Bounds:
    """How long and how much: seconds, and bytes received in one run."""

    connect: float = 10.0
    head: float = 30.0
    idle: float = 120.0
    run: float = 3600.0
    received: int = 512 * 1024 * 1024


class Door:
    """One per worker, in its loop."""

    def __init__(
        self,
        *,
        allow_loopback: bool = False,
        upstream: str = "",
        resolve: way.Resolve | None = None,
        bounds: Bounds | None = None,
    ) -> None:
        """`upstream` is the farm's own proxy, `http://[user:password@]host:port` (or https, socks5); raises BadSettings if it is not.

        `resolve` lets a test's replicas answer for true host names: what it returns is not questioned.
        """
        self.allow_loopback = allow_loopback
        self.bounds = bounds or Bounds()
        proxy = upstreams.Upstream.parse(upstream, "MOISSON_UPSTREAM_PROXY") if upstream else None
        self.way = way.Way(proxy, resolve, self.bounds.connect)
        self._open: set[Passage] = set()
        self._strangers: dict[tuple[hosts.Pattern, ...], set[str]] = {}
        self._sweeper: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._sweeper = asyncio.create_task(self._sweep())

    async def close(self) -> None:
        if self._sweeper is not None:
            self._sweeper.cancel()
        await asyncio.gather(*(passage.close() for passage in list(self._open)))

    async def open(
        self, allowed: Sequence[str], *, upstream: str = "", bounds: Bounds | None = None
    ) -> Passage:
        """A way out to these hosts only, through a port of its own, and through the account's own proxy if it has one.

        `bounds` are the door's, unless a line is to stay open for longer. Raises BadSettings for an `upstream` that is no proxy.
        """
        through = self._way_through(upstream) if upstream else self.way
        patterns = hosts.patterns(allowed)
        strangers = self._strangers.setdefault(patterns, set())
        passage = Passage(self, patterns, strangers, through, bounds or self.bounds)
        await passage.listen()
        self._open.add(passage)
        passage.when_closed(lambda: self._open.discard(passage))
        return passage

    def _way_through(self, upstream: str) -> way.Way:
        proxy = upstreams.Upstream.parse(upstream, "the account's proxy")
        if hosts.is_loopback(proxy.host) and not self.allow_loopback:
            raise errors.BadSettings("the account's proxy: it is on this very machine")
        return way.Way(proxy, None, self.bounds.connect, own=True)

    async def _sweep(self) -> None:
        """Silent tunnels and endless runs are cut, so that nobody waits for ever."""
        while True:
            await asyncio.sleep(min(self.bounds.idle / 4, 5.0))
            for passage in list(self._open):
                passage.cut_silent()


class Passage:
    """One run's way out. `refused` names each `host:port` it asked for in vain; the counters are for the receipt.

    `strangers` are those that a page of any run to these hosts has asked for and that are none of them: a browser that knows them need not
    ask. A host of these that was refused for where it leads is none: its name may lead elsewhere tomorrow.
    """

    def __init__(
        self,
        door: Door,
        allowed: tuple[hosts.Pattern, ...],
        strangers: set[str],
        through: way.Way,
        bounds: Bounds,
    ) -> None:
        self.port = 0
        self.requests = 0
        self.received = 0
        self.sent = 0
        self.refused: list[str] = []
        self.strangers = strangers
        self._door = door
        self._bounds = bounds
        self._way = through
        self._allowed = allowed
        self._known: dict[tuple[str, int], list[tuple[str, int]]] = {}
        self._visits: set[asyncio.Task[None]] = set()
        self._tunnels: set[tunnel.Tunnel] = set()
        self._farewells: list[Callable[[], None]] = []
        self._server: asyncio.Server | None = None

    async def listen(self) -> None:
        self._server = await asyncio.start_server(self._welcome, "127.0.0.1", 0, limit=tunnel.LONGEST_HEAD)
        self.port = int(self._server.sockets[0].getsockname()[1])
        self._until = asyncio.get_running_loop().time() + self._bounds.run

    def when_closed(self, farewell: Callable[[], None]) -> None:
        self._farewells.append(farewell)

    async def close(self) -> None:
        """Shut the port and every connection through it."""
        if self._server is not None:
            self._server.close()
        for visit in self._visits:
            visit.cancel()
        await asyncio.gather(*self._visits, return_exceptions=True)
        while self._farewells:
            self._farewells.pop()()

    def check(self, url: str) -> None:
        """Raises DoorClosed if this address is not one of the supplier's hosts."""
        parts = urlsplit(url)
        try:
            host, port = hosts.split(parts.netloc, _DEFAULT_PORTS[parts.scheme])
        except (KeyError, ValueError):
            raise errors.DoorClosed(f"{parts.scheme}: not an address to go to") from None
        if not self._lets(host, port):
            raise errors.DoorClosed(f"{host}:{port}")

    def _lets(self, host: str, port: int) -> bool:
        fits = any(pattern.fits(host, port) for pattern in self._allowed)
        if fits and (self._door.allow_loopback or not hosts.is_loopback(host)):
            return True
        self._note_refusal(host, port)
        return False

    def _note_refusal(self, host: str, port: int) -> None:
        if host in _BROWSERS_OWN:
            return
        place = f"{host}:{port}"
        if place not in self.refused and len(self.refused) < _MOST_REFUSALS:
            self.refused.append(place)

    def cut_silent(self) -> None:
        now = asyncio.get_running_loop().time()
        for passing in self._tunnels:
            if now > self._until or now - passing.last > self._bounds.idle:
                passing.abort()

    def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._server is None or not self._server.is_serving():
            return writer.transport.abort()
        visit = asyncio.create_task(self._serve(tunnel.End(reader, writer)))
        self._visits.add(visit)
        visit.add_done_callback(self._visits.discard)

    async def _serve(self, near: tunnel.End) -> None:
        try:
            await self._let_through(near)
        except tunnel.Refusal as refusal:
            near.writer.write(refusal.answer())
        except asyncio.CancelledError:
            near.abort()
            raise
        except (OSError, asyncio.IncompleteReadError):
            near.abort()  # one side hung up; the other learns it the same way
        finally:
            near.writer.close()

    async def _let_through(self, near: tunnel.End) -> None:
        async with asyncio.timeout(self._bounds.head):
            head = await tunnel.read_head(near.reader)
        host, port = head.destination()
        if not self._lets(host, port):
            if len(self.strangers) < _MOST_REFUSALS and _PLAIN.fullmatch(host):
                self.strangers.add(f"{host}:{port}")
            raise tunnel.Refusal(403, "http_request_denied")
        try:
            far = await self._way.reach(host, port, self._known)
        except tunnel.Refusal as refusal:
            if refusal.status == 403:
                self._note_refusal(host, port)
            raise
        await self._carry(near, far, head)

    async def _carry(self, near: tunnel.End, far: tunnel.End, head: tunnel.Head) -> None:
        passing = tunnel.Tunnel(near, far, self._count)
        self._tunnels.add(passing)
        try:
            await passing.carry(head)
        finally:
            self._tunnels.discard(passing)
            far.writer.close()

    def _count(self, sent: int, received: int) -> bool:
        """Counts; False once the run has received more than it may."""
        self.sent += sent
        self.received += received
        return self.received <= self._bounds.received
