"""Looking at one page: which of several things is there first. Plain selectors are one question to the page, and Playwright sees to the rest."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from functools import reduce
from itertools import chain, repeat
from typing import TYPE_CHECKING

from collectors.kit import browsers, troubles
from collectors.kit.browsers import Locator
from collectors.kit.glance import Glance

if TYPE_CHECKING:
    from playwright.async_api import Page

#: Seconds between looks; the last again and again.
PAUSES = (0.02, 0.05, 0.1, 0.1, 0.2)
#: Seconds that a page may take to answer.
ANSWER = 10.0


class Eyes:
    """What Playwright says of a page that has gone is raised as it says it."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._glance = Glance(page)

    def spot(self, where: str | Locator) -> Locator:
        """The first visible one of what `where` finds: a selector, or a Locator made from the page (as into a frame)."""
        found = self._page.locator(where) if isinstance(where, str) else where
        return found.filter(visible=True).first

    async def first(self, what: Sequence[str | Locator], within: float) -> int | None:
        """The place of the first that is visible; None when none is within so many seconds.

        When the time is over, what is there by then counts: a busy machine may not have looked once before.
        """
        now = asyncio.get_running_loop().time
        until = now() + within
        for pause in chain(PAUSES, repeat(PAUSES[-1])):
            place = await self._look(what, until - now())
            if place is not None or (left := until - now()) <= 0:
                return place
            await asyncio.sleep(min(pause, left))
        return None

    async def focus(self, selector: str) -> bool:
        """Gives the first visible that a plain selector finds the keys; whether it has them."""
        return await self._glance.focus(selector)

    async def _look(self, what: Sequence[str | Locator], left: float) -> int | None:
        """None also when the page went on to another while it was looked at, or does not answer."""
        try:
            seen = await self._at(what)
            sure = seen.index(True) if True in seen else None
            unsure = [place for place, each in enumerate(seen[:sure]) if each is None]
            if unsure and sure is None:
                await _any_visible([self.spot(each) for each in what], left)
                unsure = list(range(len(what)))
            async with asyncio.timeout(ANSWER):
                for place in unsure:
                    if await self.spot(what[place]).is_visible():
                        return place
        except TimeoutError:
            return None
        except browsers.Error as err:
            if not troubles.of(err).moved:
                raise
            return None
        return sure

    async def _at(self, what: Sequence[str | Locator]) -> list[bool | None]:
        """What is visible at once, None where only Playwright can tell."""
        seen = iter(await self._glance.at([each for each in what if isinstance(each, str)]))
        return [next(seen) if isinstance(each, str) else None for each in what]


async def _any_visible(spots: Sequence[Locator], within: float) -> None:
    """Waits for them as one, which is one question to the browser; Playwright joins none that lie in frames, and takes no time at all for ever."""
    patience = max(within * 1000, 1)
    try:
        with suppress(browsers.TooSlow):
            await reduce(Locator.or_, spots).first.wait_for(timeout=patience)
    except browsers.Error as err:
        if not troubles.of(err).framed:
            raise
    else:
        return
    waiting = [asyncio.ensure_future(spot.wait_for(timeout=patience)) for spot in spots]
    try:
        done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        with suppress(browsers.TooSlow):
            for each in done:
                each.result()
    finally:
        for each in waiting:
            each.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
