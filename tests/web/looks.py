"""How the pages of a company look in a browser: to axe, at every width and in both themes, and to the eye that scrolls."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from playwright.async_api import Browser, BrowserContext, Page
from werkzeug.serving import make_server

from tests.core.payments import written
from tests.demo import looks
from tests.web import banked, papers, posted, world

AXE = (Path(__file__).parent / "vendor" / "axe-4.14.1.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDTHS = (390, 1280)
#: What axe looks at in colours; all else it sees in the light as in the dark, while nothing moves.
COLOURS = ["color-contrast", "link-in-text-block"]
#: Every element: where it stands, and whether it is seen.
DRAWN = """() => JSON.stringify([...document.querySelectorAll("*")].map((one) => {
    const box = one.getBoundingClientRect(), style = getComputedStyle(one);
    return [one.tagName, box.x, box.y, box.width, box.height, style.visibility, style.opacity];
}))"""
#: Accounts whose portals ask something, in every way that a page shows differently.
QUESTIONS = ("asks_code", "asks_approval", "asks_link", "needs_code", "needs_consent")
#: What a page says that is not there is a page too.
NOWHERE = "/nowhere"


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
        context.set_default_timeout(looks.SOON)
        if signed:
            cookie = world.sign_in_cookie(self.company, language=language)
            await context.add_cookies([{"name": "moisson", "value": cookie, "url": self.address}])
        return context


@asynccontextmanager
async def serving(company: world.World, browser: Browser) -> AsyncIterator[Served]:
    server = make_server("127.0.0.1", 0, company.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Served(company, f"http://127.0.0.1:{server.port}", browser)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


async def faults_of(page: Page, address: str, place: str) -> list[str]:
    """What is wrong with one page: that it does not answer, what axe says of it in every look, that it scrolls sideways."""
    answer = await page.goto(address + place)
    assert answer
    faults = [] if answer.ok == (place != NOWHERE) else [f"{place} answers {answer.status}"]
    return faults + [f"{place} {fault}" for fault in await faults_in_every_look(page)]


async def faults_in_every_look(page: Page) -> list[str]:
    """Of a page as it stands."""
    faults: list[str] = []
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": 844})
        faults += [f"{width} {fault}" for fault in await faults_in_both_lights(page)]
    return faults


async def faults_in_both_lights(page: Page) -> list[str]:
    """Every rule in the light; in the dark those of colours, and every rule again where more than colours changed."""
    await _light(page, "light")
    faults, drawn = await _faults(page, RULES), await page.evaluate(DRAWN)
    await _light(page, "dark")
    same = drawn == await page.evaluate(DRAWN)
    dark = await _faults(page, COLOURS if same else RULES)
    return [*(f"light {fault}" for fault in faults), *(f"dark {fault}" for fault in dark)]


async def _faults(page: Page, rules: list[str]) -> list[str]:
    wide = ["it is wider than the window"] if await overflows(page) else []
    return await violations(page, rules) + wide


async def _light(page: Page, theme: Literal["light", "dark"]) -> None:
    # Colours that fade would be judged half-way.
    await page.emulate_media(color_scheme=theme, reduced_motion="reduce")


async def violations(page: Page, rules: list[str] = RULES) -> list[str]:
    await page.wait_for_load_state()
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE)
    seen = await page.evaluate(f"axe.run({{runOnly: {rules}, resultTypes: ['violations']}})")
    return [f"{v['id']}: {v['nodes'][0]['html'][:160]}" for v in seen["violations"]]


async def overflows(page: Page) -> bool:
    return bool(
        await page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    )


def pages(company: world.World) -> Iterable[str]:
    """Every page of the farm, in each of its forms."""
    return (
        *_suppliers(),
        *_accounts(company),
        *_visits(company),
        *_invoices(),
        *_payments(company),
        *_mailboxes(),
        "/system",
        "/help",
        NOWHERE,
    )


def _suppliers() -> tuple[str, ...]:
    return (
        "/",
        "/suppliers",
        "/suppliers?q=nothing",
        "/suppliers/nimbus",
        "/suppliers/ask?name=Zorglub",
        "/suppliers/asked/veolia",
        "/suppliers/mandarine/diagnosis",
        "/suppliers/nimbus/diagnosis",
        "/suppliers/nimbus/new",
        "/suppliers/upload/new",
    )


def _accounts(company: world.World) -> tuple[str, ...]:
    of = company.accounts
    return (
        f"/accounts/{of['ok']}",
        f"/accounts/{of['ok']}/baseline",
        f"/accounts/{of['ok']}/settings",
        f"/accounts/{of['ok']}/arrivals",
        f"/accounts/{of['brought']}/arrivals",
        f"/accounts/{of['brought']}",
        f"/accounts/{of['ok']}/delete",
        f"/accounts/{of['needs_password']}/credentials",
        f"/accounts/{of['never_run']}/test",
        f"/accounts/{of['asks_code']}",
    )


def _visits(company: world.World) -> tuple[str, ...]:
    runs = ("ok", "portal_changed", "trial", "asks_code")
    return (
        *(f"/runs/{company.last_run(name)}" for name in runs),
        *(f"/challenges/{company.question(name)}" for name in QUESTIONS),
        "/codes",
        f"/c/{world.LINK}",
    )


def _payments(company: world.World) -> tuple[str, ...]:
    twins = [*written.LINES, *[written.LINES[0]] * 2]
    damaged = written.french_csv(twins).replace(b"1 200,00", b"beaucoup")
    return (
        "/exports",
        "/exports?month=2026-11",
        "/exports/accounts",
        "/payments",
        "/payments?q=nothing&amount=46,9x",
        "/payments/import",
        f"/payments/import/{banked.address(company, damaged)}?name=octobre.csv",
        f"/payments/import/{banked.address(company, written.camt(written.LINES))}?name=octobre.xml",
        "/payments/batches",
        "/payments/batches/1",
        "/payments/accounts",
        "/tokens",
    )


def _mailboxes() -> tuple[str, ...]:
    return (
        "/mailboxes",
        "/mailboxes/new",
        "/mailboxes/new?address=no",
        "/mailboxes/new?address=achats@gmail.com",
        "/mailboxes/new?address=achats@orange.fr&role=ar",
        "/mailboxes/new?address=AP@firm.fr",
        "/mailboxes/apps/google",
        "/mailboxes/apps/microsoft",
        *(f"/mailboxes/{one}" for one in (posted.IN_ORDER, posted.ENDED, posted.SCANNING, posted.WAITING)),
        f"/mailboxes/{posted.IN_ORDER}/remove",
        "/mailboxes/addresses",
        "/mailboxes/settings",
        "/mailboxes/rules",
        "/mailboxes/rules/new?subject=facture",
        f"/mailboxes/rules/{posted.RULE}",
        "/mailboxes/messages",
        "/mailboxes/messages?q=nothing&verdict=skipped",
    )


def _invoices() -> tuple[str, ...]:
    return (
        "/invoices",
        "/invoices?state=waiting&amount=46,9x",
        "/invoices/2",
        "/invoices/3",
        "/review",
        "/review?supplier=nimbus&amount=x",
        "/review/2",
        "/review/5?did=1",
        f"/review/{papers.TWO_PAGES}?page=2",
        f"/review/{papers.DATA_ONLY}",
        "/review/1",
        f"/review/{papers.TWIN}/beside/2",
        "/review/5/teach?at-total=1+500+300+540+310",
        "/review/5/teach?field=total",
        "/lessons/1",
    )
