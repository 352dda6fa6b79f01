"""A click on what a plain selector finds: it is aimed at, the mouse goes there, and the page is asked whether it got there.

Playwright's own click costs its whole script on each page. What is not there yet, not ready, covered, or moves away is left to it.
"""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING

from collectors.kit import browsers, glance

if TYPE_CHECKING:
    from playwright.async_api import Page

#: The middle of the target, or null. Until the page is asked, what the mouse does elsewhere is kept from the page, and a page that follows is noticed.
_AIM = f"""([selector, mark, within]) => {{{glance.SEEING}
  const target = reads(selector) && [...document.querySelectorAll(selector)].find(seen);
  if (!target || target.closest(':disabled, [aria-disabled=true]')) return null;
  const middle = () => [...target.getClientRects()].filter(({{ width, height }}) => width * height > 1)
    .map(({{ x, y, width, height }}) => [x + width / 2, y + height / 2])[0] ?? [-1, -1];
  const inside = ([x, y]) => x > 0 && y > 0 && x < innerWidth && y < innerHeight;
  if (!inside(middle())) target.scrollIntoView({{ block: 'center', inline: 'center', behavior: 'instant' }});
  const point = middle();
  if (!inside(point) || !target.contains(document.elementFromPoint(...point))) return null;

  const kinds = ['pointerdown', 'mousedown', 'pointerup', 'mouseup', 'click'], until = performance.now() + 1000 * within;
  let missed, gone;
  const guard = event => {{
    if (!event.isTrusted || performance.now() > until) return;
    missed ??= !event.composedPath().includes(target);
    if (!missed) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }};
  const leave = () => {{
    gone = new Promise(done => {{ for (const end of ['success', 'error']) navigation.addEventListener('navigate' + end, done, {{ once: true }}); }});
  }};
  for (const kind of kinds) addEventListener(kind, guard, {{ capture: true, passive: false }});
  navigation.addEventListener('navigate', leave);
  window[Symbol.for(mark)] = async () => {{
    await new Promise(done => {{ setTimeout(done); }});  // a form is sent in a turn of its own
    for (const kind of kinds) removeEventListener(kind, guard, {{ capture: true }});
    navigation.removeEventListener('navigate', leave);
    await gone;
    return missed === true;
  }};
  return point;
}}"""
_MISSED = "mark => window[Symbol.for(mark)]?.()"


class Mouse:
    """The mouse of one page. It stands in the page's own world, as the glance does."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._mark = secrets.token_hex(8)

    async def click(self, selector: str, within: float) -> bool:
        """Whether the first visible was clicked; where not, nothing was. A page that it leads to has come then, if it does within so many seconds.

        Raises TimeoutError of a page that does not take the mouse so soon, and what Playwright says of one that has gone.
        """
        point = await self._aim(selector, within)
        if point is None:
            return False
        async with asyncio.timeout(within):
            await self._page.mouse.click(*point)
        try:
            return await glance.ask(self._page, _MISSED, self._mark, within) is not True
        except browsers.Error:
            return True  # it led to another page

    async def _aim(self, selector: str, within: float) -> tuple[float, float] | None:
        try:
            told = await glance.ask(self._page, _AIM, [selector, self._mark, within])
        except browsers.Error:
            return (
                None  # a page that goes on to another: Playwright waits for it, and what ails it is told then
            )
        match told:
            case [int() | float() as x, int() | float() as y]:
                return x, y
        return None
