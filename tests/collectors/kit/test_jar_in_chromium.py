"""The jar against the browser itself: the same `Set-Cookie` lines, the same cookies kept, the same `Cookie` headers sent."""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest
import pytest_asyncio
import trustme
from playwright.async_api import BrowserContext

from collectors.kit import door, jar
from tests.certificates import spki
from tests.collectors.kit import farside, site

HOME = "https://espace.portal.example/factures/liste"
SSO = "https://login.sso.example/authorize"
WHERE = (
    HOME,
    "https://espace.portal.example/",
    "https://espace.portal.example/facturesx",
    "https://portal.example/factures",
    "https://deep.espace.portal.example/factures",
    SSO,
)

LINES = (
    "plain=1",
    "rooted=1; Path=/",
    "deep=1; Path=/factures; HttpOnly",
    "family=1; Domain=portal.example; Path=/; Secure; SameSite=None",
    "dotted=1; Domain=.espace.portal.example; Path=/; SameSite=Strict",
    "lasting=1; Max-Age=3600; Path=/",
    "until=1; Expires=Fri, 01 Jan 2100 00:00:00 GMT; Path=/",
    "over=1; Expires=Thu, 01-Jan-70 00:00:01 GMT; Path=/",
    "odd=a=b\"c d\"; Path=/; Priority=High; SameSite=odd",
    "  spaced  =  out  ; path=/ ; SECURE",
    "nopath=1; Path=factures",
    "__Host-good=1; Secure; Path=/",
    "__Host-bad=1; Secure; Path=/factures",
    "__Secure-bad=1; Path=/",
    "foreign=1; Domain=other.example; Path=/",
    "above=1; Domain=example; Path=/",
    "below=1; Domain=deep.espace.portal.example; Path=/",
    "unsafe=1; SameSite=None; Path=/",
    "twice=1; Path=/",
    "twice=2; Path=/; HttpOnly",
    "taken=1; Path=/",
    "taken=; Path=/; Max-Age=0",
)  # fmt: skip


@dataclass
class Chromium:
    """A context behind a door where the portals of this page answer, and what they hear."""

    context: BrowserContext
    far: farside.Far

    async def sends(self, url: str) -> str | None:
        page = await self.context.new_page()
        await page.goto(url)
        await page.close()
        path = url.partition("example")[2]
        asked = max(place for place, head in enumerate(self.far.heard) if head.startswith(f"GET {path} "))
        return self.far.header("Cookie", asked)

    async def state(self) -> dict[str, Any]:
        return cast(dict[str, Any], await self.context.storage_state())


@pytest_asyncio.fixture
async def chromium(tmp_path: Path) -> AsyncIterator[Chromium]:
    leaf = trustme.CA().issue_cert(
        "*.portal.example", "portal.example", "*.espace.portal.example", "login.sso.example"
    )
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    leaf.configure_cert(tls)
    browsers = site.new_browsers(tmp_path, trust_spki=(spki(leaf),))
    async with farside.listening(portal, tls) as far, a_door_to(far) as out:
        passage = await out.open(["*.portal.example", "portal.example", "*.sso.example"])
        async with browsers.context(passage, state=None, user_agent=None) as context:
            yield Chromium(context, far)
    await browsers.close()


async def portal(head: str, write: farside.Write) -> None:
    lines = [f"Set-Cookie: {line}" for line in LINES] if head.startswith("GET /factures/liste?set ") else []
    more = ["Set-Cookie: device=known; Path=/; HttpOnly"] if head.startswith("GET /authorize ") else []
    await write(farside.answer(b"<p>hello", 200, "Content-Type: text/html", *lines, *more))


@contextlib.asynccontextmanager
async def a_door_to(far: farside.Far) -> AsyncIterator[door.Door]:
    async def resolve(host: str, port: int) -> list[tuple[str, int]]:
        return [("127.0.0.1", far.port)]

    out = door.Door(resolve=resolve)
    await out.start()
    yield out
    await out.close()


def by_name(state: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Two clocks read a life of so many seconds a moment apart."""
    return {
        each["name"]: {**each, "expires": pytest.approx(each["expires"], abs=30)} for each in state["cookies"]
    }


async def test_the_jar_keeps_and_sends_what_chromium_keeps_and_sends(chromium: Chromium) -> None:
    cookies = jar.Jar()
    await chromium.sends(f"{HOME}?set")
    cookies.take(HOME, LINES)

    kept = {each["name"]: each for each in (await chromium.state())["cookies"]}
    assert kept == by_name(cookies.state())
    assert len(kept) == 12
    for url in WHERE:
        assert cookies.header_for(url) == await chromium.sends(url), url


async def test_a_session_goes_from_browser_to_jar_to_browser_over_two_hosts(chromium: Chromium) -> None:
    await chromium.sends(f"{HOME}?set")
    await chromium.sends(SSO)
    before = await chromium.state()

    cookies = jar.Jar(before)
    assert cookies.state() == before
    cookies.take(HOME, ["rooted=2; Path=/"])
    await chromium.context.clear_cookies()
    await chromium.context.add_cookies(cookies.state()["cookies"])

    after = await chromium.state()
    changed = {each["name"] for each in after["cookies"]} - {
        each["name"] for each in after["cookies"] if each in before["cookies"]
    }
    assert changed == {"rooted"}
    assert await chromium.sends(SSO) == "device=known"
    assert "rooted=2" in (await chromium.sends(HOME) or "")
