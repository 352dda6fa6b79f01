"""How a page looks to axe: in every size, light and language we promise."""

from __future__ import annotations

import itertools
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, async_playwright, expect

from collectors.kit import browsers

#: Milliseconds that a browser may take on a busy machine: to begin, to load a page, to show a thing on it.
SOON = 60_000
expect.set_options(timeout=SOON)

AXE = next((Path(__file__).parent.parent / "web" / "vendor").glob("axe-*.min.js"))
#: Contexts for 390 and 1280 px, light and dark, French and English; the page's own policy would keep axe out.
EVERY: list[dict[str, Any]] = [
    {
        "viewport": {"width": width, "height": 900},
        "color_scheme": scheme,
        "locale": locale,
        "bypass_csp": True,
    }
    for width, scheme, locale in itertools.product((390, 1280), ("light", "dark"), ("fr-FR", "en-GB"))
]


@asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    """Ours, with its sandbox where the machine gives one."""
    async with async_playwright() as playwright:
        shell = await playwright.chromium.launch(
            executable_path=browsers.find(os.environ.get("MOISSON_BROWSER", "")),
            chromium_sandbox=os.environ.get("MOISSON_ALLOW_NO_SANDBOX") != "1",
            timeout=SOON,
        )
        yield shell
        await shell.close()


async def violations(page: Page) -> list[str]:
    await page.add_script_tag(path=AXE)
    return [found["id"] for found in await page.evaluate("axe.run().then((seen) => seen.violations)")]
