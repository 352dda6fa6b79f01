"""What can be seen of a page, asked in one question. It is for selectors that the browser reads by itself.

Playwright's own looks cost its whole script on each page, and ask one selector after another; they see to the rest.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from collectors.kit import browsers, troubles

if TYPE_CHECKING:
    from playwright.async_api import Page

#: Seconds. A page that does not answer so soon is left to Playwright, which waits.
ANSWER = 2.0

#: Of Playwright's additions the one that most pages of a refusal are known by. What it narrows down stands right before it.
_WORDS = re.compile(r"""(?<=[\w\])"'*-]):has-text\(("[^"]*"|'[^']*')\)$""")

#: Visible as Playwright means it: with a box, and not hidden. Open shadows, which Playwright looks into, keep their secrets here, and
#: `:scope` means another element to each of the two. What has no box of its own may show by its parts: Playwright can tell.
SEEING = """
  const shadowed = [...document.querySelectorAll('*')].some(each => each.shadowRoot);
  const reads = selector => !shadowed && !selector.includes(':scope') && CSS.supports(`selector(:is(${selector}))`);
  const boxless = each => getComputedStyle(each).display === 'contents';
  const seen = each => {
    const { width, height } = each.getBoundingClientRect();
    return width > 0 && height > 0 && each.checkVisibility({ visibilityProperty: true });
  };
  const first = selector => {
    const found = reads(selector) && [...document.querySelectorAll(selector)].find(each => seen(each) || boxless(each));
    return found && !boxless(found) ? found : null;
  };"""
_LOOK = f"""selectors => {{{SEEING}
  return selectors.map(selector => {{
    const found = reads(selector) ? [...document.querySelectorAll(selector)] : null;
    return found?.some(seen) || (!found || found.some(boxless) ? null : false);
  }});
}}"""
_FOCUS = f"""selector => {{{SEEING}
  const field = first(selector);
  if (!field?.focus) return false;
  field.focus();
  return document.hasFocus() && document.activeElement === field;
}}"""


class Glance:
    """The farm's own eyes in one page. They stand in the page's world, so what a page spoils for itself is asked of Playwright, which has a world apart."""

    def __init__(self, page: Page) -> None:
        self._page = page

    async def at(self, selectors: Sequence[str]) -> list[bool | None]:
        """Which of these are visible now; None where Playwright has to be asked. Raises as `ask` does."""
        bare = [_WORDS.sub("", each) for each in selectors]
        told = await ask(self._page, _LOOK, bare, ANSWER) if bare else None
        if not isinstance(told, list) or len(told) != len(selectors):
            return [None] * len(selectors)
        return [_sure(seen, each == part) for seen, each, part in zip(told, selectors, bare, strict=True)]

    async def focus(self, selector: str) -> bool:
        """Gives the first that is visible the keys; whether it has them. Raises as `ask` does."""
        return await ask(self._page, _FOCUS, selector, ANSWER) is True


async def ask(page: Page, question: str, about: object, within: float) -> object:
    """None of a page that is busy for so many seconds, that has spoilt the question, or that answers what nobody can read. Raises what Playwright says of a page that went on to another."""
    try:
        async with asyncio.timeout(within):
            told: object = await page.evaluate(question, about)
    except browsers.Error as err:
        if troubles.of(err).moved:
            raise
        return None
    except (TimeoutError, ValueError, OverflowError):
        return None
    return told


def _sure(seen: object, whole: bool) -> bool | None:
    """What is narrowed down by words can be ruled out without them, and no more."""
    return seen if isinstance(seen, bool) and (whole or not seen) else None
