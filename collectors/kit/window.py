"""One visit's page: a browser's, opened signed in as the session is by the first verb that touches it, given up by the last."""

from __future__ import annotations

from contextlib import AsyncExitStack, suppress
from typing import TYPE_CHECKING, Any

from collectors.kit import browsers, hand
from collectors.kit.errand import Errand
from core import errors

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page


class Window(Errand):
    """The part of a Portal that looks, clicks and goes, and types nothing."""

    def __init__(self, *of: Any, **visit: Any) -> None:
        super().__init__(*of, **visit)
        self.used_browser = False
        self._hand: hand.Hand | None = None
        self._open, self._turn = AsyncExitStack(), AsyncExitStack()

    async def page(self) -> Page:
        """The page of this visit; the first touch opens it, signed in as the session is."""
        return (await self._touch()).page

    async def close_page(self) -> None:
        """Brings cookies and storage back from the browser, and gives it up."""
        await self._take_back_cookies()
        await self.leave_page()

    async def leave_page(self) -> None:
        """Gives the browser up as it is."""
        self._hand = None
        await self._open.aclose()

    async def go(self, url: str, *, name: str = "the page") -> None:
        await (await self._touch()).go(self.url(url), name)

    async def see(self, *what: str | Locator, name: str, within: float = hand.SEE) -> Locator:
        """Waits for the first of these to be visible. Raises PortalChanged with `name`, or what the portal is ill with."""
        return await (await self._touch()).see(*what, name=name, within=within)

    async def glimpse(self, *what: str | Locator, within: float = hand.SEE) -> int | None:
        """Which of these is visible first, by its place; None when none is within so many seconds."""
        return await (await self._touch()).glimpse(*what, within=within)

    async def words(self, where: str | Locator) -> str:
        """The portal's own words there, on one line, without secrets; nothing when they are not there."""
        return await (await self._touch()).words(where)

    async def rest(self, within: float) -> None:
        """Waits until the page asks for nothing more, at most so many seconds: where beacons run, it never does."""
        with suppress(browsers.TooSlow):
            await (await self.page()).wait_for_load_state("networkidle", timeout=within * 1000)

    async def click(
        self, where: str | Locator, *, name: str, within: float = hand.SEE, quick: bool = False
    ) -> None:
        """Raises PortalChanged after so many seconds in which it is not there, or something lies over it. `quick` is for what brings no file."""
        await (await self._touch()).click(where, name, within, quick=quick)

    @property
    def clock_off(self) -> float:
        """Seconds that the portal's clock is before ours, as its last page in the browser told."""
        return self._hand.clock_off if self._hand else 0.0

    async def lost(self, step: str, expected: str) -> errors.MoissonError:
        """The error to raise on a page that is none of those expected: what ails the portal, else PortalChanged."""
        return await (await self._touch()).lost(step, expected)

    async def _give_way(self) -> None:
        """People are slow: other visits sign in meanwhile. When the answer is there, it is urgent, and no new turn is waited for."""
        await self._turn.aclose()
        if self._hand is not None:
            await self._outside.browsers.give_way(self._hand.page.context)

    async def _touch(self) -> hand.Hand:
        if self._hand is None:
            self._hand = await self._opened()
        return self._hand

    async def _opened(self) -> hand.Hand:
        full = self.manifest.browser == "full"
        async with AsyncExitStack() as stack:
            turn = await stack.enter_async_context(AsyncExitStack())
            await turn.enter_async_context(self._lane.logins())
            context = await stack.enter_async_context(
                self._outside.browsers.context(
                    self._passage,
                    state=self.jar.state(),
                    user_agent=self._user_agent or None,
                    full=full,
                    locale=self.locale,
                )
            )
            opened = await hand.of(context, self.manifest.origins, self._passage, self.mask)
            self._open, self._turn = stack.pop_all(), turn
        self.used_browser = True
        self._user_agent = self._user_agent or self._outside.browsers.user_agent
        return opened

    async def _take_back_cookies(self) -> None:
        if self._hand is not None:
            self.jar.replace(await self._hand.storage())
