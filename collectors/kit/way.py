"""How an allowed host is reached: the name looked up, the address questioned, and that very address connected to."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

from collectors.kit import hosts, tunnel, upstream

Address = tuple[str, int]
Resolve = Callable[[str, int], Awaitable[list[Address]]]

_MOST_ADDRESSES = 3
_LOOPBACK = {"localhost": ("127.0.0.1", "::1")}  # RFC 6761: nobody else is asked what it means


class Way:
    """`proxy` stands on it, if there is one: the farm's own wherever it is, an account's (`own`) on the public internet only.

    `resolve` lets a test's replicas answer for true host names: what it returns is not questioned.
    """

    def __init__(
        self, proxy: upstream.Upstream | None, resolve: Resolve | None, within: float, *, own: bool = False
    ) -> None:
        self._upstream = proxy
        self._resolve = resolve
        self._within = within
        self._own = own

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
            return await self._upstream.connect(host, port, at=await self._proxys_address())

    async def _proxys_address(self) -> str:
        """Whoever gives an account a proxy of its own must not reach what lies beside the farm."""
        proxy = self._upstream
        if proxy is None or not self._own or hosts.is_loopback(proxy.host):
            return ""
        return (await self._public(proxy.host, proxy.port))[0][0]

    async def _first(self, addresses: Sequence[Address]) -> tunnel.End:
        refusal = tunnel.Refusal(502, "destination_unavailable")
        for address in addresses[:_MOST_ADDRESSES]:
            try:
                async with asyncio.timeout(self._within):
                    return await tunnel.connect(*address)
            except TimeoutError:
                refusal = tunnel.Refusal(504, "connection_timeout")
            except OSError:
                continue  # the next address may answer; when none does, the refusal is raised
        raise refusal

    async def _look_up(self, host: str, port: int) -> list[Address]:
        try:
            return await self._public(host, port)
        except tunnel.Refusal as refusal:
            if self._upstream is None or refusal.status == 403:
                raise
            return []  # behind a proxy, only that proxy may know the names of the outside

    async def _public(self, host: str, port: int) -> list[Address]:
        try:
            async with asyncio.timeout(self._within):
                answers = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as err:
            late = isinstance(err, TimeoutError)
            raise tunnel.Refusal(504 if late else 502, "dns_timeout" if late else "dns_error") from None
        public = [(str(place[0]), port) for *_, place in answers if hosts.is_public(str(place[0]))]
        if not public:
            raise tunnel.Refusal(403, "destination_ip_prohibited")
        return public


@contextlib.asynccontextmanager
async def _in_time(seconds: float) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise tunnel.Refusal(504, "connection_timeout") from None
