"""A page that somebody sent, as a PDF: in the farm's browser, with no road out."""

from __future__ import annotations

from collectors.kit.browsers import Browsers, Error
from collectors.kit.chromium import Passage
from core import errors

#: Milliseconds in which a page without pictures or scripts is there.
PATIENCE = 15_000


async def on_paper(browsers: Browsers, passage: Passage, html: str) -> bytes:
    """A4. `passage` leads nowhere: what the page asks for is not fetched. Raises PortalDown when it does not come out."""
    try:
        async with browsers.context(passage, state=None, user_agent=None) as context:
            page = await context.new_page()
            await page.set_content(html, wait_until="load", timeout=PATIENCE)
            return await page.pdf(format="A4", print_background=True)
    except Error as err:
        raise errors.PortalDown("the page could not be printed") from err
