"""Looking at a page of the browser: which of several signs is there first."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from collectors.kit import signs
from collectors.kit.declared_pages import Sign

if TYPE_CHECKING:
    from playwright.async_api import FrameLocator, Locator, Page

    from collectors.kit.portal import Portal

#: Seconds of one look: with an address that fits already, only long enough to see what comes before it.
GLANCE, LOOK = 0.2, 0.5


class Sight:
    """The eyes of a sign-in."""

    def __init__(self, portal: Portal, page: Page) -> None:
        self.portal = portal
        self.page = page
        #: Of the sign that was there first, which of its alternatives was visible.
        self.alternative = 0
        self._cookies: dict[str, str] = {}

    async def remember_cookies(self) -> None:
        """What is there before the sign-in is no sign of it."""
        self._cookies = await self._cookies_now()

    async def first(self, among: Sequence[Sign]) -> int | None:
        """The place of the first sign that holds now; None when none does within half a second."""
        self.alternative = 0
        fitting = [place for place, sign in enumerate(among) if self._fits(sign)]
        by_address = next((place for place in fitting if _says_no_more(among[place])), None)
        before = [place for place in fitting if by_address is None or place < by_address]
        for place in before:
            if _is_cookie_only(among[place]) and await self._has_cookie(among[place].cookie):
                return place
        looked = [(place, each) for place in before for each in self._locators(among[place])]
        if not looked:
            await asyncio.sleep(0 if by_address is not None else GLANCE)
            return by_address
        seen = await self._seen(looked, LOOK if by_address is None else GLANCE, among)
        return by_address if seen is None else seen

    async def words(self, sign: Sign, selector: str) -> str:
        """The text that stands there, without secrets; nothing when it has gone."""
        return (await self.portal.words(self.inside(sign, selector)))[:300]

    def inside(self, sign: Sign, selector: str) -> str | Locator:
        """In the page, or in the frame that the sign leads to."""
        return self.locator(sign, selector) if sign.frame else selector

    def locator(self, sign: Sign, selector: str) -> Locator:
        """The same for what Playwright is to put together."""
        frame: Page | FrameLocator = self.page
        for inner in sign.frame:
            frame = frame.frame_locator(inner)
        return frame.locator(selector)

    async def _seen(
        self, looked: list[tuple[int, str | Locator]], within: float, among: Sequence[Sign]
    ) -> int | None:
        """The first whose `see` is visible, and whose text and cookie, where they are told too, are there."""
        rest = looked
        while rest:
            found = await self.portal.glimpse(*(each for _, each in rest), within=within)
            if found is None:
                return None
            place = rest[found][0]
            if await self._holds_also(among[place]):
                self.alternative = [each[0] for each in rest[:found]].count(place)
                return place
            rest = [each for each in rest if each[0] != place]
        await asyncio.sleep(GLANCE)
        return None

    async def _holds_also(self, sign: Sign) -> bool:
        if sign.cookie and not await self._has_cookie(sign.cookie):
            return False
        if not (sign.see and sign.text):
            return True
        return await self.portal.glimpse(*self._texts(sign), within=GLANCE) is not None

    def _fits(self, sign: Sign) -> bool:
        return not sign.url or signs.url_like(self.page.url, sign.url)

    def _locators(self, sign: Sign) -> list[str | Locator]:
        return [self.inside(sign, each) for each in sign.see] or self._texts(sign)

    def _texts(self, sign: Sign) -> list[str | Locator]:
        return [self.inside(sign, f"text={text}") for text in sign.text]

    async def _has_cookie(self, name: str) -> bool:
        now = await self._cookies_now()
        return name in now and now[name] != self._cookies.get(name)

    async def _cookies_now(self) -> dict[str, str]:
        return {
            cookie.get("name", ""): cookie.get("value", "") for cookie in await self.page.context.cookies()
        }


def _says_no_more(sign: Sign) -> bool:
    return bool(sign.url) and not (sign.see or sign.text or sign.cookie)


def _is_cookie_only(sign: Sign) -> bool:
    return bool(sign.cookie) and not (sign.see or sign.text)
