"""A click in three messages: it reaches what it is for, or nothing; what is not simple is left to Playwright."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page, Route

from collectors.kit import mouse
from collectors.kit.browsers import Browsers
from collectors.kit.door import Door

#: What the page hears of the mouse, on whom; and that it was released, which the page's very first listener always hears.
HEARD = """<script>
const heard = [];
addEventListener('pointerup', () => { window.released = true; }, { capture: true });
for (const kind of ['mousedown', 'mouseup', 'click']) addEventListener(kind, event => heard.push([kind, event.target.id, event.isTrusted]));
</script>"""
GO = "<button id=go>OK</button>"
WHOLE = [["mousedown", "go", True], ["mouseup", "go", True], ["click", "go", True]]
#: For two seconds.
BUSY = "for (const end = Date.now() + 2000; Date.now() < end;);"
#: The mouse comes over the button before it presses it.
ON_THE_WAY = "<script>addEventListener('mousemove', () => {{ {} }}, {{ once: true }})</script>"


class TestWhatIsReady:
    @pytest.mark.parametrize(
        "page",
        [
            GO,
            f"<p style='height: 5000px'></p>{GO}",
            f"<p style='height: 3000px; width: 4000px'></p><div style='padding-left: 3000px'>{GO}</div>",
            f"<style>html {{ scroll-behavior: smooth }}</style><p style='height: 5000px'></p>{GO}",
            f"<button class=other hidden>Non</button>{GO.replace('id', 'class=other id')}",
        ],
    )
    async def test_it_is_clicked_once(self, door: Door, browsers: Browsers, page: str) -> None:
        async with _page(door, browsers, page) as (at, hand):
            assert await hand.click("#go, .other", 5)
            assert await at.heard() == WHOLE

    async def test_what_lies_in_it_may_take_the_mouse(self, door: Door, browsers: Browsers) -> None:
        async with _page(door, browsers, "<button id=go><b id=word>OK</b></button>") as (at, hand):
            assert await hand.click("#go", 5)
            assert await at.heard() == [[kind, "word", True] for kind, _, _ in WHOLE]

    async def test_a_label_ticks_its_box(self, door: Door, browsers: Browsers) -> None:
        async with _page(door, browsers, "<input type=checkbox id=box><label id=go for=box>OK</label>") as (
            at,
            hand,
        ):
            assert await hand.click("#go", 5)
            assert await at.page.locator("#box").is_checked()


class TestWhatIsNotReady:
    @pytest.mark.parametrize(
        "page",
        [
            "<p>Rien</p>",
            "<button id=go disabled>OK</button>",
            "<fieldset disabled><button id=go>OK</button></fieldset>",
            "<div aria-disabled=true><a id=go href='#x'>OK</a></div>",
            f"<div inert>{GO}</div>",
            f"{GO}<div id=veil style='position: fixed; inset: 0'></div>",
            f"<style>#go {{ pointer-events: none }}</style>{GO}",
            f"<style>#go {{ position: fixed; top: -400px }}</style>{GO}",
            f"{GO}<div id=host></div><script>host.attachShadow({{ mode: 'open' }})</script>",
            "<label id=go><input type=checkbox> J’ai lu et <a href='#cgu'>les conditions générales</a> aussi</label>",
            f"<style>@keyframes in {{ from {{ transform: translateX(9px) }} }} #go {{ animation: in 60s }}</style>{GO}",
            "<button id=go style='display: contents'>OK</button><button id=go class=second>Non</button>",
        ],
    )
    async def test_it_is_left_alone(self, door: Door, browsers: Browsers, page: str) -> None:
        async with _page(door, browsers, page) as (at, hand):
            assert not await hand.click("#go", 5)
            assert await at.heard() == []

    @pytest.mark.parametrize(
        "spoilt",
        [
            "document.elementFromPoint = () => null",
            "var navigation = {}",
            "window.navigation.addEventListener = null",
            "Array.prototype.map = () => ['here', 'there']",
        ],
    )
    async def test_what_a_page_spoils_is_left_to_playwright(
        self, door: Door, browsers: Browsers, spoilt: str
    ) -> None:
        anew = ON_THE_WAY.format("go.replaceWith(go.cloneNode(true))")
        async with _page(door, browsers, f"{GO}{anew}<script>{spoilt}</script>") as (at, hand):
            assert not await hand.click("#go", 5)
            await at.page.locator("#go").click()
            assert await at.heard() == WHOLE

    async def test_an_aim_that_is_given_up_is_not_taken_later(
        self, door: Door, browsers: Browsers, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(mouse, "AIM", 0.4)
        anew = ON_THE_WAY.format("go.replaceWith(go.cloneNode(true))")
        async with _page(door, browsers, GO + anew) as (at, hand):
            await at.page.evaluate(f"() => {{ setTimeout(() => {{ {BUSY} window.free = true; }}) }}")
            assert not await hand.click("#go", 5)
            await at.page.wait_for_function("window.free")
            await at.page.locator("#go").click()
            assert await at.heard() == WHOLE

    async def test_what_only_playwright_reads_is_left_to_it(self, door: Door, browsers: Browsers) -> None:
        async with _page(door, browsers, GO) as (at, hand):
            assert not await hand.click("text=OK", 5)
            assert await at.heard() == []


class TestWhatMoves:
    @pytest.mark.parametrize(
        "moves",
        [
            "go.replaceWith(Object.assign(document.createElement('button'), { id: 'pay', textContent: 'Payer' }))",
            "go.style.marginTop = '300px'",
            "document.body.append(Object.assign(document.createElement('div'), { id: 'veil', style: 'position: fixed; inset: 0' }))",
        ],
    )
    async def test_what_comes_in_its_place_hears_nothing(
        self, door: Door, browsers: Browsers, moves: str
    ) -> None:
        async with _page(door, browsers, GO + ON_THE_WAY.format(moves)) as (at, hand):
            assert not await hand.click("#go", 5)
            assert await at.heard() == []

    async def test_afterwards_the_page_hears_the_mouse_again(self, door: Door, browsers: Browsers) -> None:
        page = GO + ON_THE_WAY.format("go.style.marginTop = '300px'")
        async with _page(door, browsers, page) as (at, hand):
            assert not await hand.click("#go", 5)
            await at.page.locator("#go").click()
            assert await at.heard() == WHOLE

    async def test_what_comes_in_its_place_while_the_page_is_busy_hears_nothing(
        self, door: Door, browsers: Browsers
    ) -> None:
        late = ON_THE_WAY.format(f"{BUSY} go.id = 'pay'; pay.outerHTML += ''")
        async with _page(door, browsers, GO + late) as (at, hand):
            assert await hand.click("#go", 0.3)  # for all that is known
            await at.page.wait_for_function("window.released")
            assert await at.heard() == []
            await at.page.locator("#pay").click()
            assert [each[1] for each in await at.heard()] == ["pay"] * 3

    async def test_an_aim_takes_the_last_one_s_guard_away(self, door: Door, browsers: Browsers) -> None:
        async with _page(door, browsers, f"{GO}<button id=other>Non</button>") as (at, hand):
            assert await hand._aim("#go")
            assert await hand.click("#other", 5)
            assert [each[1] for each in await at.heard()] == ["other"] * 3


class TestWhatFollows:
    async def test_the_page_that_it_leads_to_has_come(self, door: Door, browsers: Browsers) -> None:
        form = "<form action='/slow'><button id=go>OK</button></form>"
        async with _page(door, browsers, form) as (at, hand):
            clicking = asyncio.ensure_future(hand.click("#go", 10))
            assert not (await asyncio.wait([clicking], timeout=0.5))[0]
            at.let.set()
            assert await clicking
            assert at.answered == ["/", "/slow"]

    async def test_a_form_that_a_script_sends_counts_too(self, door: Door, browsers: Browsers) -> None:
        form = "<form action='/slow'></form><button id=go onclick='document.forms[0].submit()'>OK</button>"
        async with _page(door, browsers, form) as (at, hand):
            clicking = asyncio.ensure_future(hand.click("#go", 10))
            assert not (await asyncio.wait([clicking], timeout=0.5))[0]
            at.let.set()
            assert await clicking
            assert at.answered == ["/", "/slow"]

    @pytest.mark.parametrize(
        "does",
        [
            "location.hash = 'next'",
            "history.pushState({}, '', '#next')",
            "navigation.addEventListener('navigate', event => event.preventDefault()); location.href = '/slow'",
            "navigation.addEventListener('navigate', event => event.intercept({ handler: async () => {} })); location.href = '/slow'",
            "navigation.addEventListener('navigate', event => event.intercept({ handler: () => new Promise(() => {}) })); location.href = '/slow'",
            "location.href = 'mailto:nobody@portal.example'",
            "Object.assign(document.createElement('a'), { href: '/slow', download: 'x' }).click()",
        ],
    )
    async def test_none_is_waited_for_that_does_not_come(
        self, door: Door, browsers: Browsers, does: str
    ) -> None:
        async with _page(door, browsers, GO) as (at, hand):
            await at.page.evaluate("does => { go.onclick = new Function(does) }", does)
            async with asyncio.timeout(10):
                assert await hand.click("#go", 30)
            assert await at.heard() == WHOLE

    async def test_one_that_does_not_come_in_time_is_clicked_all_the_same(
        self, door: Door, browsers: Browsers
    ) -> None:
        async with _page(door, browsers, "<a id=go href='/silent'>OK</a>") as (_, hand):
            assert await hand.click("#go", 0.5)

    async def test_a_busy_page_may_take_it_later(self, door: Door, browsers: Browsers) -> None:
        busy = f"<script>go.onclick = () => {{ {BUSY} }}</script>"
        async with _page(door, browsers, GO + busy) as (at, hand):
            assert await hand.click("#go", 0.3)
            assert await at.heard() == WHOLE


@dataclass
class At:
    """A page of a portal: `/` is `content`, `/slow` waits until it is let, and `/silent` never answers."""

    page: Page
    content: str
    answered: list[str] = field(default_factory=list)
    let: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, route: Route) -> None:
        path = urlsplit(route.request.url).path
        if path == "/silent":
            return
        if path == "/slow":
            await self.let.wait()
        self.answered.append(path)
        await route.fulfill(
            body="<!doctype html>" + (self.content if path == "/" else "Suite"), content_type="text/html"
        )

    async def heard(self) -> list[list[object]]:
        told: list[list[object]] = json.loads(await self.page.evaluate("JSON.stringify(heard)"))
        return told


@asynccontextmanager
async def _page(door: Door, browsers: Browsers, content: str) -> AsyncIterator[tuple[At, mouse.Mouse]]:
    passage = await door.open([])
    try:
        async with browsers.context(passage, state=None, user_agent=None) as context:
            at = At(await context.new_page(), HEARD + content)
            await at.page.route("**", at.answer)
            await at.page.goto("http://portal.example/")
            yield at, mouse.Mouse(at.page)
    finally:
        await passage.close()
