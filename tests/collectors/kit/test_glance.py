from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Page

from collectors.kit import glance
from collectors.kit.browsers import Browsers
from collectors.kit.door import Door

#: Everything that makes a thing visible or not.
ODD = """<style>.gone { display: none } .faint { visibility: hidden } .flat { width: 0; height: 0; overflow: hidden }
.loose { display: contents } .skipped { content-visibility: hidden } .clear { opacity: 0 }</style>
<p id=plain>Bonjour</p> <p id=empty></p> <p id=gone class=gone>x</p> <p class=gone><i id=in-gone>x</i></p>
<p class=faint id=faint>x <b id=in-faint>y</b> <b id=out-of-faint style='visibility: visible'>z</b></p>
<p id=flat class=flat>x</p> <p id=loose class=loose>x</p> <p id=loose-faint class='loose faint'></p> <p id=clear class=clear>x</p>
<div class=skipped><i id=skipped>x</i></div> <details><summary id=summary>x</summary><i id=folded>x</i></details>
<div id=high style='height: 0'><p>x</p></div> <input id=field> <input id=hidden type=hidden> <svg id=drawn width=9 height=9><rect id=part width=5 height=5 /></svg>
<ul><li class='row gone'>1</li><li class=row>2</li></ul> <a href='/logout?x=1'>Se déconnecter</a>
<div id=error class=message> Mot de passe   <b>incorrect</b></div> <div class=message style='display: none'>Compte bloqué</div>"""

#: What is told in one question, and whether it is visible.
TOLD = {
    "#plain": True, "#empty": False, "#gone": False, "#in-gone": False, "#faint": False, "#in-faint": False,
    "#out-of-faint": True, "#flat": False, "#clear": True, "#skipped": False, "#summary": True, "#folded": False,
    "#field": True, "#hidden": False, "#drawn": True, "#part": True, ".row": True, "a[href*='/logout']": True, "#nobody, #plain": True,
    "body:not(:has(#nobody)) #plain": True, "body:has(.nobody) #plain": False, ":is(#gone, #plain)": True,
    "#nobody:has-text('bloqué')": False, "#gone:has-text('x')": False,
}  # fmt: skip
#: What Playwright is to be asked.
ASKED = [
    "#loose", "#loose-faint", "text=Bonjour", "#error:has-text('incorrect')", "#error:has-text('bloqué')", ".message:has-text('bloqué')",
    "p:visible", "div >> b", ":is(p:has-text('Bonjour'))", "p:has-text('nothing'), #plain", "body:not(p:has-text('Bonjour'))",
    "css=#plain", "#high :has-text('x')", "div:has(:scope > p)",  "//p", "button >> nth=0",
]  # fmt: skip


class TestLooking:
    async def test_it_says_what_playwright_says_or_nothing(self, door: Door, browsers: Browsers) -> None:
        async with _page(door, browsers, ODD) as (page, eyes):
            told = await eyes.at([*TOLD, *ASKED])
            said = {each: await page.locator(each).filter(visible=True).count() > 0 for each in TOLD}

        assert dict(zip([*TOLD, *ASKED], told, strict=True)) == TOLD | dict.fromkeys(ASKED)
        assert said == TOLD

    async def test_in_shadows_it_says_nothing(self, door: Door, browsers: Browsers) -> None:
        shadow = (
            "<div></div><p>x</p><script>document.querySelector('div').attachShadow({ mode: 'open' })</script>"
        )

        async with _page(door, browsers, shadow) as (_, eyes):
            assert await eyes.at(["p", "b"]) == [None, None]

    async def test_it_goes_with_the_page(self, door: Door, browsers: Browsers) -> None:
        async with _page(door, browsers, "<p>x</p>") as (page, eyes):
            for address, shown in (
                ("about:blank", False),
                ("data:text/html,<p>x", True),
                ("data:text/html,<b>x", False),
            ):
                assert await eyes.at(["p"]) == [not shown]
                await page.goto(address)
                assert await eyes.at(["p"]) == [shown]

    async def test_of_a_page_that_has_gone_it_says_nothing(self, door: Door, browsers: Browsers) -> None:
        async with _page(door, browsers, "<p>x</p>") as (page, eyes):
            await page.close()

            assert await eyes.at(["p"]) == [None]
            assert not await eyes.focus("p")


class TestStrangers:
    @pytest.mark.parametrize(
        "spoilt",
        [
            "document.querySelectorAll = () => { throw Error('mine') }",
            "window.CSS = undefined",
            "Array.prototype.map = () => new Date(8.64e15)",
            "Object.prototype.then = () => {}",
            "Array.prototype.map = () => ['yes']",
        ],
    )
    async def test_what_a_page_spoils_is_left_to_playwright(
        self, door: Door, browsers: Browsers, monkeypatch: pytest.MonkeyPatch, spoilt: str
    ) -> None:
        monkeypatch.setattr(glance, "ANSWER", 0.5)

        async with _page(door, browsers, f"<input><script>{spoilt}</script>") as (page, eyes):
            assert await eyes.at(["input"]) == [None]
            assert await page.locator("input").is_visible()


@asynccontextmanager
async def _page(door: Door, browsers: Browsers, content: str) -> AsyncIterator[tuple[Page, glance.Glance]]:
    passage = await door.open([])
    try:
        async with browsers.context(passage, state=None, user_agent=None) as context:
            page = await context.new_page()
            eyes = glance.Glance(page)
            await page.set_content(content)
            yield page, eyes
    finally:
        await passage.close()
