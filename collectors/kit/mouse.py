"""A click on what a plain selector finds: it is aimed at, the mouse goes there, and the page is asked whether it got there.

Playwright's own click costs its whole script on each page. What is not there yet, not ready, covered, or moves away is left to it.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from typing import TYPE_CHECKING

from collectors.kit import browsers, glance

if TYPE_CHECKING:
    from playwright.async_api import Page

#: Seconds that the aim may take; a page that begins with it only in their second half leaves it.
AIM = 2.0

#: The middle of what is ready, at rest, in sight and uncovered; null of anything else.
_POINT = """target => {
  const moves = each => each.playState === 'running' && each.effect?.target?.contains(target);
  if (target.closest(':disabled, [aria-disabled=true]') || document.getAnimations().some(moves)) return null;
  const middle = () => [...target.getClientRects()].filter(({ width, height }) => width * height > 1)
    .map(({ x, y, width, height }) => [x + width / 2, y + height / 2])[0] ?? [-1, -1];
  const inside = ([x, y]) => x > 0 && y > 0 && x < innerWidth && y < innerHeight;
  if (!inside(middle())) target.scrollIntoView({ block: 'center', inline: 'center', behavior: 'instant' });
  const point = middle(), hit = inside(point) ? document.elementFromPoint(...point) : null;
  const control = hit?.closest('a[href], button, input, select, textarea') ?? null;
  const another = control !== target && target.contains(control);
  return target.contains(hit) && !another ? point : null;
}"""
#: What the mouse does elsewhere in this document is kept from it, until the mouse has clicked or the page is asked.
_GUARD = """target => {
  const kinds = ['pointerdown', 'mousedown', 'pointerup', 'mouseup', 'click'];
  let missed;
  const hear = event => {
    if (!event.isTrusted) return;
    missed ??= !event.composedPath().includes(target);
    if (missed) { event.preventDefault(); event.stopImmediatePropagation(); }
    if (event.type === 'click') end();
  };
  const end = () => { for (const kind of kinds) removeEventListener(kind, hear, { capture: true }); return missed === true; };
  for (const kind of kinds) addEventListener(kind, hear, { capture: true, passive: false });
  return end;
}"""
#: Notices a page that follows; when asked, waits until that has come or been given up. A form is sent in a turn of its own.
_FOLLOW = """() => {
  const { navigation } = window;
  let gone;
  const leave = ({ destination, downloadRequest }) => {
    if (downloadRequest !== null || !destination.url.startsWith('http')) return;
    gone = new Promise(done => { for (const end of ['success', 'error']) navigation.addEventListener('navigate' + end, done, { once: true }); });
  };
  navigation.addEventListener('navigate', leave);
  return async () => {
    await new Promise(done => { setTimeout(done); });
    navigation.removeEventListener('navigate', leave);
    if (!navigation.transition) await gone;
  };
}"""
_AIM = f"""([selector, mark, latest]) => {{{glance.SEEING}
  window[Symbol.for(mark)]?.();
  const target = Date.now() < latest ? first(selector) : null;
  const point = target && ({_POINT})(target);
  if (!point) return null;
  const followed = ({_FOLLOW})(), guarded = ({_GUARD})(target);
  window[Symbol.for(mark)] = async () => {{
    const missed = guarded();
    await followed();
    return missed;
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
        """Whether the first visible may have been clicked; where not, nothing was. A page that it leads to has taken its place then, if it does within so many seconds.

        Raises what Playwright says of a page that has gone.
        """
        point = await self._aim(selector)
        if point is None:
            return False
        try:
            async with asyncio.timeout(within):
                await self._page.mouse.click(*point)
        except TimeoutError:
            return True  # a busy page takes it later, and is guarded until then
        try:
            return await glance.ask(self._page, _MISSED, self._mark, within) is not True
        except browsers.Error:
            return True  # it led to another page

    async def _aim(self, selector: str) -> tuple[float, float] | None:
        """None also of a page that goes on to another: Playwright waits for that, and tells what ails it."""
        latest = 1000 * (time.time() + AIM / 2)
        try:
            told = await glance.ask(self._page, _AIM, [selector, self._mark, latest], AIM)
        except browsers.Error:
            return None
        match told:
            case [int() | float() as x, int() | float() as y]:
                return x, y
        return None
