"""Documents that only a page can give: by a click, out of the browser's memory, or printed; and what an HTTP answer brought."""

from __future__ import annotations

import asyncio
import base64
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from collectors.kit import lane
from core import errors

if TYPE_CHECKING:
    from playwright.async_api import Download, Locator

    from collectors.kit.hand import Hand
    from collectors.kit.reply import Reply

#: Seconds that a portal may take to make a file after the click.
MAKING = 60.0


@dataclass(frozen=True, slots=True)
class Fetched:
    body: bytes
    name: str
    media_type: str

    def __repr__(self) -> str:
        return f"<Fetched {len(self.body)} bytes, {self.media_type}>"


def of_reply(reply: Reply, name: str) -> Fetched:
    """Named as asked, else as the portal names it (RFC 6266), else by its address."""
    disposition = reply.headers.get("content-disposition", "")
    wide = re.search(r"filename\*=[\w-]+''([^;]+)", disposition, re.IGNORECASE)
    plain = re.search(r"filename=\"?([^\";]+)", disposition, re.IGNORECASE)
    said = unquote(wide[1]) if wide else plain[1] if plain else urlsplit(reply.url).path.rpartition("/")[2]
    return Fetched(reply.body, name or said, reply.media_type)


async def by_click(touch: Hand, where: str | Locator, name: str) -> Fetched:
    expected = f"a file to come of {name}"
    coming = asyncio.ensure_future(touch.page.context.wait_for_event("download", timeout=MAKING * 1000))
    try:
        await touch.click(where, name)
        download = await touch.told(coming, name, expected)
    finally:
        coming.cancel()
        await asyncio.gather(coming, return_exceptions=True)
    body = await touch.told(_read(download), name, expected)
    return Fetched(_bounded(body, name), download.suggested_filename, "application/octet-stream")


async def by_blob(touch: Hand, where: str | Locator, name: str) -> Fetched:
    spot = await touch.see(where, name=name)
    found = await touch.told(spot.evaluate(_FETCH, lane.CAP), name, f"{name} to hold a file")
    if found is None:
        raise errors.PortalChanged(step=name, expected="a link or a frame with an address", seen="none on it")
    body = None if found["body"] is None else base64.b64decode(found["body"])
    return Fetched(_bounded(body, name), found["name"], found["type"].partition(";")[0])


async def by_print(touch: Hand, file_name: str) -> Fetched:
    step = "the printing of the page"
    body = await touch.told(
        touch.page.pdf(format="A4", print_background=True), step, "the page to be printed"
    )
    return Fetched(_bounded(body, step), file_name, "application/pdf")


async def _read(download: Download) -> bytes | None:
    """None when it is more than we take."""
    path = await download.path()
    if (await asyncio.to_thread(path.stat)).st_size > lane.CAP:
        return None
    return await asyncio.to_thread(path.read_bytes)


def _bounded(body: bytes | None, step: str) -> bytes:
    if body is None or len(body) > lane.CAP:
        raise errors.NotAnInvoice(step=step, reason="too_large")
    return body


_FETCH = """async (place, cap) => {
  const url = place.href || place.src || place.data;
  if (!url) return null;
  const blob = await (await fetch(url)).blob();
  const name = place.getAttribute('download') || '';
  if (blob.size > cap) return { body: null, name, type: blob.type };
  const read = new FileReader();
  await new Promise((done, failed) => { read.onload = done; read.onerror = failed; read.readAsDataURL(blob); });
  return { body: read.result.slice(read.result.indexOf(',') + 1), name, type: blob.type };
}"""
