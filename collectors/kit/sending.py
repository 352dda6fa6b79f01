"""What has left the pages of a sign-in: a secret that has been sent is never typed again, one that only stood typed may be."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from collectors.kit.declared_pages import PageState

if TYPE_CHECKING:
    from playwright.async_api import Page, Request

_Words = tuple[str, str, bytes | None, frozenset[tuple[str, str]]]

#: Seconds that a page may take to show what came back.
SHOWN = 0.3


class Sending:
    """Listens to one page from before its sign-in opens, so that it knows the beacons, to the last gesture."""

    def __init__(self, page: Page) -> None:
        #: Whether the last gesture made the page ask for anything that matters.
        self.answered = False
        self._typed: set[str] = set()
        self._sent: set[str] = set()
        self._sender: PageState | None = None
        self._pressed = False
        self._heard: set[_Words] = set()
        self._under_way: set[Request] = set()
        self._rested = 0.0
        page.on("request", self._listen)
        page.on("requestfinished", self._rest)
        page.on("requestfailed", self._rest)

    @property
    def settled(self) -> bool:
        """Whether what the last gesture asked for has come back and had time to show."""
        return self.answered and not self._under_way and time.monotonic() - self._rested > SHOWN

    async def rest(self, within: float) -> None:
        """Waits until what the last gesture asked for shows, for so many seconds at most: it may have asked for nothing."""
        end = time.monotonic() + within
        while not self.settled and time.monotonic() < end:  # noqa: ASYNC110 - a page at rest says nothing
            await asyncio.sleep(SHOWN / 3)

    def begin(self) -> None:
        """A page is about to be acted on. What it asked for before, and may wait for as long as it stands, is no answer to that."""
        self.answered = self._pressed = False
        self._under_way.clear()

    def type(self, state: PageState, field: str) -> None:
        """A secret stands typed now; the button of its own page sends it, or, if that has none, the next button anywhere."""
        self._typed.add(field)
        self._sender = state if any(act.verb in ("click", "press") for act in state.acts) else None

    def press(self, state: PageState) -> None:
        """A button is being pressed."""
        self.answered, self._pressed = False, self._sender in (None, state)

    def miss(self) -> None:
        """It was not reached."""
        self._pressed = False

    def has_sent(self, state: PageState) -> bool:
        """Whether acting on this page would send a secret a second time."""
        return any(act.field in self._sent for act in state.acts)

    def _listen(self, request: Request) -> None:
        """A page that opens, or anything but a GET. What was heard, word for word, before the secret was typed is a beacon."""
        opens, words = request.is_navigation_request(), _words(request)
        if not opens and (request.method == "GET" or words in self._heard):
            return
        self.answered = True
        self._under_way.add(request)
        if self._typed and (opens or self._pressed):
            self._sent |= self._typed
            self._typed.clear()
        elif not self._typed and words:
            self._heard.add(words)

    def _rest(self, request: Request) -> None:
        self._under_way.discard(request)
        self._rested = time.monotonic()


def _words(request: Request) -> _Words | None:
    """All that it says, but for the page that it comes from; None of a body that the browser does not show, such as a file's."""
    headers, body = dict(request.headers), request.post_data_buffer
    headers.pop("referer", None)
    if body is None and "content-type" in headers:
        return None
    return request.method, request.url, body, frozenset(headers.items())
