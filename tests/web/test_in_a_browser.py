"""The pages in a real browser: axe on every page × language × theme × width, nothing from elsewhere, no script needed."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Request, expect

from tests.web import looks, world


@pytest.fixture(scope="module")
async def served(museum: world.World, browser: Browser) -> AsyncIterator[looks.Served]:
    async with looks.serving(museum, browser) as here:
        yield here


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_every_page_is_open_to_everybody(served: looks.Served, language: str) -> None:
    context = await served.context(language=language)
    page = await context.new_page()
    faults: list[str] = []
    for place in looks.pages(served.company):
        faults += await looks.faults_of(page, served.address, place)
    await context.clear_cookies()
    faults += await looks.faults_of(page, served.address, "/login")
    await context.close()
    assert faults == []


async def test_axe_would_find_a_fault(served: looks.Served) -> None:
    context = await served.context()
    page = await context.new_page()
    await page.goto(served.address + "/")
    await page.evaluate("document.documentElement.removeAttribute('lang')")
    assert any(fault.startswith("html-has-lang") for fault in await looks.violations(page))
    await context.close()


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        ("h1 { color: #1a1c20 !important }", "dark color-contrast"),
        ("h1 { width: 200vw }", "dark it is wider"),
        ("#unnamed { display: block !important }", "dark button-name"),
    ],
)
async def test_what_is_wrong_in_the_dark_only_would_be_found(
    served: looks.Served, rule: str, fault: str
) -> None:
    context = await served.context()
    page = await context.new_page()
    await page.goto(served.address + "/help")
    await page.evaluate(
        """rule => {
            document.querySelector("main").append(Object.assign(document.createElement("button"), {id: "unnamed"}));
            const sheet = new CSSStyleSheet();
            sheet.replaceSync(`#unnamed { display: none } @media (prefers-color-scheme: dark) { ${rule} }`);
            document.adoptedStyleSheets = [sheet];
        }""",
        rule,
    )
    found = await looks.faults_in_both_lights(page)
    await context.close()
    assert [one for one in found if one.startswith(fault)]
    assert not [one for one in found if one.startswith("light")]


async def test_a_page_that_does_not_answer_would_be_found(served: looks.Served) -> None:
    context = await served.context()
    page = await context.new_page()
    assert "/accounts/999 answers 404" in await looks.faults_of(page, served.address, "/accounts/999")
    await context.close()


async def test_at_320_pixels_nothing_scrolls_sideways(served: looks.Served) -> None:
    context = await served.context(width=320)
    page = await context.new_page()
    wide = []
    for place in looks.pages(served.company):
        await page.goto(served.address + place)
        wide += [place] if await looks.overflows(page) else []
    await context.close()
    assert wide == []


async def test_no_page_asks_another_site_breaks_the_policy_or_errs(served: looks.Served) -> None:
    context = await served.context()
    page = await context.new_page()
    asked: set[str] = set()
    said: list[str] = []
    page.on("request", lambda request: asked.add(request.url.split("/")[2]))
    page.on("console", lambda message: said.append(f"{page.url} {message.text}"))
    page.on("pageerror", lambda error: said.append(f"{page.url} {error}"))
    for place in looks.pages(served.company):
        if place == looks.NOWHERE:
            continue
        await page.goto(served.address + place)
        await page.wait_for_load_state("load")
    await context.close()
    assert asked == {served.address.removeprefix("http://")}
    assert said == []


async def test_the_first_view_is_light(served: looks.Served) -> None:
    context = await served.context()
    page = await context.new_page()
    asked: list[Request] = []
    page.on("requestfinished", lambda request: asked.append(request))
    await page.goto(served.address + "/")
    await page.wait_for_load_state("networkidle")
    sizes = {request.url.split("?")[0]: (await request.sizes())["responseBodySize"] for request in asked}
    await context.close()
    assert len(sizes) >= 5
    assert sum(sizes.values()) <= 150_000
    assert sum(size for url, size in sizes.items() if url.endswith(".js")) <= 60_000


async def test_a_page_under_a_person_s_eyes_refreshes_itself_and_a_menu_stays_open(
    served: looks.Served,
) -> None:
    context = await served.context()
    page = await context.new_page()
    await page.goto(served.address + "/")
    async with page.expect_response(lambda r: r.request.headers.get("hx-request") == "true") as refreshed:
        pass
    assert (await refreshed.value).status == 200
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    await expect(page.locator("#live")).to_have_count(1)
    await expect(page.locator(".rows > li")).to_have_count(len(served.company.accounts))
    await context.close()


async def test_each_new_page_puts_the_focus_where_reading_begins(served: looks.Served) -> None:
    context = await served.context()
    page = await context.new_page()
    for place, tag in (
        ("/", "h1"),
        ("/invoices", "h1"),
        ("/suppliers", "input"),
        ("/login", "h1"),
        ("/help", "h1"),
    ):
        await page.goto(served.address + place)
        await expect(page.locator(f"{tag}:focus"), place).to_have_count(1)
    await context.close()


async def test_from_setup_to_a_stored_account_in_four_clicks_without_any_script(
    tmp_path: Path, browser: Browser
) -> None:
    async with looks.serving(world.empty(tmp_path), browser) as served:
        context = await served.context(signed=False, java_script_enabled=False)
        page = await context.new_page()
        await page.goto(f"{served.address}/setup?token={world.SETUP_TOKEN}")
        await page.get_by_label("Adresse e-mail").fill("anna@firm.fr")
        await page.get_by_label("Phrase de passe").fill(world.PASSWORD)
        await page.get_by_role("button", name="Créer").click()
        await page.get_by_role("link", name="Mandarine Télécom").click()
        await page.get_by_role("checkbox").check()
        await page.get_by_label("Identifiant").fill("jeanne@firm.fr")
        await page.get_by_label("Mot de passe").fill("secret")
        await page.get_by_role("button", name="Tester et enregistrer").click()
        await page.get_by_role("heading", name="Premier essai : Mandarine Télécom").wait_for()
        assert page.url.endswith("/accounts/1/test")
        await context.close()


async def test_the_terms_that_were_not_ticked_get_the_focus_and_the_error(served: looks.Served) -> None:
    context = await served.context()
    page = await context.new_page()
    await page.goto(served.address + "/suppliers/mandarine/new")
    await page.get_by_label("Identifiant").fill("jeanne@firm.fr")
    await page.get_by_label("Mot de passe").fill("secret")
    await page.get_by_role("button", name="Tester et enregistrer").click()
    box = page.get_by_role("checkbox")
    await expect(box).to_have_attribute("aria-describedby", re.compile("wrong-terms"))
    await expect(box).to_be_focused()
    await expect(page.get_by_label("Identifiant")).to_have_value("jeanne@firm.fr")
    await expect(page.get_by_label("Mot de passe")).to_have_value("")
    await context.close()


async def test_a_shown_password_is_hidden_again(served: looks.Served) -> None:
    context = await served.context(language="en")
    page = await context.new_page()
    await page.goto(served.address + "/suppliers/mandarine/new")
    field = page.locator("#field-password")
    await expect(field).to_have_attribute("autocomplete", "new-password")
    await page.get_by_role("button", name="Show").click()
    await expect(field).to_have_attribute("type", "text")
    await page.get_by_role("button", name="Hide").click()
    await expect(field).to_have_attribute("type", "password")
    await context.close()
