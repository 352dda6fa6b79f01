"""Every state of a mailbox and every form about one, in a real browser: axe, both languages, both themes, 390 and 1280 pixels."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from playwright.async_api import Browser, Page

from core import providers
from tests.web import looks, posted, world
from web import consents


@dataclass
class Museum:
    served: looks.Served
    #: Mailboxes by their state.
    boxes: dict[str, int]


@pytest.fixture(scope="module")
async def museum(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> AsyncIterator[Museum]:
    company = world.full(tmp_path_factory.mktemp("mail"))
    with company.database.write() as session:
        boxes = posted.unwell(session)
        by, desk = consents.Visitor(1, "browser", world.NOW), company.app.extensions["moisson"].desk
        for provider in ("google", "microsoft"):
            told = providers.PROVIDERS[provider]
            consents.register(session, desk, 1, told, client_id="ours", client_secret="canary", by=by)
    async with looks.serving(company, browser) as served:
        yield Museum(served, boxes)


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_every_state_of_a_mailbox_is_open_to_everybody(museum: Museum, language: str) -> None:
    context = await museum.served.context(language=language)
    page, faults = await context.new_page(), list[str]()
    for place in ("/", "/mailboxes", *(f"/mailboxes/{box}" for box in museum.boxes.values())):
        faults += await looks.faults_of(page, museum.served.address, place)
    await context.close()
    assert faults == []


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_a_colleague_sees_what_they_have_asked_for(museum: Museum, language: str) -> None:
    context = await museum.served.context(language=language, signed=False)
    cookie = world.sign_in_cookie(museum.served.company, "finance@firm.fr", language)
    await context.add_cookies([{"name": "moisson", "value": cookie, "url": museum.served.address}])
    page, faults = await context.new_page(), list[str]()
    asked = museum.boxes["asked"]
    for place in (
        f"/mailboxes/{asked}",
        "/mailboxes/new?address=asked@firm.fr",
        "/mailboxes/new?address=late@firm.fr",
    ):
        faults += await looks.faults_of(page, museum.served.address, place)
    await context.close()
    assert faults == []


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_what_follows_a_form_is_open_to_everybody(museum: Museum, language: str) -> None:
    """The way to the provider, a password that is missing, a rule that was tried, a server that is none."""
    context = await museum.served.context(language=language)
    page, at = await context.new_page(), museum.served.address
    faults = []
    await page.goto(f"{at}/mailboxes/{posted.ENDED}")
    await page.locator(f"[formaction='/mailboxes/{posted.ENDED}/renew']").click()
    faults += await _faults(page)
    await page.goto(f"{at}/mailboxes/{museum.boxes['needs_password']}")
    await page.locator("form[action$='/password'] input[name=password]").evaluate(
        "field => field.required = false"
    )
    await page.locator("form[action$='/password'] button").click()
    faults += await _faults(page)
    await page.goto(f"{at}/mailboxes/rules/new?subject=facture")
    await page.locator("[formaction='/mailboxes/rules/try']").click()
    faults += await _faults(page)
    await page.goto(f"{at}/mailboxes/new?address=nobody@firm.fr")
    await page.locator("#host").fill("no server/at all")
    await page.locator("[aria-labelledby=way-imap] button").click()
    faults += await _faults(page)
    await context.close()
    assert faults == []


async def _faults(page: Page) -> list[str]:
    """Of the page as it stands, in every look."""
    await page.wait_for_load_state("load")
    return [f"{page.url} {fault}" for fault in await looks.faults_in_every_look(page)]
