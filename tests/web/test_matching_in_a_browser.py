"""The match desk and the missing invoices in a real browser: open to everybody, in both languages, at every width."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.web import looks, paid, world


@pytest.fixture
async def served(tmp_path: Path, browser: Browser) -> AsyncIterator[looks.Served]:
    async with looks.serving(world.full(tmp_path), browser) as here:
        yield here


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_payments_and_what_is_missing_are_open_to_everybody(
    served: looks.Served, language: str
) -> None:
    places = paid.pages(paid.fill(served.company))
    context = await served.context(language=language)
    page = await context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(f"{page.url} {message.text}"))
    page.on("pageerror", lambda error: said.append(f"{page.url} {error}"))
    faults: list[str] = []
    for place in places:
        faults += await looks.faults_of(page, served.address, place)
        await page.set_viewport_size({"width": 320, "height": 844})
        faults += [f"{place} is wider than 320"] if await looks.overflows(page) else []
    await context.close()
    assert faults == []
    assert [one for one in said if "axe" not in one] == []
