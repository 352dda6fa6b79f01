"""A proxy as a firm or a provider has one: CONNECT or SOCKS5, with or without a login; all that comes through ends at one server."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

LOGIN = ("firm", "p@ss word")
AS_WRITTEN = "firm:p%40ss%20word"


@dataclass
class Proxy:
    """`asked` are the `host:port` it was asked for, by name; `refused` counts wrong logins."""

    target: int
    login: tuple[str, str] | None = None
    port: int = 0
    asked: list[str] = field(default_factory=list)
    refused: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Until either side hangs up."""
        with contextlib.closing(writer), contextlib.suppress(OSError, asyncio.IncompleteReadError):
            first = await reader.readexactly(1)
            fine = await (self._socks if first == b"\5" else self._connect)(reader, writer, first)
            if fine:
                await self._carry(reader, writer)

    async def _connect(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, first: bytes
    ) -> bool:
        head = (first + await reader.readuntil(b"\r\n\r\n")).decode()
        proof = "Basic " + base64.b64encode(":".join(self.login or ()).encode()).decode()
        if self.login and f"Proxy-Authorization: {proof}\r\n" not in head:
            self.refused += 1
            writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")
            return False
        self.asked.append(head.split(" ")[1])
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        return True

    async def _socks(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _: bytes) -> bool:
        methods = await reader.readexactly((await reader.readexactly(1))[0])
        wanted = 2 if self.login else 0
        writer.write(bytes((5, wanted if wanted in methods else 255)))
        if wanted not in methods:
            return False
        if self.login:
            await reader.readexactly(1)
            told = [await reader.readexactly((await reader.readexactly(1))[0]) for _ in self.login]
            right = tuple(each.decode() for each in told) == self.login
            self.refused += not right
            writer.write(bytes((1, not right)))
            if not right:
                return False
        await reader.readexactly(4)
        host = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
        port = int.from_bytes(await reader.readexactly(2), "big")
        self.asked.append(f"{host}:{port}")
        writer.write(b"\5\0\0\1" + bytes(6))
        return True

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inside, outside = await asyncio.open_connection("127.0.0.1", self.target)
        back = asyncio.create_task(_pump(inside, writer))
        await _pump(reader, outside)
        outside.close()
        await back


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while some := await source.read(65536):
            sink.write(some)
            await sink.drain()
        sink.close()


@contextlib.asynccontextmanager
async def proxying(
    target: int, *, login: tuple[str, str] | None = None, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Proxy]:
    proxy = Proxy(target, login)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0, ssl=tls)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
