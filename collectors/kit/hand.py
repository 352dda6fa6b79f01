"""The hand on the page: it looks, clicks and types, and whatever goes wrong is told in our words.

A text of Playwright never leaves this file: its call logs hold what was typed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar, cast
from urllib.parse import urlsplit

from collectors.kit import browsers, chromium, eyes, field, mouse, troubles, vitals
from collectors.kit.browsers import Locator
from core import errors

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext, Page

T = TypeVar("T")

#: Seconds. A field that cannot be typed into is told soon: something else may be there, and that is to be seen to first.
TYPE, SEE, GO = 5.0, 10.0, 30.0
#: Seconds in which a field that is ready takes the keys.
AT_ONCE = 1.0
#: Seconds that words may take to stand there.
WORDS = 1.0
#: Seconds after each digit of a code: boxes of one digit each pass the focus on in their own time.
DIGIT = 0.1


class Hand:
    """One page of one visit. `origins` are those where a secret may be typed; `mask` hides the visit's secrets in any text."""

    def __init__(
        self, page: Page, origins: Sequence[str], refused: Sequence[str], mask: Callable[[str], str]
    ) -> None:
        self.page = page
        self._eyes = eyes.Eyes(page)
        self._mouse = mouse.Mouse(page)
        self._origins = frozenset(origins)
        self._mask = mask
        self._vitals = vitals.Vitals(page, refused)

    @property
    def clock_off(self) -> float:
        """Seconds that the portal's clock is before ours."""
        return self._vitals.clock_off

    async def go(self, url: str, name: str) -> None:
        """Opens `url`; returns when its text is there, whatever else it still loads."""
        self._vitals.fault = None
        trouble = None
        going = self.page.goto(url, wait_until="domcontentloaded", timeout=GO * 1000)
        try:
            await going
        except browsers.Error as err:
            trouble = troubles.of(err)
        if trouble and trouble.slow:
            raise errors.Timeout(step=name)
        if trouble and not trouble.moved:
            raise self._vitals.words(trouble, name) or await self.lost(name, f"{name} to open")
        if isinstance(self._vitals.fault, errors.PortalDown | errors.DoorClosed):
            raise self._vitals.fault

    async def glimpse(self, *what: str | Locator, within: float = SEE) -> int | None:
        """Which of these is the first to be visible, by its place; None when none is within so many seconds."""
        return await self.told(self._eyes.first(what, within), "looking at the page", "a page to look at")

    async def see(self, *what: str | Locator, name: str, within: float = SEE) -> Locator:
        """Waits for the first of these to be visible. Raises PortalChanged, or what the portal's last page was ill with."""
        place = await self.glimpse(*what, within=within)
        if place is None:
            raise await self.lost(name, f"{name} to be seen")
        return self._eyes.spot(what[place])

    async def lost(self, step: str, expected: str) -> errors.MoissonError:
        """What to say when the page is not the one that was looked for."""
        if self._vitals.fault is not None:
            return self._vitals.fault
        return errors.PortalChanged(step=step, expected=expected, seen=await self.head())

    async def click(
        self, where: str | Locator, name: str, within: float = SEE, *, quick: bool = False
    ) -> None:
        """Raises PortalChanged after so many seconds in which it is not there, or something lies over it.

        `quick` costs less where the selector is plain and the thing ready; it is for what brings no file.
        """
        expected = f"{name} to be clicked"
        if quick and isinstance(where, str):
            clicked = await self.told(self._mouse.click(where, within), name, expected)
            if clicked:
                return
        await self.told(self._eyes.spot(where).click(timeout=within * 1000), name, expected)

    async def type(
        self, text: Callable[[], str], where: str | Locator, name: str, *, whole: bool, rest: float = 0.0
    ) -> None:
        """Types what `text` gives, on a declared origin only. `whole`: the field must hold all of it afterwards. `rest`: seconds after each key."""
        held = await self._field(where, name)
        await self._belongs(held)
        await held.enter(text(), rest)
        if whole and not await self._took(held, len(text()), where):
            expected = f"{name} to take the whole text"
            raise errors.PortalChanged(step=name, expected=expected, seen="it kept none or a part of it")

    async def words(self, where: str | Locator) -> str:
        """What stands there, on one line, without secrets; nothing when it is not there."""
        spot = self._eyes.spot(where)
        try:
            if await self._eyes.first([where], WORDS) is None:
                return ""
            text = await spot.inner_text(timeout=SEE * 1000)
        except browsers.Error:
            return ""
        return self._mask(" ".join(text.split()))

    async def storage(self) -> dict[str, Any]:
        """Cookies and localStorage, as Playwright writes them."""
        return cast(
            "dict[str, Any]", await self.told(self.page.context.storage_state(), "", "a session to keep")
        )

    async def cookie_values(self) -> list[str]:
        """As they are now; none of a browser that has gone."""
        try:
            return [cookie.get("value", "") for cookie in await self.page.context.cookies()]
        except browsers.Error:
            return []

    async def head(self) -> str:
        """Where the page stands and how it begins, without the address's query and without secrets."""
        try:
            async with asyncio.timeout(2):
                text = await self.page.locator("body").inner_text(timeout=2000)
        except (browsers.Error, TimeoutError):
            text = ""  # a page that cannot be read any more has an address still
        words = " ".join(self._mask(text).split())
        return f"{self._mask(bare(self.page.url))} “{words[:200]}”"

    async def _field(self, where: str | Locator, name: str) -> field.Field:
        """What `where` finds, with the focus. One that cannot have it yet is waited for; one that gives it away is not typed into."""
        if isinstance(where, str) and (at_once := await self._field_at_once(where, name)):
            return at_once
        spot, expected = self._eyes.spot(where), f"{name} to take what is typed"
        await self.told(spot.focus(timeout=TYPE * 1000), name, f"{name} to be seen")
        focused = spot.locator(":scope:focus")
        if not await self.told(focused.count(), name, expected):
            for doing in (spot.locator(":scope:enabled").wait_for, spot.focus, focused.wait_for):
                await self.told(doing(timeout=TYPE * 1000), name, expected)
        found = await self._focused(name)
        if found is None:
            raise await self.lost(name, expected)
        return found

    async def _field_at_once(self, where: str, name: str) -> field.Field | None:
        """None where it does not take the keys so soon, or Playwright has to be asked."""
        try:
            async with asyncio.timeout(AT_ONCE):
                return await self._focused(name) if await self._eyes.focus(where) else None
        except (TimeoutError, browsers.Error):
            return None  # the same is asked of Playwright, and what ails the page is told then

    async def _focused(self, name: str) -> field.Field | None:
        finding = field.with_the_focus(self.page, name, self.told, TYPE)
        return await self.told(finding, name, f"{name} to be in a page")

    async def _belongs(self, held: field.Field) -> None:
        """Both the browser's own record and the page as it is this instant must say a declared origin."""
        said = {origin(held.frame.url), held.origin}
        if (main := self.page.main_frame) is not held.frame:
            live = await self.told(
                main.evaluate("location.origin"), held.name, f"{held.name} to be in a page"
            )
            said |= {origin(main.url), str(live)}
        if foreign := sorted(said - self._origins):
            raise errors.ForeignOrigin(f"{held.name} is asked at {foreign[0]}", step=held.name)

    async def _took(self, held: field.Field, length: int, where: str | Locator) -> bool:
        """Whether the field holds it all, or has gone as with a form that sends itself; a new one in its place took nothing."""
        kept = await held.length()
        return kept == length or (kept is None and await self.glimpse(where, within=0.2) is None)

    async def told(self, doing: Awaitable[T], step: str, expected: str) -> T:
        """What `doing` gives. Its failure is raised in our words, outside the handler, so that no cause hangs on to it."""
        try:
            return await doing
        except browsers.Error as err:
            trouble = troubles.of(err)
        if trouble.unreadable:
            expected = "selectors that the browser can read; of those that were looked for, one is none"
        raise self._vitals.words(trouble, step) or await self.lost(step, expected)


async def of(
    context: BrowserContext, origins: Sequence[str], passage: chromium.Passage, mask: Callable[[str], str]
) -> Hand:
    """The hand on a new page of `context`. Raises BrowserLost, outside of what it met, so that no cause hangs on to it."""
    with suppress(browsers.Error):
        page = await context.new_page()
        await chromium.blind(page, passage.strangers)
        context.on("page", lambda page: chromium.blind(page, passage.strangers))  # what a click may open
        return Hand(page, origins, passage.refused, mask)
    raise errors.BrowserLost


def origin(url: str) -> str:
    """Scheme, host and port as a browser writes an origin; `null` for what has none."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return "null"
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    usual = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{host}" + ("" if parts.port in (None, usual) else f":{parts.port}")


def bare(url: str) -> str:
    """An address without what may be private in it: no query, no fragment."""
    return url.partition("?")[0].partition("#")[0]
