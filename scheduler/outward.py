"""The worker's line to a partner: plain httpx, through the door, to declared origins and nowhere else."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

from collectors.kit.door import Bounds, Door, Passage
from core import errors, passage

#: Seconds to connect, and between two pieces of an answer.
TIMEOUT = httpx.Timeout(60.0, connect=15.0)
#: Bytes of one answer.
LARGEST = 64 * 1024 * 1024
#: Ports of what is no HTTP, by the scheme of an origin.
_PORTS = {"https": 443, "http": 80, "imaps": 993, "imap": 143, "sftp": 22, "smtps": 465, "smtp": 587}


@dataclass(frozen=True)
class Line:
    """An open way out: `http` speaks through it, and so can whatever knows how to CONNECT through a proxy at `door`."""

    http: httpx.Client
    door: tuple[str, int]


@asynccontextmanager
async def line(
    door: Door, origins: Sequence[str], *, upstream: str = "", bounds: Bounds | None = None
) -> AsyncIterator[Line]:
    """Open as long as the round lasts. Origins are `scheme://host[:port]`; `bounds` as the door's."""
    way = await door.open([_authority(one) for one in origins], upstream=upstream, bounds=bounds)
    client = httpx.Client(
        transport=_Through(way),
        timeout=TIMEOUT,
        follow_redirects=False,
        trust_env=False,
        headers={"User-Agent": "Moisson"},
    )
    try:
        yield Line(client, ("127.0.0.1", way.port))
    finally:
        await way.close()
        client.close()  # noqa: ASYNC212 - it only lets its sockets go


class _Through(httpx.BaseTransport):
    """What goes wrong on the way is told in our words; an answer that is too large is cut."""

    def __init__(self, way: Passage) -> None:
        self._out = way
        proxy = f"http://127.0.0.1:{way.port}"
        self._way = httpx.HTTPTransport(proxy=proxy, verify=ssl.create_default_context(), trust_env=False)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        host = request.url.netloc.decode("ascii")
        self._out.check(str(request.url))
        try:
            answer = self._way.handle_request(request)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError) as err:
            raise _shut(host, str(err)) from None
        except httpx.TransportError as err:
            raise errors.PartnerSilent(f"{host}: {type(err).__name__}", step="http") from None
        if "moisson" in (said := answer.headers.get("Proxy-Status", "")):
            raise _shut(host, said)
        stream = answer.stream
        assert isinstance(stream, httpx.SyncByteStream)  # noqa: S101 - a sync transport's answer is one
        return httpx.Response(
            answer.status_code,
            headers=answer.headers,
            stream=_Capped(stream, host),
            extensions=answer.extensions,
        )

    def close(self) -> None:
        self._way.close()


def _shut(host: str, said: str) -> errors.PartnerError:
    """What it means that nobody was reached."""
    if passage.PROHIBITED in said:
        return errors.PrivateAddress(host, step="http")
    return errors.PartnerDown(f"{host} cannot be reached", step="http")


class _Capped(httpx.SyncByteStream):
    def __init__(self, stream: httpx.SyncByteStream, host: str) -> None:
        self._stream = stream
        self._host = host

    def __iter__(self) -> Iterator[bytes]:
        received = 0
        try:
            for chunk in self._stream:
                received += len(chunk)
                if received > LARGEST:
                    raise errors.PartnerChanged(f"{self._host}: an answer of more than {LARGEST} bytes")
                yield chunk
        except httpx.TransportError as err:
            raise errors.PartnerSilent(f"{self._host}: {type(err).__name__}", step="http") from None

    def close(self) -> None:
        self._stream.close()


def _authority(origin: str) -> str:
    parts = urlsplit(origin)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{host}:{parts.port or _PORTS[parts.scheme]}"
