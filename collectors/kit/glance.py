"""What can be seen of a page, asked in one question. It is for selectors that the browser reads by itself.

Playwright's own looks cost its whole script (345 kB) on each page, and ask one selector after another; they see to the rest.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from collectors.kit import browsers, troubles

if TYPE_CHECKING:
    from playwright.async_api import Page

#: Of Playwright's additions the one that most pages of a refusal are known by. What it narrows down must be there first.
_WORDS = re.compile(r""":has-text\(("[^"]*"|'[^']*')\)$""")

#: Visible as Playwright means it: with a box, and not hidden. It looks into shadows, which these selectors do not.
SEEN = """
  const shadows = () => [...document.querySelectorAll('*')].some(each => each.shadowRoot);
  const reads = selector => CSS.supports(`selector(:is(${selector}))`);
  const boxless = each => getComputedStyle(each).display === 'contents';
  const seen = each => {
    const { width, height } = each.getBoundingClientRect();
    return width > 0 && height > 0 && each.checkVisibility({ visibilityProperty: true });
  };"""
_LOOK = f"""selectors => {{{SEEN}
  const look = selector => {{
    const found = reads(selector) ? [...document.querySelectorAll(selector)] : null;
    return found?.some(seen) || (!found || found.some(boxless) ? null : false);
  }};
  const shadowed = shadows();
  return selectors.map(each => shadowed ? null : look(each));
}}"""


async def at(page: Page, selectors: Sequence[str]) -> list[bool | None]:
    """Which of these are visible now; None where Playwright has to be asked. Raises what it says of a page that went on to another."""
    if not selectors:
        return []
    bare = [_WORDS.sub("", each) for each in selectors]
    try:
        told: object = await page.evaluate(_LOOK, bare)
    except browsers.Error as err:
        if troubles.of(err).moved:
            raise
        told = None  # of its own scripts' making, or gone: Playwright says which
    if not isinstance(told, list) or len(told) != len(selectors):
        return [None] * len(selectors)
    return [_sure(seen, each == part) for seen, each, part in zip(told, selectors, bare, strict=True)]


def _sure(seen: object, whole: bool) -> bool | None:
    """What is narrowed down by words can be ruled out without them, and no more."""
    return seen if isinstance(seen, bool) and (whole or not seen) else None
