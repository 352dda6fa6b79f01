from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Response, redirect

from collectors.kit import browsers as browsers_module
from collectors.kit import eyes, field, hand, mask
from collectors.kit.browsers import Browsers
from collectors.kit.door import Door
from core import errors
from tests.collectors.kit.site import Page, Site, served

CANARY = "canary-Zx9!é"

#: Controlled as React does it: the field shows the state, and the state hears key by key.
CONTROLLED = """<label>Mot de passe <input id=pw type=password></label><script>
  const field = document.querySelector('#pw');
  let state = '';
  field.addEventListener('keydown', event => { window.keys = (window.keys || 0) + 1; });
  field.addEventListener('input', event => { if (event.isTrusted) state = field.value; field.value = state; });
</script>"""


class TestLooking:
    async def test_it_sees_what_comes_late(self, door: Door, browsers: Browsers) -> None:
        late = "<script>setTimeout(() => document.body.innerHTML = '<button id=go>Entrer</button>', 300)</script>"

        async with _at(door, browsers, {"/": late}) as (touch, _):
            spot = await touch.see("#never", "#go", name="the button")

            assert await spot.inner_text() == "Entrer"

    async def test_the_first_declared_of_those_visible_wins(self, door: Door, browsers: Browsers) -> None:
        page = "<p id=hidden style='display:none'>x</p><p id=low>low</p><p id=high>high</p>"

        async with _at(door, browsers, {"/": page}) as (touch, _):
            assert await touch.glimpse("#hidden", "#high", "#low") == 1

    async def test_one_of_several_alike_may_be_hidden(self, door: Door, browsers: Browsers) -> None:
        page = "<button style='display:none'>Valider</button><button id=real>Valider</button>"

        async with _at(door, browsers, {"/": page}) as (touch, _):
            spot = await touch.see("text=Valider", name="the button")

            assert await spot.get_attribute("id") == "real"

    async def test_it_looks_into_frames(self, door: Door, browsers: Browsers) -> None:
        page = "<p>outside</p><iframe srcdoc='<button id=go>Entrer</button>'></iframe>"

        async with _at(door, browsers, {"/": page}) as (touch, _):
            inside = touch.page.frame_locator("iframe").locator("#go")

            assert await touch.glimpse("#nothing", inside) == 1

    async def test_nothing_seen_is_none(self, door: Door, browsers: Browsers) -> None:
        async with _at(door, browsers, {"/": "hello"}) as (touch, _):
            assert await touch.glimpse("#never", within=0.2) is None

    async def test_what_is_there_is_seen_however_short_the_look(self, door: Door, browsers: Browsers) -> None:
        async with _at(door, browsers, {"/": "<p id=here>hello</p>"}) as (touch, _):
            assert await touch.glimpse("#never", "#here", within=0.001) == 1

    async def test_a_page_that_changed_says_which_step_and_what_is_there_instead(
        self, door: Door, browsers: Browsers
    ) -> None:
        async with _at(door, browsers, {"/": "<h1>Nouveau portail</h1>"}, path="/?token=abc") as (
            touch,
            site,
        ):
            with pytest.raises(errors.PortalChanged) as caught:
                await touch.see("#login", name="the login field", within=0.2)

        assert caught.value.step == "the login field"
        assert caught.value.expected == "the login field to be seen"
        assert caught.value.seen == f"{site.url}/ “Nouveau portail”"

    async def test_what_the_browser_reads_by_itself_is_not_asked_of_playwright(
        self, door: Door, browsers: Browsers, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(eyes, "_any_visible", _never)
        monkeypatch.setattr(eyes.Eyes, "spot", _never)
        late = "<script>setTimeout(() => document.body.innerHTML = '<p id=in>in</p>', 300)</script>"

        async with _at(door, browsers, {"/": late}) as (touch, _):
            assert await touch.glimpse("#error:has-text('incorrect')", "#in") == 1

    async def test_words_that_only_playwright_reads_come_in_their_turn(
        self, door: Door, browsers: Browsers
    ) -> None:
        page = "<p id=error>Mot de passe <b>incorrect</b></p><input id=pw>"

        async with _at(door, browsers, {"/": page}) as (touch, _):
            assert await touch.glimpse("text=never", "#error:has-text('passe incorrect')", "#pw") == 1
            assert await touch.glimpse("#pw", "#error:has-text('passe incorrect')") == 0
            assert await touch.glimpse("#error:has-text('bloqué')", "#pw") == 1
            assert await touch.glimpse("#error:has-text('bloqué')", within=0.2) is None

    async def test_it_keeps_looking_while_the_page_moves_on(self, door: Door, browsers: Browsers) -> None:
        hops: dict[str, Page] = {
            f"/{n}": f"<p>{n}</p><script>setTimeout(() => location = '/{n + 1}', 80)</script>"
            for n in range(4)
        }

        async with _at(door, browsers, {**hops, "/4": "<p id=end>arrived</p>"}, path="/0") as (touch, _):
            await touch.see("#end", name="the end")


class TestGoing:
    @pytest.mark.parametrize(
        ("answer", "error"),
        [
            (Response("maintenance", 503, {"Retry-After": "120"}), errors.PortalDown),
            (Response("slow down", 429), errors.TooFast),
        ],
        ids=["503", "429"],
    )
    async def test_a_portal_that_is_ill_says_so(
        self, door: Door, browsers: Browsers, answer: Response, error: type[errors.PortalError]
    ) -> None:
        async with _at(door, browsers, {"/": "hello", "/ill": lambda: answer}) as (touch, site):
            with pytest.raises(error):
                await touch.go(f"{site.url}/ill", "the sign-in page")

    async def test_retry_after_is_kept(self, door: Door, browsers: Browsers) -> None:
        pages: dict[str, Page] = {"/": "hello", "/ill": lambda: Response("x", 503, {"Retry-After": "120"})}

        async with _at(door, browsers, pages) as (touch, site):
            with pytest.raises(errors.PortalDown) as caught:
                await touch.go(f"{site.url}/ill", "the sign-in page")

        assert caught.value.retry_after == 120

    async def test_a_portal_that_is_gone_is_down(self, door: Door, browsers: Browsers) -> None:
        async with _at(door, browsers, {"/": "hello"}) as (touch, site):
            site.server.stop()

            with pytest.raises(errors.PortalDown):
                await touch.go(site.url, "the sign-in page")

    async def test_a_wall_of_403_is_told_when_nothing_is_recognised_behind_it(
        self, door: Door, browsers: Browsers
    ) -> None:
        pages: dict[str, Page] = {
            "/": "hello",
            "/wall": lambda: Response("<p id=puzzle>Are you a robot?</p>", 403),
        }

        async with _at(door, browsers, pages) as (touch, site):
            await touch.go(f"{site.url}/wall", "the sign-in page")
            recognised = await touch.glimpse("#puzzle")
            with pytest.raises(errors.Blocked):
                await touch.see("#login", name="the login field", within=0.2)

        assert recognised == 0

    async def test_a_click_that_leads_to_an_error_page_tells_of_the_error(
        self, door: Door, browsers: Browsers
    ) -> None:
        pages: dict[str, Page] = {"/": "<a id=on href=/ill>on</a>", "/ill": lambda: Response("sorry", 500)}

        async with _at(door, browsers, pages) as (touch, _):
            async with touch.page.expect_response("**/ill"):
                await touch.click("#on", "the link")
            with pytest.raises(errors.PortalDown):
                await touch.see("#in", name="the customer's space", within=0.5)

    async def test_a_page_that_is_well_again_forgets_its_illness(
        self, door: Door, browsers: Browsers
    ) -> None:
        pages: dict[str, Page] = {"/": "hello", "/wall": lambda: Response("no", 403)}

        async with _at(door, browsers, pages) as (touch, site):
            await touch.go(f"{site.url}/wall", "a page")
            await touch.go(site.url, "a page")
            with pytest.raises(errors.PortalChanged):
                await touch.see("#login", name="the login field", within=0.2)


class TestClicking:
    async def test_something_over_the_button_is_told(self, door: Door, browsers: Browsers) -> None:
        wall = (
            "<button id=go>Entrer</button><div style='position:fixed;inset:0'>Nos partenaires et vous</div>"
        )

        async with _at(door, browsers, {"/": wall}) as (touch, _):
            with pytest.raises(errors.PortalChanged) as caught:
                await touch.click("#go", "the button", within=0.3)

        assert caught.value.step == "the button"

    async def test_a_quick_click_waits_for_a_button_that_is_not_ready(
        self, door: Door, browsers: Browsers
    ) -> None:
        late = "<button id=go disabled onclick='count = (window.count || 0) + 1'>Entrer</button><script>setTimeout(() => { go.disabled = false }, 300)</script>"

        async with _at(door, browsers, {"/": late}) as (touch, _):
            await touch.click("#go", "the button", quick=True)

            assert await touch.page.evaluate("window.count") == 1


class TestTyping:
    async def test_a_page_that_hears_only_keys_notices(self, door: Door, browsers: Browsers) -> None:
        async with _at(door, browsers, {"/": CONTROLLED}) as (touch, _):
            await touch.type(lambda: "s3cret pass", "#pw", "the password field", whole=True)

            assert await touch.page.input_value("#pw") == "s3cret pass"
            assert await touch.page.evaluate("window.keys") == 1

    async def test_a_page_that_takes_no_more_than_a_key_at_once_gets_each(
        self, door: Door, browsers: Browsers
    ) -> None:
        slow = "<input id=pw onbeforeinput='if ((event.data || 0).length > 1) event.preventDefault()'>"

        async with _at(door, browsers, {"/": slow}) as (touch, _):
            await touch.type(lambda: "s3cret pass", "#pw", "the password field", whole=True)

            assert await touch.page.input_value("#pw") == "s3cret pass"

    async def test_what_sent_itself_and_was_refused_is_not_typed_again(
        self, door: Door, browsers: Browsers
    ) -> None:
        page = """<input id=pw onkeyup='if (value.length > 3) { window.sent = (window.sent || 0) + 1; value = "" }'>"""

        async with _at(door, browsers, {"/": page}) as (touch, _):
            with pytest.raises(errors.PortalChanged, match="to take the whole text"):
                await touch.type(lambda: "s3cret pass", "#pw", "the password field", whole=True)

            assert await touch.page.evaluate("window.sent") == 1

    async def test_a_code_is_typed_key_by_key(self, door: Door, browsers: Browsers) -> None:
        async with _at(door, browsers, {"/": CONTROLLED}) as (touch, _):
            await touch.type(lambda: "123456", "#pw", "the code", whole=True, rest=0.01)

            assert await touch.page.evaluate("window.keys") == 6

    async def test_what_stood_in_the_field_goes(self, door: Door, browsers: Browsers) -> None:
        async with _at(door, browsers, {"/": "<input id=login value='someone else'>"}) as (touch, _):
            await touch.type(lambda: "claire", "#login", "the login field", whole=True)

            assert await touch.page.input_value("#login") == "claire"

    @pytest.mark.parametrize(
        "kept_from",
        [
            "<input id=pw disabled><script>setTimeout(() => document.querySelector('#pw').disabled = false, 200)</script>",
            "<input id=pw readonly><script>setTimeout(() => document.querySelector('#pw').readOnly = false, 200)</script>",
            "<input id=pw readonly onfocus='this.readOnly = false'>",
        ],
        ids=["disabled", "read-only", "read-only until it is gone to"],
    )
    async def test_a_field_that_takes_keys_a_little_later_is_waited_for(
        self, door: Door, browsers: Browsers, kept_from: str
    ) -> None:
        async with _at(door, browsers, {"/": kept_from}) as (touch, _):
            await touch.type(lambda: "s3cret pass", "#pw", "the password field", whole=True)

            assert await touch.page.input_value("#pw") == "s3cret pass"

    @pytest.mark.parametrize("kept_from", ["readonly", "disabled"])
    async def test_a_field_that_takes_no_keys_is_told(
        self, door: Door, browsers: Browsers, monkeypatch: pytest.MonkeyPatch, kept_from: str
    ) -> None:
        monkeypatch.setattr(hand, "TYPE", 0.3)

        async with _at(door, browsers, {"/": f"<input id=login {kept_from}>"}) as (touch, _):
            with pytest.raises(errors.PortalChanged, match="to take what is typed"):
                await touch.type(lambda: "claire", "#login", "the login field", whole=False)

    async def test_a_field_that_is_ready_is_not_asked_of_playwright(
        self, door: Door, browsers: Browsers, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(eyes.Eyes, "spot", _never)

        async with _at(door, browsers, {"/": "<input id=pw>"}) as (touch, _):
            await touch.type(lambda: "s3cret pass", "#pw", "the password field", whole=True)

            assert await touch.page.input_value("#pw") == "s3cret pass"

    @pytest.mark.parametrize("focused", ["", "; this.nextSibling.focus()"])
    async def test_a_field_that_is_made_anew_when_it_gets_the_keys_is_found_again(
        self, door: Door, browsers: Browsers, focused: str
    ) -> None:
        anew = f"<input id=pw onfocus='this.onfocus = null; after(this.cloneNode()){focused}; this.remove()'>"

        async with _at(door, browsers, {"/": anew}) as (touch, _):
            await touch.type(lambda: "s3cret pass", "#pw", "the password field", whole=True)

            assert await touch.page.input_value("#pw") == "s3cret pass"

    async def test_a_page_that_never_gives_the_keys_is_told(
        self, door: Door, browsers: Browsers, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(hand, "TYPE", 0.3)
        monkeypatch.setattr(hand, "AT_ONCE", 0.3)

        async with _at(door, browsers, {"/": "<input id=pw onfocus='for (;;);'>"}) as (touch, _):
            with pytest.raises(errors.PortalChanged):
                await touch.type(_never, "#pw", "the password field", whole=True)

    @pytest.mark.parametrize(
        "page",
        [
            "<input id=pw style='display: none'><input id=pw class=seen>",
            "<input id=pw class=seen><script>document.querySelectorAll = () => { throw Error('mine') }</script>",
            "<input id=pw class=seen><script>document.querySelectorAll = () => [document.body]</script>",
        ],
        ids=["one of several", "spoilt words", "false words"],
    )
    async def test_it_is_the_first_visible_field_that_takes_it(
        self, door: Door, browsers: Browsers, page: str
    ) -> None:
        async with _at(door, browsers, {"/": page}) as (touch, _):
            await touch.type(lambda: "s3cret pass", "#pw", "the password field", whole=True)

            assert await touch.page.input_value(".seen") == "s3cret pass"

    async def test_a_field_in_a_shadow_takes_it(self, door: Door, browsers: Browsers) -> None:
        page = """<div></div><script>
          document.querySelector('div').attachShadow({ mode: 'open' }).innerHTML = '<input id=pw type=password>';
        </script>"""

        async with _at(door, browsers, {"/": page}) as (touch, _):
            await touch.type(lambda: "s3cret pass", "#pw", "the password field", whole=True)

            assert await touch.page.locator("#pw").input_value() == "s3cret pass"

    async def test_a_page_that_gives_the_keys_to_another_field_gets_none(
        self, door: Door, browsers: Browsers, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(hand, "TYPE", 0.3)
        page = "<input id=search><input id=pw type=password onfocus='document.querySelector(\"#search\").focus()'>"

        async with _at(door, browsers, {"/": page}) as (touch, _):
            with pytest.raises(errors.PortalChanged, match="to take what is typed"):
                await touch.type(_never, "#pw", "the password field", whole=True)

    async def test_keys_that_a_page_gives_away_later_are_not_followed(
        self, door: Door, browsers: Browsers, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with _at(door, browsers, {"/": "<input id=search><input id=pw type=password>"}) as (touch, _):
            await touch.page.focus("#pw")
            held = await field.with_the_focus(touch.page, "the field", touch.told, 1)
            await touch.page.evaluate(
                "[pw, search] = ['#pw', '#search'].map(id => document.querySelector(id)); pw.focus = () => search.focus()"
            )

            assert held
            for rest in (0, 0.01):
                with pytest.raises(errors.PortalChanged):
                    await held.enter("s3cret pass", rest)
            assert await touch.page.input_value("#search") == ""

    async def test_half_a_password_is_never_sent(self, door: Door, browsers: Browsers) -> None:
        async with _at(door, browsers, {"/": "<input id=pw type=password maxlength=4>"}) as (touch, _):
            with pytest.raises(errors.PortalChanged, match="to take the whole text"):
                await touch.type(lambda: CANARY, "#pw", "the password field", whole=True)

    async def test_a_field_that_is_made_anew_under_the_keys_is_not_taken_for_filled(
        self, door: Door, browsers: Browsers
    ) -> None:
        anew = "<input id=pw oninput='outerHTML = outerHTML'>"

        async with _at(door, browsers, {"/": anew}) as (touch, _):
            with pytest.raises(errors.PortalChanged, match="to take "):
                await touch.type(lambda: CANARY, "#pw", "the password field", whole=True)

    async def test_a_code_field_may_send_itself(self, door: Door, browsers: Browsers) -> None:
        page = "<form action=/in><input id=code oninput='if (value.length === 6) form.submit()'></form>"

        async with _at(door, browsers, {"/": page, "/in": "<p id=in>in</p>"}) as (touch, _):
            await touch.type(lambda: "123456", "#code", "the code field", whole=True)
            await touch.see("#in", name="the customer's space")

    async def test_a_frame_of_a_declared_origin_takes_it(self, door: Door, browsers: Browsers) -> None:
        with served({"/": "<input id=pw>"}) as sso:
            page = f"<iframe src='{sso.url}/'></iframe>"
            async with _at(door, browsers, {"/": page}, also=[sso]) as (touch, _):
                inside = touch.page.frame_locator("iframe").locator("#pw")
                await touch.type(lambda: CANARY, inside, "the password field", whole=True)

                assert await inside.input_value() == CANARY


class TestTheFocus:
    async def test_a_frame_that_has_gone_keeps_nobody_from_it(self, door: Door, browsers: Browsers) -> None:
        page = "<iframe id=gone srcdoc='x'></iframe><iframe id=stays srcdoc='<input id=pw>'></iframe>"

        async with _at(door, browsers, {"/": page}) as (touch, _):
            main, gone, stays = touch.page.frames
            await touch.page.evaluate("document.querySelector('#gone').remove()")
            await stays.focus("#pw")
            then: Any = SimpleNamespace(frames=[main, gone, stays], main_frame=main)
            held = await field.with_the_focus(then, "the field", touch.told, 1)

            assert held
            assert held.frame is stays

    async def test_a_page_that_has_gone_is_no_page_without_the_focus(
        self, door: Door, browsers: Browsers
    ) -> None:
        async with _at(door, browsers, {"/": CONTROLLED}) as (touch, _):
            await touch.page.focus("#pw")
            await touch.page.close()
            with pytest.raises(browsers_module.Error):
                await field.with_the_focus(touch.page, "the field", touch.told, 1)


class TestForeignGround:
    """Each refusal beside the same page on declared ground, which `TestTyping` has shown to be typed in."""

    async def test_another_host_is_refused(self, door: Door, browsers: Browsers) -> None:
        with served({"/": CONTROLLED}) as stranger:
            async with _at(door, browsers, {"/": "hello"}, reach=[stranger]) as (touch, _):
                await touch.go(stranger.url, "the sign-in page")
                with pytest.raises(errors.ForeignOrigin):
                    await touch.type(_never, "#pw", "the password field", whole=True)

    async def test_another_port_of_the_same_host_is_another_origin(
        self, door: Door, browsers: Browsers
    ) -> None:
        with served({"/": CONTROLLED}) as stranger:
            async with _at(door, browsers, {"/": lambda: redirect(stranger.url)}, reach=[stranger]) as (
                touch,
                _,
            ):
                with pytest.raises(errors.ForeignOrigin, match=stranger.url):
                    await touch.type(_never, "#pw", "the password field", whole=True)

    async def test_a_strangers_frame_in_the_true_page_is_refused(
        self, door: Door, browsers: Browsers
    ) -> None:
        with served({"/": CONTROLLED}) as stranger:
            page = f"<iframe src='{stranger.url}/'></iframe>"
            async with _at(door, browsers, {"/": page}, reach=[stranger]) as (touch, _):
                inside = touch.page.frame_locator("iframe").locator("#pw")
                with pytest.raises(errors.ForeignOrigin):
                    await touch.type(_never, inside, "the password field", whole=True)

    async def test_the_true_page_in_a_strangers_frame_is_refused(
        self, door: Door, browsers: Browsers
    ) -> None:
        async with _at(door, browsers, {"/": CONTROLLED}, path="/") as (_, site):
            with served({"/": f"<iframe src='{site.url}/'></iframe>"}) as stranger:
                async with _at(door, browsers, {"/": ""}, reach=[stranger, site], origins=[site.url]) as (
                    other,
                    _,
                ):
                    await other.go(stranger.url, "the sign-in page")
                    inside = other.page.frame_locator("iframe").locator("#pw")
                    with pytest.raises(errors.ForeignOrigin, match=stranger.url):
                        await other.type(_never, inside, "the password field", whole=True)

    @pytest.mark.parametrize("scheme", ["about:srcdoc", "data:", "blob:"])
    async def test_a_page_without_an_address_of_its_own_is_refused(
        self, door: Door, browsers: Browsers, scheme: str
    ) -> None:
        inner = "<input id=pw>"
        pages = {
            "about:srcdoc": f"<iframe srcdoc='{inner}'></iframe>",
            "data:": f"<iframe src='data:text/html,{inner}'></iframe>",
            "blob:": "<iframe></iframe><script>document.querySelector('iframe').src = "
            f"URL.createObjectURL(new Blob(['{inner}'], {{ type: 'text/html' }}))</script>",
        }
        async with _at(door, browsers, {"/": pages[scheme]}) as (touch, _):
            inside = touch.page.frame_locator("iframe").locator("#pw")
            with pytest.raises(errors.ForeignOrigin):
                await touch.type(_never, inside, "the password field", whole=True)

    async def test_a_field_whose_page_leaves_takes_its_keys_nowhere(
        self, door: Door, browsers: Browsers
    ) -> None:
        """The very field is held, so what comes after it under the same name gets nothing; the control gives it to whoever has the focus."""
        with served({"/": "<input id=pw autofocus>"}) as stranger:
            async with _at(door, browsers, {"/": CONTROLLED}, reach=[stranger]) as (touch, _):
                await touch.page.focus("#pw")
                held = await field.with_the_focus(touch.page, "the field", touch.told, 1)
                await touch.page.goto(stranger.url)
                await touch.page.focus("#pw")

                assert held
                for rest in (0, 0.01):
                    with pytest.raises(errors.PortalChanged):
                        await held.enter("s3cret pass", rest)
                assert await touch.page.input_value("#pw") == ""

                await touch.page.keyboard.type("s3cret pass")
                assert await touch.page.input_value("#pw") == "s3cret pass"


class TestSilence:
    """Nothing typed is ever said. The control: what Playwright itself says of the same failure."""

    async def test_playwright_itself_says_what_it_typed(self, door: Door, browsers: Browsers) -> None:
        async with _at(door, browsers, {"/": CONTROLLED}) as (touch, _):
            element = await touch.page.locator("#pw").element_handle()
            await touch.page.evaluate("document.querySelector('#pw').remove()")
            with pytest.raises(Exception, match="canary"):
                await element.type(CANARY)

    async def test_a_field_that_vanishes_under_the_keys(
        self, door: Door, browsers: Browsers, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        pulled_away = """<input id=pw><script>
          const field = document.querySelector('#pw');
          Object.defineProperty(field, 'value', { get() { setTimeout(() => field.remove()); return ''; } });
        </script>"""

        async with _at(door, browsers, {"/": pulled_away}) as (touch, _):
            with pytest.raises(errors.PortalChanged) as caught:
                await touch.type(lambda: CANARY, "#pw", "the password field", whole=True)

        assert _all_said(caught.value) == {
            "the password field: expected the password field to take what is typed"
        }
        assert "canary" not in caplog.text

    async def test_a_visit_that_is_cut_off_while_typing(
        self, door: Door, browsers: Browsers, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        slow = "<input id=pw onkeydown='const end = Date.now() + 60; while (Date.now() < end);'>"

        async with _at(door, browsers, {"/": slow}) as (touch, _):
            with pytest.raises(TimeoutError) as caught:
                async with asyncio.timeout(0.4):
                    await touch.type(lambda: CANARY * 5, "#pw", "the password field", whole=True, rest=0.01)

        assert "canary" not in caplog.text + "".join(_chain(caught.value))


def _never(*_: object) -> str:
    raise AssertionError("this was not to be asked")


def _all_said(err: BaseException) -> set[str]:
    return {said.partition(", seen")[0] for said in _chain(err)}


def _chain(err: BaseException | None) -> list[str]:
    """What an exception and all that hangs on to it say."""
    said = []
    while err is not None:
        said.append(f"{err}")
        err = err.__cause__ or err.__context__
    return said


@asynccontextmanager
async def _at(
    door: Door,
    browsers: Browsers,
    pages: dict[str, Page],
    *,
    path: str = "/",
    also: list[Site] | None = None,
    reach: list[Site] | None = None,
    origins: list[str] | None = None,
) -> AsyncIterator[tuple[hand.Hand, Site]]:
    """A hand on a small site. `also` are sites of declared origins, `reach` such as may be visited only."""
    with served(pages) as site:
        declared = [site.url, *(each.url for each in also or [])]
        hosts = [each.authority for each in [site, *(also or []), *(reach or [])]]
        passage = await door.open(hosts)
        try:
            async with browsers.context(passage, state=None, user_agent=None) as context:
                touch = await hand.of(context, origins or declared, passage, mask.Mask())
                await touch.go(site.url + path, "the page")
                yield touch, site
        finally:
            await passage.close()
