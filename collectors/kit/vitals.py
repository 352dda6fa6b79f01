"""How the page of a visit fares: what its last document answered, and whether it lives."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from email.utils import mktime_tz, parsedate_tz
from typing import TYPE_CHECKING

from collectors.kit import browsers, reply, troubles
from core import errors

if TYPE_CHECKING:
    from playwright.async_api import Page, Request, Response


class Vitals:
    """`fault` is what ails the portal as its last page shows, if anything; `crashed` that the page's process died.

    `refused` is the door's own list of what it did not let through, as `host:port`. `clock_off` is how many seconds the portal's
    clock is before ours, as its last page said it (RFC 9110 6.6.1), 0 when it said nothing.
    """

    def __init__(self, page: Page, refused: Sequence[str]) -> None:
        self.crashed = False
        self.fault: errors.MoissonError | None = None
        self.clock_off = 0.0
        self._page = page
        self._refused = refused
        page.on("response", self._answered)
        page.on("requestfailed", self._failed)
        page.on("crash", self._crash)

    def words(self, trouble: troubles.Trouble, step: str) -> errors.MoissonError | None:
        """The error that a trouble is, or None when the page simply is not as it was."""
        browser = self._page.context.browser
        # The trouble may come before the event that tells of it.
        if self.crashed or trouble.crashed or (trouble.gone and not (browser and browser.is_connected())):
            return errors.BrowserLost(step=step)
        if trouble.net:
            return troubles.of_network(trouble.net, self._refused, step)
        return self.fault

    def _answered(self, response: Response) -> None:
        if self._is_main(response.request):
            answer = reply.Reply(response.status, response.url, response.headers)
            self.fault = troubles.of_answer(answer, self._refused)
            self.clock_off = _off(response.headers)

    def _failed(self, request: Request) -> None:
        trouble = request.failure or ""
        if self._is_main(request) and "ERR_ABORTED" not in trouble:
            self.fault = troubles.of_network(trouble, self._refused, "")

    def _is_main(self, request: Request) -> bool:
        try:
            return request.is_navigation_request() and request.frame == self._page.main_frame
        except browsers.Error:
            return False  # a request without a frame is no page

    def _crash(self, _: Page) -> None:
        self.crashed = True


def _off(headers: Mapping[str, str]) -> float:
    """A page from a cache tells when it was put there."""
    told = parsedate_tz(headers.get("date", ""))
    return 0.0 if told is None or "age" in headers else mktime_tz(told) - time.time()
