"""Somebody's own proxy on the way out: HTTP or HTTPS (CONNECT), or SOCKS5 (RFC 1928, 1929). It looks names up itself."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import ssl
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from collectors.kit import tunnel
from core import errors

SCHEMES = ("http", "https", "socks5")
_NONE, _LOGIN = 0, 2
_ADDRESS_SIZES = {1: 4, 4: 16}
_NAMED = 3


@dataclass(frozen=True, slots=True)
class Upstream:
    """`http://[user:password@]host:port`, taken apart. It shows no login."""

    scheme: str
    host: str
    port: int
    user: str = field(repr=False)
    password: str = field(repr=False)

    @classmethod
    def parse(cls, url: str, where: str) -> Upstream:
        """Raises BadSettings that names `where` the address stands, and nothing of it."""
        parts = _parts(url)
        if parts is None or len(parts.user.encode()) > 255 or len(parts.password.encode()) > 255:
            raise errors.BadSettings(f"{where}: expected http://, https:// or socks5:// with host:port")
        return parts

    async def connect(self, host: str, port: int, *, at: str = "") -> tunnel.End:
        """A tunnel to `host`; `at` is the address of the proxy, where it was looked up. Raises tunnel.Refusal."""
        try:
            far = await self._dial(at or self.host)
        except OSError:
            raise tunnel.Refusal(502, "proxy_unavailable") from None
        with contextlib.ExitStack() as undo:
            undo.callback(far.abort)
            try:
                await (self._socks if self.scheme == "socks5" else self._ask)(far, host, port)
            except (OSError, asyncio.IncompleteReadError):
                raise tunnel.Refusal(502, "proxy_refused") from None
            undo.pop_all()
        return far

    async def _dial(self, address: str) -> tunnel.End:
        if self.scheme != "https":
            return await tunnel.connect(address, self.port)
        return await tunnel.connect_tls(address, self.port, ssl.create_default_context(), self.host)

    async def _ask(self, far: tunnel.End, host: str, port: int) -> None:
        authority = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        login = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        proof = f"Proxy-Authorization: Basic {login}\r\n" if self.user else ""
        far.writer.write(f"CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n{proof}\r\n".encode())
        if (await tunnel.read_head(far.reader)).second != "200":
            raise tunnel.Refusal(502, "proxy_refused")

    async def _socks(self, far: tunnel.End, host: str, port: int) -> None:
        wanted = _LOGIN if self.user else _NONE
        far.writer.write(bytes((5, 1, wanted)))
        _expect(await far.reader.readexactly(2), bytes((5, wanted)))
        if self.user:
            far.writer.write(b"\1" + _sized(self.user) + _sized(self.password))
            _expect((await far.reader.readexactly(2))[1:], b"\0")
        far.writer.write(b"\5\1\0\3" + _sized(host) + port.to_bytes(2, "big"))
        _, answer, _, kind = await far.reader.readexactly(4)
        _expect(bytes((answer,)), b"\0")
        size = _ADDRESS_SIZES.get(kind) or (await far.reader.readexactly(1))[0]
        await far.reader.readexactly(size + 2)


def secrets(url: str) -> list[str]:
    """What of this address must never show, in all the ways in which it may be written."""
    parts = _parts(url)
    named = [parts.user, parts.password] if parts else []
    return [url, urlsplit(url).netloc if parts else url, *(each for each in named if each)]


def _parts(url: str) -> Upstream | None:
    """A faulty address gives None and no exception, whose text would hold it."""
    try:
        parts = urlsplit(url.strip())
        if parts.scheme not in SCHEMES or not parts.hostname or not parts.port or parts.path.strip("/"):
            return None
        return Upstream(
            parts.scheme,
            parts.hostname,
            parts.port,
            unquote(parts.username or ""),
            unquote(parts.password or ""),
        )
    except ValueError:
        return None


def _sized(text: str) -> bytes:
    raw = text.encode()
    return bytes((len(raw),)) + raw


def _expect(said: bytes, wanted: bytes) -> None:
    if said != wanted:
        raise tunnel.Refusal(502, "proxy_refused")
