"""The far side of the door: small servers that behave well, badly, or not at all, and remember what they heard."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from http import HTTPStatus


@dataclass
class Far:
    """A listening server. `heard` are the request heads, `connections` how often somebody came, `most` at one time."""

    port: int = 0
    heard: list[str] = field(default_factory=list)
    connections: int = 0
    at_once: int = 0
    most: int = 0
    news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def until(self, so: Callable[[Far], bool]) -> None:
        """Waits for something to be so: a request heard, a connection gone."""
        async with self.news:
            await self.news.wait_for(lambda: so(self))

    async def tell(self) -> None:
        async with self.news:
            self.news.notify_all()

    def header(self, name: str, request: int = -1) -> str | None:
        for line in self.heard[request].split("\r\n"):
            key, _, value = line.partition(": ")
            if key.lower() == name.lower():
                return value
        return None


Write = Callable[[bytes], Awaitable[None]]
Behave = Callable[[str, Write], Awaitable[None]]


class Reset(Exception):
    """Raised by a behaviour that hangs up instead of answering."""


@contextlib.asynccontextmanager
async def listening(behave: Behave, tls: ssl.SSLContext | None = None) -> AsyncIterator[Far]:
    """A server that lets `behave(head, write)` answer each request, over TLS if a context is given."""
    far = Far()
    writers: set[asyncio.StreamWriter] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far.connections += 1
        far.at_once += 1
        far.most = max(far.most, far.at_once)
        writers.add(writer)
        await far.tell()
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                far.heard.append(head)
                await far.tell()
                await reader.readexactly(_length(head))
                await behave(head, _writing(writer))
                if "connection: close" in head.lower():
                    return writer.close()
        except (Reset, OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            writer.transport.abort()
        finally:
            far.at_once -= 1
            await far.tell()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    far.port = server.sockets[0].getsockname()[1]
    try:
        yield far
    finally:
        server.close()
        for writer in writers:
            writer.transport.abort()


def _length(head: str) -> int:
    for line in head.split("\r\n"):
        name, _, value = line.partition(": ")
        if name.lower() == "content-length":
            return int(value)
    return 0


def _writing(writer: asyncio.StreamWriter) -> Write:
    async def write(some: bytes) -> None:
        writer.write(some)
        await writer.drain()

    return write


def answer(body: bytes = b"hello", status: int = 200, *lines: str) -> bytes:
    head = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", f"Content-Length: {len(body)}", *lines]
    return "\r\n".join([*head, "", ""]).encode() + body


def saying(body: bytes = b"hello", status: int = 200, *lines: str) -> Behave:
    async def behave(head: str, write: Write) -> None:
        await write(answer(body, status, *lines))

    return behave


async def silent(head: str, write: Write) -> None:
    await asyncio.Event().wait()
