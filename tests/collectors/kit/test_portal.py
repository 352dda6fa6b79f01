from __future__ import annotations

import time

import pyotp
import pytest
from flask import make_response, redirect, request
from werkzeug.wrappers import Response as Answered

from collectors.kit.portal import Portal
from core import errors
from tests.collectors.kit.site import Page, Plain, Site, Visit, served

KEY = pyotp.random_base32()
CREDENTIALS = {"login": Plain("claire@firm.example"), "password": Plain("canary-Zx9!é"), "key": Plain(KEY)}

FORM = """<form method=post action=/in><input id=login name=login><input id=pw name=pw type=password>
<input id=code name=code><button id=go>Entrer</button></form>"""


def _enter() -> Answered:
    """In: one cookie for the host, and something in the page's own storage."""
    answer = redirect("/home", 303)
    answer.set_cookie("sid", "s-" + request.form["login"], httponly=True, samesite="Strict")
    return answer


HOME = "<p id=in>Bonjour</p><script>localStorage.setItem('theme', 'dark')</script>"
PAGES: dict[str, Page] = {
    "/": FORM,
    "/in": _enter,
    "/home": HOME,
    "/who": lambda: make_response(request.cookies.get("sid", "nobody")),
}


class TestSigningIn:
    async def test_fields_reach_the_portal_and_the_session_serves_http(self, visit: Visit) -> None:
        with served(dict(PAGES)) as site:
            async with visit.to(site) as portal:
                await _sign_in(portal)
                before = portal.requests
                who = (await portal.get("/who")).text

                assert (portal.requests, portal.used_browser) == (before + 1, True)

        [form] = site.forms
        assert (form["login"], form["pw"]) == ("claire@firm.example", "canary-Zx9!é")
        assert pyotp.TOTP(KEY).verify(form["code"], valid_window=1)
        assert who == "s-claire@firm.example"
        assert len(site.user_agents) == 1

    async def test_the_next_visit_needs_neither_login_nor_browser(self, visit: Visit) -> None:
        with served(dict(PAGES)) as site:
            async with visit.to(site) as portal:
                await _sign_in(portal)
                session = await portal.state()
            async with visit.to(site, session=session) as portal:
                who = (await portal.get("/who")).text

                assert (who, portal.used_browser) == ("s-claire@firm.example", False)
                assert (portal.requests, len(site.user_agents)) == (1, 1)
                assert await portal.state() == session

    async def test_a_session_goes_from_browser_to_http_to_browser_whole(self, visit: Visit) -> None:
        pages = {**PAGES, "/bump": _bump}
        with served(pages) as site:
            async with visit.to(site) as portal:
                await _sign_in(portal)
                session = await portal.state()
            async with visit.to(site, session=session) as portal:
                await portal.get("/bump")
                session = await portal.state()
            async with visit.to(site, session=session) as portal:
                page = await portal.page()
                await portal.go("/who")
                who = await page.inner_text("body")
                theme = await page.evaluate("localStorage.getItem('theme')")
                cookies = {each["name"]: each for each in await page.context.cookies()}

        assert (who, theme) == ("s-claire@firm.example", "dark")
        assert cookies["bumped"]["value"] == "once"
        assert (cookies["sid"]["httpOnly"], cookies["sid"]["sameSite"]) == (True, "Strict")

    async def test_a_field_that_the_account_does_not_have_is_asked_of_its_owner(self, visit: Visit) -> None:
        with served(dict(PAGES)) as site:
            async with visit.to(site) as portal:
                await portal.grant({"login": Plain("claire"), "key": Plain("")})
                with pytest.raises(errors.ActionNeeded, match="the code field"):
                    await portal.fill("key", "#code", name="the code field")

                assert (portal.has("login"), portal.has("key"), portal.has("password")) == (
                    True,
                    False,
                    False,
                )
                assert not portal.used_browser

    async def test_a_text_field_may_be_told_and_a_secret_is_only_typed(self, visit: Visit) -> None:
        with served(dict(PAGES)) as site:
            async with visit.to(site) as portal:
                await portal.grant(CREDENTIALS)

                assert (portal.told("login"), portal.told("password")) == ("claire@firm.example", "")

    async def test_foreign_ground_gets_nothing(self, visit: Visit) -> None:
        with served({"/": FORM}) as stranger, served({"/": lambda: redirect(stranger.url)}) as site:
            async with visit.to(site, reach=[stranger]) as portal:
                await portal.grant(CREDENTIALS)
                await portal.go("/", name="the sign-in page")
                with pytest.raises(errors.ForeignOrigin):
                    await portal.fill("password", "#pw", name="the password field")

                assert await (await portal.page()).input_value("#pw") == ""


class TestLeaving:
    async def test_browser_and_door_are_given_back_whatever_happens(self, visit: Visit) -> None:
        with served(dict(PAGES)) as site, pytest.raises(ZeroDivisionError):
            await _break(visit, site)

        assert visit.outside.browsers.alive == 0

    async def test_a_collectors_own_stumble_on_the_page_is_told_in_our_words(self, visit: Visit) -> None:
        with served(dict(PAGES)) as site, pytest.raises(errors.PortalChanged) as caught:
            await _stumble(visit, site)

        assert (caught.value.step, caught.value.seen) == ("reading", "it took too long")
        assert caught.value.__suppress_context__

    async def test_giving_the_page_up_keeps_the_cookies_of_the_last_good_moment(self, visit: Visit) -> None:
        with served(dict(PAGES)) as site:
            async with visit.to(site) as portal:
                await _sign_in(portal)
                await portal.page()
                await portal.leave_page()

                assert portal.jar.get("sid") is not None


class TestTheClock:
    async def test_the_code_is_that_of_the_moment_it_is_typed(
        self, visit: Visit, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(time, "time", lambda: 1_700_000_000.0)
        with served(dict(PAGES)) as site:
            async with visit.to(site) as portal:
                await portal.grant(CREDENTIALS)
                await portal.go("/")
                await portal.fill("key", "#code", name="the code field")

                assert await (await portal.page()).input_value("#code") == pyotp.TOTP(KEY).at(1_700_000_002)


def _bump() -> Answered:
    answer = make_response("bumped")
    answer.set_cookie("bumped", "once")
    return answer


async def _sign_in(portal: Portal) -> None:
    await portal.grant(CREDENTIALS)
    await portal.go("/", name="the sign-in page")
    await portal.fill("login", "#login", name="the login field")
    await portal.fill("password", "#pw", name="the password field")
    await portal.fill("key", "#code", name="the code field")
    await portal.click("#go", name="the button")
    await portal.see("#in", name="the customer's space")
    await portal.close_page()


async def _break(visit: Visit, site: Site) -> None:
    async with visit.to(site) as portal:
        await portal.page()
        raise ZeroDivisionError


async def _stumble(visit: Visit, site: Site) -> None:
    async with visit.to(site) as portal:
        portal.step("reading")
        await (await portal.page()).click("#never", timeout=50)
