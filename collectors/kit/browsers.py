"""The browser of a worker: found once, started when first needed, shared by all visits, each in a context of its own.

`python -m collectors.kit.browsers find` prints the path of the browser that the farm would drive, `find full` that of a complete one.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext, Playwright, async_playwright
from playwright.async_api import Error as Error
from playwright.async_api import Locator as Locator
from playwright.async_api import TimeoutError as PlaywrightTimeout

from collectors.kit import chromium, finding, footprint, ground
from collectors.kit.ask import LOCALE
from collectors.kit.turns import Turns
from core import errors

Kind = finding.Kind
TooSlow = PlaywrightTimeout
find = finding.find

#: After so many contexts a browser gives way to a fresh one.
CONTEXTS_PER_BROWSER = 250
#: What a browser may hold for itself, and more for each visit at once, before it gives way. Bytes.
ROOM, ROOM_PER_VISIT = 400 << 20, 120 << 20


class Browsers:
    """The browsers of one worker. At most `at_once` contexts live together, fewer under load; the others wait their turn.

    `tmp` is where it makes a folder of its own, gone after `close` (in the system's own place if that path is too long). `trust_spki` is for tests' certificates only.
    `watch` shows the window, to a person who writes a collector.
    """

    def __init__(
        self,
        *,
        executable: str = "",
        sandbox: bool = True,
        at_once: int,
        trust_spki: tuple[str, ...] = (),
        watch: bool = False,
        tmp: Path,
    ) -> None:
        self.starts = 0
        self.alive = 0
        self.user_agent = ""
        self._executable = executable
        self._sandbox = sandbox
        self._at_once = at_once
        self._trust_spki = trust_spki
        self._watch = watch
        self._tmp = tmp
        self._folder: Path | None = None
        self._driver: Playwright | None = None
        self._running: dict[Kind, _Running] = {}
        self._turns = Turns(at_once)
        self._taken: dict[BrowserContext, AsyncExitStack] = {}
        self._starting = asyncio.Lock()

    @asynccontextmanager
    async def context(
        self,
        passage: chromium.Passage,
        *,
        state: Mapping[str, Any] | None,
        user_agent: str | None,
        full: bool = False,
        locale: str = LOCALE,
    ) -> AsyncIterator[BrowserContext]:
        """A context that reaches the world through `passage` only, closed in the end whatever happened in it."""
        kind: Kind = "full" if full or self._watch else "shell"
        async with AsyncExitStack() as turn, self._place_after(turn, kind) as running:
            context = await self._new_context(kind, running, passage, state, user_agent, locale)
            self.alive += 1
            self._taken[context] = turn
            try:
                yield context
            finally:
                self.alive -= 1
                del self._taken[context]
                if not await chromium.close(context):
                    self._retire(kind, running)

    async def _new_context(
        self,
        kind: Kind,
        running: _Running,
        passage: chromium.Passage,
        state: Mapping[str, Any] | None,
        user_agent: str | None,
        locale: str,
    ) -> BrowserContext:
        """What a portal left may be nothing that a browser takes back: then the visit begins without it, signed out. Raises BrowserLost."""
        agent = user_agent or self.user_agent
        for kept in (state, None) if state else (None,):
            context = await chromium.new_context(running.browser, passage, kept, agent, locale)
            if context is not None:
                return context
        await self._give_up(kind, running)
        raise errors.BrowserLost

    async def give_way(self, context: BrowserContext) -> None:
        """While a person is waited for, this context lets another have its turn; it does not take it back."""
        await self._taken[context].aclose()

    @asynccontextmanager
    async def _place_after(self, turn: AsyncExitStack, kind: Kind) -> AsyncIterator[_Running]:
        await turn.enter_async_context(self._turns.one())
        async with self._place(kind) as running:
            yield running

    @asynccontextmanager
    async def _place(self, kind: Kind) -> AsyncIterator[_Running]:
        async with self._starting:
            running = await self._ready(kind)
            running.visits += 1
            running.contexts += 1
        try:
            yield running
        finally:
            running.visits -= 1
            if running.contexts >= CONTEXTS_PER_BROWSER or self._swollen(running):
                self._retire(kind, running)
            if running.visits == 0 and self._running.get(kind) is not running:
                await chromium.end(running.browser)

    async def _ready(self, kind: Kind) -> _Running:
        running = self._running.get(kind)
        if running is None or not running.browser.is_connected():
            running = self._running[kind] = _Running(await self._start(kind))
        return running

    def _retire(self, kind: Kind, running: _Running) -> None:
        """It takes no more visits, and the last one that leaves it closes it: whatever ails it, the others in it may end in peace."""
        if self._running.get(kind) is running:
            del self._running[kind]

    def _swollen(self, running: _Running) -> bool:
        """Looked at once in ten visits: it reads every process of the machine."""
        if running.contexts % 10 or self._folder is None:
            return False
        return footprint.private_bytes(str(self._folder)) > ROOM + ROOM_PER_VISIT * self._at_once

    async def _give_up(self, kind: Kind, running: _Running) -> None:
        """It makes no context any more. Only when its driver is dead, and all browsers are lost with it, the next visit starts that anew too."""
        self._retire(kind, running)
        driver = self._driver
        if driver is not None and not await chromium.answers(driver) and driver is self._driver:
            self._driver = None
            self._running.clear()
            await driver.stop()

    async def _start(self, kind: Kind) -> Browser:
        if self._sandbox and hasattr(os, "geteuid") and os.geteuid() == 0:
            raise errors.NoBrowser(
                "the browser's sandbox does not work for root: run the worker as another user (`./run start` makes one), "
                "or set MOISSON_ALLOW_NO_SANDBOX=1 to do without the sandbox"
            )
        path = finding.find(self._executable, kind)
        driver = await self._drive()
        browser = await chromium.launch(
            driver, path, sandbox=self._sandbox, trust_spki=self._trust_spki, watch=self._watch
        )
        self.starts += 1
        self.user_agent = chromium.plain_user_agent(browser.version)
        return browser

    async def _drive(self) -> Playwright:
        if self._folder is None:
            self._folder = await asyncio.to_thread(ground.own_folder, self._tmp)
        if self._driver is None:
            with ground.surroundings(self._folder):
                self._driver = await async_playwright().start()
        return self._driver

    async def close(self) -> None:
        """Closes every browser and removes the folder; a Browsers may be used again afterwards."""
        async with self._starting:
            for running in self._running.values():
                await chromium.end(running.browser)
            self._running.clear()
            if self._driver is not None:
                await self._driver.stop()
                self._driver = None
            if self._folder is not None:
                await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)
                self._folder = None


class _Running:
    """A browser that runs: the visits in it now, and the contexts it has had."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.visits = 0
        self.contexts = 0


if __name__ == "__main__":
    try:
        wanted: Kind = "full" if "full" in sys.argv else "shell"
        sys.stdout.write(find(os.environ.get("MOISSON_BROWSER", ""), wanted) + "\n")
    except errors.NoBrowser as none:
        sys.exit(str(none))
