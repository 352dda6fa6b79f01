"""The pages in a real browser: axe on every page × language × theme × width, nothing from elsewhere, no script needed."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.async_api import Browser, BrowserContext, Page, Request, async_playwright
from werkzeug.serving import make_server

from collectors.kit import browsers
from tests.web import world

AXE = (Path(__file__).parent / "vendor" / "axe-4.14.1.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOOKS: list[tuple[Literal["light", "dark"], int]] = [
    ("light", 390),
    ("light", 1280),
    ("dark", 390),
    ("dark", 1280),
]
#: Accounts whose portals ask something, in every way that a page shows differently.
QUESTIONS = ("asks_code", "asks_approval", "asks_link", "needs_code", "needs_consent")


@dataclass
class Served:
    """A company behind a real port, and a browser to look at it."""

    company: world.World
    address: str
    browser: Browser

    async def context(
        self,
        *,
        language: str = "fr",
        theme: str = "light",
        width: int = 1280,
        signed: bool = True,
        **more: Any,
    ) -> BrowserContext:
        scheme: Any = theme
        context = await self.browser.new_context(
            viewport={"width": width, "height": 844}, color_scheme=scheme, locale=f"{language}-FR", **more
        )
        if signed:
            cookie = world.sign_in_cookie(self.company, language=language)
            await context.add_cookies([{"name": "moisson", "value": cookie, "url": self.address}])
        return context


@asynccontextmanager
async def _serving(company: world.World, browser: Browser) -> AsyncIterator[Served]:
    server = make_server("127.0.0.1", 0, company.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Served(company, f"http://127.0.0.1:{server.port}", browser)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        path = os.environ.get("MOISSON_BROWSER") or shutil.which("chromium-headless-shell") or browsers.find()
        started = await playwright.chromium.launch(executable_path=path, chromium_sandbox=False)
        yield started
        await started.close()


@pytest.fixture(scope="module")
async def served(museum: world.World, browser: Browser) -> AsyncIterator[Served]:
    async with _serving(museum, browser) as here:
        yield here


def _pages(company: world.World) -> list[str]:
    of, runs = company.accounts, company.last_run
    return [
        "/",
        "/suppliers",
        "/suppliers?q=nothing",
        "/suppliers/nimbus",
        "/suppliers/ask?name=Zorglub",
        "/suppliers/asked/veolia",
        "/suppliers/mandarine/diagnosis",
        "/suppliers/nimbus/diagnosis",
        "/suppliers/nimbus/new",
        f"/accounts/{of['ok']}",
        f"/accounts/{of['ok']}/baseline",
        f"/accounts/{of['ok']}/settings",
        f"/accounts/{of['ok']}/arrivals",
        f"/accounts/{of['brought']}/arrivals",
        f"/accounts/{of['brought']}",
        "/suppliers/upload/new",
        f"/accounts/{of['ok']}/delete",
        f"/accounts/{of['needs_password']}/credentials",
        f"/accounts/{of['never_run']}/test",
        f"/runs/{runs('ok')}",
        f"/runs/{runs('portal_changed')}",
        f"/runs/{runs('trial')}",
        *(f"/challenges/{company.question(name)}" for name in QUESTIONS),
        f"/accounts/{of['asks_code']}",
        f"/runs/{runs('asks_code')}",
        "/codes",
        f"/c/{world.LINK}",
        "/invoices",
        "/invoices?state=waiting&amount=46,9x",
        "/invoices/2",
        "/invoices/3",
        "/review",
        "/review?supplier=nimbus&amount=x",
        "/review/2",
        "/review/5?did=1",
        f"/review/{world.TWO_PAGES}?page=2",
        f"/review/{world.DATA_ONLY}",
        "/review/1",
        f"/review/{world.TWIN}/beside/2",
        "/review/5/teach?at-total=1+500+300+540+310",
        "/review/5/teach?field=total",
        "/lessons/1",
        "/system",
        "/help",
        "/nowhere",
    ]


async def _faults(page: Page) -> list[str]:
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE)
    seen = await page.evaluate(f"axe.run({{runOnly: {RULES}, resultTypes: ['violations']}})")
    return [f"{v['id']}: {v['nodes'][0]['html'][:160]}" for v in seen["violations"]]


async def _overflows(page: Page) -> bool:
    return bool(
        await page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    )


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_every_page_is_open_to_everybody(served: Served, language: str) -> None:
    context = await served.context(language=language)
    page = await context.new_page()
    faults: list[str] = []
    for place in [*_pages(served.company), "/login"]:
        if place == "/login":
            await context.clear_cookies()
        await page.goto(served.address + place)
        for theme, width in LOOKS:
            # Colours that fade would be judged half-way.
            await page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            await page.set_viewport_size({"width": width, "height": 844})
            faults += [f"{place} {theme} {width} {fault}" for fault in await _faults(page)]
            faults += [f"{place} is wider than {width}"] if await _overflows(page) else []
    await context.close()
    assert faults == []


async def test_axe_would_find_a_fault(served: Served) -> None:
    context = await served.context()
    page = await context.new_page()
    await page.goto(served.address + "/")
    await page.evaluate("document.documentElement.removeAttribute('lang')")
    assert any(fault.startswith("html-has-lang") for fault in await _faults(page))
    await context.close()


async def test_at_320_pixels_nothing_scrolls_sideways(served: Served) -> None:
    context = await served.context(width=320)
    page = await context.new_page()
    wide = []
    for place in _pages(served.company):
        await page.goto(served.address + place)
        wide += [place] if await _overflows(page) else []
    await context.close()
    assert wide == []


async def test_no_page_asks_another_site_breaks_the_policy_or_errs(served: Served) -> None:
    context = await served.context()
    page = await context.new_page()
    asked: set[str] = set()
    said: list[str] = []
    page.on("request", lambda request: asked.add(request.url.split("/")[2]))
    page.on("console", lambda message: said.append(f"{page.url} {message.text}"))
    page.on("pageerror", lambda error: said.append(f"{page.url} {error}"))
    for place in _pages(served.company)[:-1]:
        await page.goto(served.address + place)
        await page.wait_for_load_state("load")
    await context.close()
    assert asked == {served.address.removeprefix("http://")}
    assert said == []


async def test_the_first_view_is_light(served: Served) -> None:
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


async def test_a_page_under_a_person_s_eyes_refreshes_itself_and_a_menu_stays_open(served: Served) -> None:
    context = await served.context()
    page = await context.new_page()
    await page.goto(served.address + "/")
    async with page.expect_response(lambda r: r.request.headers.get("hx-request") == "true") as refreshed:
        pass
    assert (await refreshed.value).status == 200
    await page.get_by_role("heading", level=1).wait_for()
    assert await page.locator("#live").count() == 1
    assert await page.locator(".rows > li").count() == len(served.company.accounts)
    await context.close()


async def test_each_new_page_puts_the_focus_where_reading_begins(served: Served) -> None:
    context = await served.context()
    page = await context.new_page()
    for place, tag in (
        ("/", "H1"),
        ("/invoices", "H1"),
        ("/suppliers", "INPUT"),
        ("/login", "H1"),
        ("/help", "H1"),
    ):
        await page.goto(served.address + place)
        assert await page.evaluate("document.activeElement.tagName") == tag, place
    await context.close()


async def test_from_setup_to_a_stored_account_in_four_clicks_without_any_script(
    tmp_path: Path, browser: Browser
) -> None:
    async with _serving(world.empty(tmp_path), browser) as served:
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


async def test_the_terms_that_were_not_ticked_get_the_focus_and_the_error(served: Served) -> None:
    context = await served.context()
    page = await context.new_page()
    await page.goto(served.address + "/suppliers/mandarine/new")
    await page.get_by_label("Identifiant").fill("jeanne@firm.fr")
    await page.get_by_label("Mot de passe").fill("secret")
    await page.get_by_role("button", name="Tester et enregistrer").click()
    box = page.get_by_role("checkbox")
    assert await box.evaluate("el => el === document.activeElement")
    assert "wrong-terms" in (await box.get_attribute("aria-describedby") or "")
    assert await page.get_by_label("Identifiant").input_value() == "jeanne@firm.fr"
    assert await page.get_by_label("Mot de passe").input_value() == ""
    await context.close()


async def test_a_shown_password_is_hidden_again(served: Served) -> None:
    context = await served.context(language="en")
    page = await context.new_page()
    await page.goto(served.address + "/suppliers/mandarine/new")
    field = page.locator("#field-password")
    assert await field.get_attribute("autocomplete") == "new-password"
    await page.get_by_role("button", name="Show").click()
    assert await field.get_attribute("type") == "text"
    await page.get_by_role("button", name="Hide").click()
    assert await field.get_attribute("type") == "password"
    await context.close()
