"""What passes through the door: one request head, then bytes both ways, counted, until either side is done."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from collectors.kit import hosts

LONGEST_HEAD = 64 * 1024
_CHUNK = 64 * 1024

#: RFC 9110 7.6.1, and what speaks to a proxy only. `Expect` would bring a second head back.
_HOP_BY_HOP = {
    "connection", "expect", "host", "keep-alive", "proxy-authenticate", "proxy-authorization",
    "proxy-connection", "proxy-status", "te", "trailer", "upgrade",
}  # fmt: skip


class Refusal(Exception):
    """The door's own answer. `why` is a word of RFC 9209, which tells it from an answer of the portal."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status
        self.why = why

    def answer(self) -> bytes:
        body = f"The door stays shut: {self.why}\n"
        return (
            f"HTTP/1.1 {self.status} {self.why}\r\nProxy-Status: moisson; error={self.why}\r\n"
            f"Content-Type: text/plain\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}"
        ).encode()


@dataclass(frozen=True, slots=True)
class Head:
    """The first line of a message and its header lines."""

    first: str
    lines: tuple[tuple[str, str], ...]

    @property
    def method(self) -> str:
        return self.first.partition(" ")[0]

    @property
    def second(self) -> str:
        """The target of a request, the status of an answer."""
        return self.first.split(" ")[1]

    def destination(self) -> tuple[str, int]:
        """Where a request wants to go: `CONNECT host:port`, or `GET http://host/…`. Raises Refusal."""
        try:
            if self.method == "CONNECT":
                return hosts.split(self.second, 443)
            parts = urlsplit(self.second)
            if parts.scheme == "http":
                return hosts.split(parts.netloc, 80)
        except ValueError:
            raise Refusal(400, "http_request_error") from None
        raise Refusal(400, "http_request_error")

    def forwarded(self) -> bytes:
        """A request as the portal should see it: origin form, the host of its own target, one request a connection."""
        parts = urlsplit(self.second)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return self._written(f"{self.method} {path} HTTP/1.1", ("Host", parts.netloc))

    def returned(self) -> bytes:
        return self._written(self.first)

    def _written(self, first: str, *more: tuple[str, str]) -> bytes:
        kept = [line for line in self.lines if line[0].lower() not in _HOP_BY_HOP]
        lines = "".join(f"{name}: {value}\r\n" for name, value in (*more, *kept, ("Connection", "close")))
        return f"{first}\r\n{lines}\r\n".encode("latin-1")


async def read_head(reader: asyncio.StreamReader) -> Head:
    """Raises Refusal when what comes is no HTTP."""
    try:
        block = await reader.readuntil(b"\r\n\r\n")
    except asyncio.LimitOverrunError:
        raise Refusal(502, "http_protocol_error") from None
    first, *lines = block.decode("latin-1").rstrip("\r\n").split("\r\n")
    pairs = tuple(
        (name.strip(), value.strip())
        for name, colon, value in (line.partition(":") for line in lines)
        if colon
    )
    if "HTTP/1." not in first or first.count(" ") < 1:
        raise Refusal(502, "http_protocol_error")
    return Head(first, pairs)


@dataclass(frozen=True, slots=True)
class End:
    """One end of a tunnel."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    def abort(self) -> None:
        self.writer.transport.abort()


async def connect(address: str, port: int) -> End:
    return End(*await asyncio.open_connection(address, port, limit=LONGEST_HEAD))


async def connect_tls(address: str, port: int, context: ssl.SSLContext, name: str) -> End:
    """`name` is what the certificate at this address must say."""
    return End(
        *await asyncio.open_connection(address, port, limit=LONGEST_HEAD, ssl=context, server_hostname=name)
    )


class Tunnel:
    """Two ends, and when the last byte passed. `count(sent, received)` says whether more may pass."""

    def __init__(self, near: End, far: End, count: Callable[[int, int], bool]) -> None:
        self._near = near
        self._far = far
        self._count = count
        self._now = asyncio.get_running_loop().time
        self.last = self._now()

    def abort(self) -> None:
        self._near.abort()
        self._far.abort()

    async def carry(self, request: Head) -> None:
        """Until either side is done; what was on its way down still arrives."""
        self._open(request)
        upwards = asyncio.create_task(self._pump(self._near, self._far, sending=True))
        upwards.add_done_callback(lambda _: self._far.writer.close())
        try:
            if request.method != "CONNECT":
                await self._return_head()
            await self._pump(self._far, self._near, sending=False)
        finally:
            upwards.cancel()

    def _open(self, request: Head) -> None:
        if request.method == "CONNECT":
            self._near.writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            return
        first = request.forwarded()
        self._count(len(first), 0)
        self._far.writer.write(first)

    async def _return_head(self) -> None:
        first = (await read_head(self._far.reader)).returned()
        self._count(0, len(first))
        self._near.writer.write(first)

    async def _pump(self, source: End, sink: End, *, sending: bool) -> None:
        with contextlib.suppress(OSError):
            while chunk := await source.reader.read(_CHUNK):
                self.last = self._now()
                if not self._count(len(chunk) if sending else 0, 0 if sending else len(chunk)):
                    return self.abort()
                sink.writer.write(chunk)
                await sink.writer.drain()
