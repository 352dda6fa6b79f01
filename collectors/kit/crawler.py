"""Scrapy as a plain client: a resident crawler per supplier, in the worker's loop.

Nobody else knows Scrapy, Twisted or the reactor, which belongs to one loop for the life of the process.
"""

from __future__ import annotations

import asyncio
import logging
import re
import sys
import weakref
from typing import Any, NoReturn, cast

from OpenSSL import SSL
from scrapy import Request, Spider, exceptions, signals
from scrapy.core.downloader.handlers import http11
from scrapy.crawler import Crawler
from scrapy.http import Response
from service_identity import VerificationError
from twisted.internet import asyncioreactor
from twisted.internet._sslverify import ClientTLSOptions
from twisted.internet.ssl import AcceptableCiphers, CertificateOptions, platformTrust
from twisted.logger import ILogObserver, STDLibLogObserver, globalLogBeginner
from twisted.web._newclient import ResponseNeverReceived
from twisted.web.client import HTTPConnectionPool
from twisted.web.iweb import IPolicyForHTTPS
from zope.interface import implementer  # type: ignore[import-untyped]

from collectors.kit import ask, door, reply
from core import errors


class Unanswered(errors.PortalDown):
    """The portal hung up before the first byte of an answer."""


class Line:
    """What all crawlers share: the reactor, idle connections, and trust in this system's certificate authorities."""

    def __init__(self) -> None:
        self.pool = _Pool(_reactor())  # type: ignore[no-untyped-call]
        self.trust = _Trust()
        self._watched: weakref.WeakSet[door.Passage] = weakref.WeakSet()

    def close(self) -> None:
        """The reactor's idle threads would keep the process from ending."""
        reactor = cast(Any, _reactor())
        if reactor.threadpool is not None:
            reactor.threadpool.stop()
            reactor.threadpool = None

    def watch(self, passage: door.Passage) -> None:
        """A closed passage leaves no idle connection behind."""
        if passage not in self._watched:
            self._watched.add(passage)
            passage.when_closed(lambda: self.pool.forget(passage.port))


class Resident:
    """One supplier's crawler, opened by the first request and kept."""

    def __init__(self, line: Line, patience: float) -> None:
        """`patience` is how long one answer may take, from asking to its last byte, in seconds."""
        self._line = line
        self._patience = patience
        self._opening: asyncio.Task[Crawler] | None = None
        self._crawl: asyncio.Task[None] | None = None

    async def send(
        self, asked: ask.Ask, passage: door.Passage, cookie: str | None, cap: int
    ) -> tuple[reply.Reply, list[str]]:
        """One answer and its `Set-Cookie` lines; failures come as ours."""
        crawler = await self._open()
        self._line.watch(passage)
        request = Request(
            asked.url,
            method=asked.method,
            headers={**asked.headers, "Cookie": cookie} if cookie else dict(asked.headers),
            body=asked.body or b"",
            meta={
                "proxy": f"http://127.0.0.1:{passage.port}",
                "download_timeout": self._patience,
                "download_maxsize": cap,
            },
        )
        try:
            response = await crawler.engine.download_async(request)
        except Exception as err:  # noqa: BLE001 - whatever fails in code that we only host is a download that failed
            raise _told(err, asked.host) from None  # theirs may print a signed link
        return _read(response, asked.url)

    async def close(self) -> None:
        """Waits for what is being fetched: give the visits up first."""
        if self._opening is not None and self._crawl is not None:
            await (await self._opening).stop_async()
            await self._crawl

    async def _open(self) -> Crawler:
        """A task of its own, so that a visit given up meanwhile does not leave a crawler half open."""
        if self._opening is None:
            self._opening = asyncio.create_task(self._start())
        return await asyncio.shield(self._opening)

    async def _start(self) -> Crawler:
        crawler, opened = Crawler(_Quiet, _SETTINGS), asyncio.Event()
        self._crawl = asyncio.create_task(crawler.crawl_async(self._line, opened))
        self._crawl.add_done_callback(lambda _: opened.set())
        await opened.wait()
        if self._crawl.done():
            await self._crawl
        return crawler


def _read(response: Response, url: str) -> tuple[reply.Reply, list[str]]:
    headers = {
        name.decode("latin-1").lower(): [_text(value) for value in values]
        for name, values in response.headers.items()
    }
    set_cookie = headers.pop("set-cookie", [])
    joined = {name: ", ".join(values) for name, values in headers.items()}
    return reply.Reply(response.status, url, joined, response.body), set_cookie


def _text(raw: bytes) -> str:
    """Browsers take a header for UTF-8 where it can be."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _told(err: Exception, host: str) -> errors.PortalError:
    """What went wrong, in our words: neither address nor body of what was asked."""
    if isinstance(err, http11.TunnelError):
        said = re.search(r"'status': (\d+), 'reason': b'(\w*)'", str(err))
        return door_said(int(said[1]), said[2], host) if said else errors.PortalDown(f"{host}: no tunnel")
    if isinstance(err, exceptions.DownloadTimeoutError):
        return errors.Timeout(host)
    if isinstance(err, exceptions.DownloadCancelledError | exceptions.IgnoreRequest):
        return errors.NotAnInvoice(f"{host} sent more than may be kept", reason="too_large")
    reasons = [reason.value for reason in getattr(err.__cause__, "reasons", ())]
    if any(map(_is_distrust, reasons)):
        return errors.Untrusted(host)
    kind = Unanswered if isinstance(err.__cause__, ResponseNeverReceived) else errors.PortalDown
    return kind(f"{host}: {', '.join(type(each).__name__ for each in reasons or [err])}")


def _is_distrust(reason: object) -> bool:
    return isinstance(reason, VerificationError) or (
        isinstance(reason, SSL.Error) and "certificate" in str(reason)
    )


def door_said(status: int, why: str, host: str) -> errors.PortalError:
    """The door's refusal as an error."""
    kinds: dict[int, type[errors.PortalError]] = {403: errors.DoorClosed, 504: errors.Timeout}
    return kinds.get(status, errors.PortalDown)(f"{host}: {why}")


class _Quiet(Spider):
    """A spider that asks nothing by itself and stays."""

    name = "lane"

    def __init__(self, line: Line, opened: asyncio.Event) -> None:
        super().__init__()
        self.line = line
        self._opened = opened

    def _set_crawler(self, crawler: Crawler) -> None:
        super()._set_crawler(crawler)
        crawler.signals.connect(self._stay, signals.spider_idle)
        crawler.signals.connect(self._opened.set, signals.engine_started)

    def _stay(self) -> NoReturn:
        raise exceptions.DontCloseSpider


class _Pool(HTTPConnectionPool):
    """Idle connections; the run's port is in the key of each, so that none ever serves another run."""

    maxPersistentPerHost = 8
    retryAutomatically = False
    _factory = http11._LenientHTTP11ClientFactory

    def forget(self, port: int) -> None:
        for key in [key for key in self._connections if port in key]:
            for connection in self._connections.pop(key):
                self._timeouts.pop(connection).cancel()
                connection.abort()


@implementer(IPolicyForHTTPS)
class _Trust:
    """Reads the authorities once: Scrapy would for each connection, which costs more than the visit."""

    def __init__(self) -> None:
        self._options = CertificateOptions(
            trustRoot=platformTrust(),  # type: ignore[no-untyped-call]
            acceptableCiphers=AcceptableCiphers.fromOpenSSLCipherString("DEFAULT"),  # type: ignore[no-untyped-call]
        )

    def creatorForNetloc(self, hostname: bytes, port: int) -> ClientTLSOptions:
        return ClientTLSOptions(self._options._makeTLSConnection, hostname.decode("ascii"))


class _Handler(http11.HTTP11DownloadHandler):
    """Scrapy's own, on the shared line."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        quiet = cast(_Quiet, crawler.spider)
        self._pool = quiet.line.pool
        self._contextFactory = cast(IPolicyForHTTPS, quiet.line.trust)


#: Retries, cookies, redirects and pace are the lane's, and nothing of Scrapy listens anywhere.
_SETTINGS: dict[str, Any] = {
    "CONCURRENT_REQUESTS": 0,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 256,
    "COOKIES_ENABLED": False,
    "DOWNLOADER_MIDDLEWARES_BASE": {
        "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": 590
    },
    "DOWNLOAD_HANDLERS": {"http": _Handler, "https": _Handler} | dict.fromkeys(("data", "file", "ftp", "s3")),
    "DOWNLOAD_VERIFY_CERTIFICATES": True,
    "DOWNLOAD_WARNSIZE": 0,
    "EXTENSIONS_BASE": {},
    "REMOTE_CONTROL_ENABLED": False,
    "RETRY_ENABLED": False,
    "SPIDER_MIDDLEWARES_BASE": {},
    "STATS_CLASS": "scrapy.statscollectors.DummyStatsCollector",
    "TELNETCONSOLE_ENABLED": False,
}


def _reactor() -> Any:
    """Started once per process, on the running loop, before anything imports `twisted.internet.reactor`."""
    loop = asyncio.get_running_loop()
    first = "twisted.internet.reactor" not in sys.modules
    if first:
        asyncioreactor.install(loop)  # type: ignore[no-untyped-call]
    from twisted.internet import reactor

    here = cast(asyncioreactor.AsyncioSelectorReactor, reactor)
    if here._asyncioEventloop is not loop:
        raise RuntimeError("the lanes belong to the loop in which they were first started")
    if first:
        here.startRunning(installSignalHandlers=False)
        _hush()
    return here


def _hush() -> None:
    """Below errors they print signed links; and Twisted would keep all it says until somebody listens."""
    observers = [cast(ILogObserver, STDLibLogObserver("twisted"))]
    globalLogBeginner.beginLoggingTo(observers, discardBuffer=True, redirectStandardIO=False)
    for talkative in ("scrapy", "twisted"):
        logging.getLogger(talkative).setLevel(logging.ERROR)
