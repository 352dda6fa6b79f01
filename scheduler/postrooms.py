"""What mailboxes of every kind are sorted with on this farm: its archive, its suppliers, its door and its browser."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar
from urllib.parse import urljoin, urlsplit

import httpx
import structlog

from collectors.kit.manifest import Manifest
from core import errors
from core.mailbox import links
from core.mailbox.postroom import Postroom
from scheduler import mailed_codes, outward, signatures
from scheduler.farm import Farm

log = structlog.get_logger(__name__)

T = TypeVar("T")
#: Bytes of a linked PDF, how often its address may move on, and seconds for all of it.
CAP, HOPS, PATIENCE = 25 * 1024**2, 5, 60
#: Hosts of the farm's own machine say nothing about who writes.
_NOBODY = {"localhost", "127.0.0.1", ""}


def of(farm: Farm) -> Postroom:
    suppliers = domains(farm)
    outside = Outside(farm, (*links.PUBLIC, *{one for many in suppliers.values() for one in many}))
    return Postroom(
        database=farm.database,
        archive=farm.archive,
        readers=farm.readers,
        now=farm.now,
        suppliers=suppliers,
        open_letter=farm.letters.read,
        fetch_public=outside.fetch_public,
        print_pdf=outside.print_pdf,
        dkim=partial(signatures.said, find=signatures.Dns().txt),
        awaited=partial(mailed_codes.awaited, farm),
    )


def domains(farm: Farm) -> dict[str, tuple[str, ...]]:
    """From which domains each supplier writes: those that it declares, and those of its site and its sign-in."""
    return {one: _of(collector.manifest) for one, collector in farm.catalogue.collectors.items()}


def _of(manifest: Manifest) -> tuple[str, ...]:
    sites = {_domain(at) for at in (manifest.website, *manifest.origins)} - _NOBODY
    return tuple(sorted({*manifest.mail_from, *sites}))


@dataclass
class Outside:
    """The world beyond the mailbox, asked from a round's thread. `hosts` are the domains from which links may be fetched."""

    farm: Farm
    hosts: tuple[str, ...]
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)

    def fetch_public(self, url: str) -> bytes | None:
        """The PDF behind a link: no cookie, no credential, no host that is not on the list, wherever it moves on to."""
        return self._ask(self._fetched(url))

    def print_pdf(self, html: str) -> bytes | None:
        return self._ask(self._printed(html))

    def _ask(self, asked: Coroutine[None, None, T]) -> T | None:
        try:
            return asyncio.run_coroutine_threadsafe(asked, self.loop).result(PATIENCE)
        except (errors.MoissonError, httpx.HTTPError, TimeoutError) as err:
            log.info("postroom.outside", error=type(err).__name__)
            return None

    async def _fetched(self, url: str) -> bytes | None:
        origins = [f"https://{pattern}" for host in self.hosts for pattern in (host, f"*.{host}")]
        async with outward.line(self.farm.outside.door, origins) as line:
            return await asyncio.to_thread(_pdf, line.http, url)

    async def _printed(self, html: str) -> bytes:
        from collectors.kit import printing  # the browser, which a farm without such mail does without

        passage = await self.farm.outside.door.open(())
        try:
            return await printing.on_paper(self.farm.outside.browsers, passage, html)
        finally:
            await passage.close()


def _pdf(http: httpx.Client, url: str) -> bytes | None:
    """None when there is no PDF at its end, or too much of one."""
    for _ in range(HOPS):
        http.cookies.clear()
        with http.stream("GET", url, headers={"Accept": "application/pdf"}) as answer:
            if answer.has_redirect_location:
                url = urljoin(url, answer.headers["Location"])
                continue
            return _body(answer) if answer.is_success else None
    return None


def _body(answer: httpx.Response) -> bytes | None:
    received = b""
    for chunk in answer.iter_bytes():
        received += chunk
        if len(received) > CAP or not received.startswith(b"%PDF-"[: len(received)]):
            return None
    return received or None


def _domain(address: str) -> str:
    return (urlsplit(address).hostname or "").removeprefix("www.")
