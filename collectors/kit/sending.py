"""What has left the pages of a sign-in: a secret that has been sent is never typed again, one that only stood typed may be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collectors.kit.declared_pages import PageState

if TYPE_CHECKING:
    from playwright.async_api import Page, Request


class Sending:
    """Listens to one page from the first gesture to the last."""

    def __init__(self, page: Page) -> None:
        #: Whether the last gesture made the page ask for anything that matters.
        self.answered = False
        self._typed: set[str] = set()
        self._sent: set[str] = set()
        self._sender: PageState | None = None
        self._pressed = False
        self._heard: set[tuple[str, str, bytes | None]] = set()
        page.on("request", self._listen)

    def begin(self) -> None:
        """A page is about to be acted on."""
        self.answered = self._pressed = False

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
        return any(act.verb == "fill" and act.field in self._sent for act in state.acts)

    def _listen(self, request: Request) -> None:
        """A page that opens, or anything but a GET. What was heard, word for word, before the secret was typed is a beacon."""
        asked = (request.method, request.url, request.post_data_buffer)
        opens = request.is_navigation_request()
        if not opens and (request.method == "GET" or asked in self._heard):
            return
        self.answered = True
        if not self._typed:
            self._heard.add(asked)
        elif opens or self._pressed:
            self._sent |= self._typed
            self._typed.clear()
