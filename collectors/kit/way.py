"""How an allowed host is reached: the name looked up, the address questioned, and that very address connected to."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from collectors.kit import hosts, tunnel
from core import errors

Address = tuple[str, int]
Resolve = Callable[[str, int], Awaitable[list[Address]]]

_MOST_ADDRESSES = 3
_LOOPBACK = {"localhost": ("127.0.0.1", "::1")}  # RFC 6761: nobody else is asked what it means


class Way:
    """`resolve` lets a test's replicas answer for true host names: what it returns is not questioned."""

    def __init__(self, upstream: str, resolve: Resolve | None, within: float) -> None:
        self._upstream = _Upstream.parse(upstream) if upstream else None
        self._resolve = resolve
        self._within = within

    async def reach(self, host: str, port: int, known: dict[Address, list[Address]]) -> tunnel.End:
        """A connection; `known` is what this run has looked up already. Raises tunnel.Refusal."""
        if hosts.is_loopback(host):
            return await self._first([(address, port) for address in _LOOPBACK.get(host, (host,))])
        if self._resolve is not None and (replicas := await self._resolve(host, port)):
            return await self._first(replicas)
        if (host, port) not in known:
            known[host, port] = await self._look_up(host, port)
        if self._upstream is None:
            return await self._first(known[host, port])
        async with _in_time(self._within):
            return await self._upstream.connect(host, port)

    async def _first(self, addresses: Sequence[Address]) -> tunnel.End:
        refusal = tunnel.Refusal(502, "destination_unavailable")
        for address in addresses[:_MOST_ADDRESSES]:
            try:
                async with asyncio.timeout(self._within):
                    return await tunnel.connect(*address)
            except TimeoutError:
                refusal = tunnel.Refusal(504, "connection_timeout")
            except OSError:
                continue
        raise refusal

    async def _look_up(self, host: str, port: int) -> list[Address]:
        try:
            async with asyncio.timeout(self._within):
                answers = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as err:
            if self._upstream is not None:
                return []  # behind a firm's proxy, only that proxy may know the names of the outside
            late = isinstance(err, TimeoutError)
            raise tunnel.Refusal(504 if late else 502, "dns_timeout" if late else "dns_error") from None
        public = [(str(place[0]), port) for *_, place in answers if hosts.is_public(str(place[0]))]
        if not public:
            raise tunnel.Refusal(403, "destination_ip_prohibited")
        return public


@dataclass(frozen=True, slots=True)
class _Upstream:
    """The owner's proxy. It looks the names up itself, and its own rules bound where they lead."""

    host: str
    port: int
    credentials: str

    def __repr__(self) -> str:
        return f"<upstream proxy {self.host}:{self.port}>"

    @classmethod
    def parse(cls, url: str) -> _Upstream:
        parts = urlsplit(url)
        if parts.scheme != "http" or not parts.hostname or not parts.port:
            raise errors.BadSettings("MOISSON_UPSTREAM_PROXY: expected http://host:port")
        login = f"{unquote(parts.username)}:{unquote(parts.password or '')}" if parts.username else ""
        return cls(parts.hostname, parts.port, base64.b64encode(login.encode()).decode())

    async def connect(self, host: str, port: int) -> tunnel.End:
        try:
            far = await tunnel.connect(self.host, self.port)
        except OSError:
            raise tunnel.Refusal(502, "proxy_unavailable") from None
        with contextlib.ExitStack() as undo:
            undo.callback(far.abort)
            if await self._answer(far, f"[{host}]:{port}" if ":" in host else f"{host}:{port}") != "200":
                raise tunnel.Refusal(502, "proxy_refused")
            undo.pop_all()
        return far

    async def _answer(self, far: tunnel.End, authority: str) -> str:
        login = f"Proxy-Authorization: Basic {self.credentials}\r\n" if self.credentials else ""
        far.writer.write(f"CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n{login}\r\n".encode())
        try:
            return (await tunnel.read_head(far.reader)).second
        except (OSError, asyncio.IncompleteReadError):
            return "nothing"


@contextlib.asynccontextmanager
async def _in_time(seconds: float) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise tunnel.Refusal(504, "connection_timeout") from None
