"""A list that only the portal's own page can ask for: the page is opened, and the JSON that it fetches is read as it passes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Any

from collectors.kit import asking, reading, signs
from collectors.kit.declared_lists import Lines
from collectors.kit.reply import Reply
from core import errors

if TYPE_CHECKING:
    from playwright.async_api import Response

    from collectors.kit.portal import Portal

#: Seconds for the page to fetch its list.
PATIENCE = 20.0


async def pages(
    portal: Portal, spec: Lines, values: Mapping[str, Any]
) -> AsyncIterator[tuple[reading.Page, bool]]:
    """Each page, and whether it is the last: with `click`, as long as there is something to click for more."""
    page = await portal.page()
    passing: asyncio.Queue[Response] = asyncio.Queue()

    def catch(response: Response) -> None:
        if signs.url_like(response.url, [spec.capture]):
            passing.put_nowait(response)

    page.on("response", catch)
    try:
        url, _, _ = await asking.filled(portal, spec.request, values)
        await portal.go(url, name="the list's page")
        last = False
        while not last:
            found = reading.page(spec, await _next(portal, passing))
            last = spec.paging.by == "none" or await portal.glimpse(spec.paging.next, within=2.0) is None
            yield found, last
            if not last:
                await portal.click(spec.paging.next, name="more of the list")
    finally:
        page.remove_listener("response", catch)


async def _next(portal: Portal, passing: asyncio.Queue[Response]) -> Reply:
    """The next answer that fits; a page that asks to sign in instead tells that the session is over."""
    try:
        async with asyncio.timeout(PATIENCE):
            response = await passing.get()
    except TimeoutError:
        if await portal.glimpse("input[type=password]", within=0.5) is not None:
            raise errors.SessionExpired(step="the list") from None
        raise await portal.lost("the list", "the list's own answer to pass") from None
    return Reply(response.status, response.url, await response.all_headers(), await response.body())
