"""One Chromium: how it is started, what a context of it may do, and how it is left."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any, Protocol, cast

from playwright.async_api import Browser, BrowserContext, Error, Page, Playwright, StorageState

from core import errors

#: A context that does not close in this time (seconds) belongs to a browser that is beyond help, as does a driver that does not answer.
CLOSING = 10

#: Playwright's own two, since of several such lists the last counts, and: a page that follows another of its site keeps its place in
#: the browser, as it did for years. A new place for each makes every navigation dearer.
_FEATURES = (
    "CDPScreenshotNewSurface",
    "SkipListAccountsWithoutGaiaCookies",
    "RenderDocument:level/crashed-frame",
)
_ARGUMENTS = (
    f"--enable-features={','.join(_FEATURES)}",
    # Else WebRTC walks round the door. Full Chromium heeds the first spelling only, the headless shell the second only.
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-quic",
    "--disable-domain-reliability",
    "--disable-remote-fonts",
    "--no-pings",
    "--dns-prefetch-disable",
)
_PICTURES = "png jpg jpeg gif webp avif ico bmp svg"
_FONTS_AND_MEDIA = "woff woff2 ttf otf eot mp4 webm ogg mp3 m4a m4s mov wav"
_UNSEEN = [f"*.{end}{more}" for end in f"{_PICTURES} {_FONTS_AND_MEDIA}".split() for more in ("", "?*")]


class Passage(Protocol):
    """The way out of one run: the loopback port where the door listens for it, and, as `host:port`, what it does not let through."""

    @property
    def port(self) -> int: ...

    @property
    def refused(self) -> Sequence[str]: ...

    @property
    def strangers(self) -> Collection[str]: ...


async def launch(
    driver: Playwright, path: str, *, sandbox: bool, trust_spki: Sequence[str], watch: bool
) -> Browser:
    """The browser at `path`, running; `watch` shows its window. Raises NoBrowser."""
    trusted = [f"--ignore-certificate-errors-spki-list={','.join(trust_spki)}"] if trust_spki else []
    try:
        return await driver.chromium.launch(
            executable_path=path,
            headless=not watch,
            chromium_sandbox=sandbox,
            args=[*_ARGUMENTS, *trusted],
            # Nothing listens there: what the browser asks on its own account, outside a visit, goes nowhere.
            proxy={"server": "http://127.0.0.1:9", "bypass": "<-loopback>"},
            handle_sigint=False,
            handle_sigterm=False,
            handle_sighup=False,
        )
    except Error as err:
        forbidden = "sandbox" in err.message.lower() and sandbox
    raise errors.NoBrowser(
        f"{path} does not start: its sandbox needs user namespaces, which this machine does not allow"
        if forbidden
        else f"{path} does not start: run it once by hand with --headless --version to see why"
    )


async def new_context(
    browser: Browser, passage: Passage, state: Mapping[str, Any] | None, user_agent: str, locale: str
) -> BrowserContext | None:
    """None when the browser makes none, or none with this state. Playwright's text may hold cookies and goes no further."""
    try:
        return await browser.new_context(
            proxy={"server": f"http://127.0.0.1:{passage.port}", "bypass": "<-loopback>"},
            storage_state=cast("StorageState | None", state),
            user_agent=user_agent,
            locale=locale,
            timezone_id="Europe/Paris",
            viewport={"width": 1280, "height": 900},
            service_workers="block",
        )
    except Error:
        return None


async def blind(page: Page, strangers: Collection[str]) -> None:
    """No pictures, fonts or media, and nothing of strangers: trackers are asked for on each page, and each asking costs a connection.

    By CDP and not by `route()`, which would turn the HTTP cache off. A page that leads to a stranger still knocks at the door, which says so.
    """
    try:
        session = await page.context.new_cdp_session(page)
        await session.send("Network.enable", {"maxTotalBufferSize": 0, "maxResourceBufferSize": 0})
        await session.send("Network.setBlockedURLs", {"urls": [*_UNSEEN, *map(_all_of, strangers)]})
    except Error:
        return  # the page has gone already


def _all_of(stranger: str) -> str:
    """Every address there, as Chromium writes them: it names no port that its scheme has anyway."""
    host, _, port = stranger.rpartition(":")
    scheme = {"80": "http", "443": "https"}.get(port)
    return f"{scheme}://{host}/*" if scheme else f"*://{stranger}/*"


async def close(context: BrowserContext) -> bool:
    """Whether it closed, and in time."""
    try:
        async with asyncio.timeout(CLOSING):
            await context.close()
    except (Error, TimeoutError):
        return False
    return True


async def end(browser: Browser) -> None:
    """A browser that does not end in time is left to its driver, which ends it when it ends itself."""
    with suppress(TimeoutError):
        async with asyncio.timeout(CLOSING):
            await browser.close()


async def answers(driver: Playwright) -> bool:
    """Whether the driver lives: it is asked for something that needs no browser."""
    try:
        async with asyncio.timeout(CLOSING):
            await (await driver.request.new_context()).dispose()
    except (Error, TimeoutError):
        return False
    return True


def plain_user_agent(version: str) -> str:
    """What the same browser says of itself with a screen: only its major version is told."""
    return (
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
        f"Chrome/{version.split('.')[0]}.0.0.0 Safari/537.36"
    )
