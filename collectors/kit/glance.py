"""What can be seen of a page, asked in one question. It is for selectors that the browser reads by itself.

Playwright's own looks cost its whole script (345 kB) on each page, and ask one selector after another; they see to the rest.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from collectors.kit import browsers

if TYPE_CHECKING:
    from playwright.async_api import CDPSession, Frame, Page

#: Of Playwright's additions the one that most pages of a refusal are known by. What it narrows down stands right before it.
_WORDS = re.compile(r"""(?<=[\w\])"'*-]):has-text\(("[^"]*"|'[^']*')\)$""")

#: Visible as Playwright means it: with a box, and not hidden. Open shadows, which Playwright looks into, keep their secrets here, and
#: `:scope` means another element to each of the two.
_EYES = """
  const shadowed = [...document.querySelectorAll('*')].some(each => each.shadowRoot);
  const reads = selector => !shadowed && !selector.includes(':scope') && CSS.supports(`selector(:is(${selector}))`);
  const boxless = each => getComputedStyle(each).display === 'contents';
  const seen = each => {
    const { width, height } = each.getBoundingClientRect();
    return width > 0 && height > 0 && each.checkVisibility({ visibilityProperty: true });
  };"""
_LOOK = f"""selectors => {{{_EYES}
  return selectors.map(selector => {{
    const found = reads(selector) ? [...document.querySelectorAll(selector)] : null;
    return found?.some(seen) || (!found || found.some(boxless) ? null : false);
  }});
}}"""
_FOCUS = f"""selector => {{{_EYES}
  const first = reads(selector) && [...document.querySelectorAll(selector)].find(seen);
  if (!first?.focus) return false;
  first.focus();
  return document.hasFocus() && document.activeElement === first;
}}"""


class Glance:
    """The farm's eyes in one page, by a session of its own with the browser. They stand in a world apart: the page's scripts neither notice a look nor change what it says."""

    def __init__(self, page: Page, session: CDPSession | None) -> None:
        self._session = session
        self._frame = ""
        self._world: int | None = None
        page.on("framenavigated", self._leave)

    async def at(self, selectors: Sequence[str]) -> list[bool | None]:
        """Which of these are visible now; None where Playwright has to be asked."""
        bare = [_WORDS.sub("", each) for each in selectors]
        told = await self._ask(_LOOK, bare) if bare else None
        if told is None:
            return [None] * len(selectors)
        return [_sure(seen, each == part) for seen, each, part in zip(told, selectors, bare, strict=True)]

    async def focus(self, selector: str) -> bool:
        """Gives the first that is visible the keys; whether it has them."""
        return await self._ask(_FOCUS, selector) is True

    async def _ask(self, question: str, about: object) -> Any:
        """None when the page cannot say; one that goes on to another meanwhile is asked anew."""
        asked = {"expression": f"({question})({json.dumps(about)})", "returnByValue": True}
        for session in [self._session] * 2 if self._session else []:
            try:
                world = self._world or await self._apart(session)
                told = await session.send("Runtime.evaluate", {**asked, "contextId": world})
                return told["result"].get("value")
            except browsers.Error:
                self._world, self._frame = None, ""
        return None

    async def _apart(self, session: CDPSession) -> int:
        """The page's world for us, which is made once: a name stands for one."""
        self._frame = self._frame or (await session.send("Page.getFrameTree"))["frameTree"]["frame"]["id"]
        made = await session.send(
            "Page.createIsolatedWorld", {"frameId": self._frame, "worldName": "moisson"}
        )
        self._world = int(made["executionContextId"])
        return self._world

    def _leave(self, frame: Frame) -> None:
        """The page went on: its numbers mean nothing any more."""
        if frame.parent_frame is None:
            self._world = None


def _sure(seen: bool | None, whole: bool) -> bool | None:
    """What is narrowed down by words can be ruled out without them, and no more."""
    return seen if whole or not seen else None
