from __future__ import annotations

import json

from flask import Response, redirect

from collectors.kit import evidence
from collectors.kit.portal import Portal
from core import errors
from tests.collectors.kit.site import Page, Plain, Visit, served

CANARY = "canary-Zx9!é&<"
IBAN = "FR76 3000 6000 0112 3456 7890 189"
CREDENTIALS = {"login": Plain("claire@firm.example"), "password": Plain(CANARY)}

#: What an unlucky portal shows: the password in a field, in a text, cut in two, in a frame, in a shadow, in a script, and written again and again.
ECHO = """<!doctype html><meta charset=utf-8><title>t</title><meta name=csrf content="tok-1234567890abcdef">
<h1>Bonjour claire@firm.example</h1><input id=pw type=password><input id=shown placeholder="">
<p id=said></p><p id=cut><b></b><i></i></p><p>IBAN FR76 3000 6000 0112 3456 7890 189</p>
<p>Contact jean.dupont@example.org</p><a href="/facture?jeton=abcdefgh123">facture</a>
<input type=hidden name=csrf value=hidden-token-99><p id=kept>Votre facture de mars</p>
<iframe srcdoc="<p id=framed></p>"></iframe><div id=host></div>
<script>const secret = 'SECRET'.replaceAll('&amp;', '&').replaceAll('&lt;', '<');
  const paint = () => {
    document.querySelector('#said').textContent = 'Mot de passe ' + secret + ' incorrect';
    document.querySelector('#cut b').textContent = secret.slice(0, 6);
    document.querySelector('#cut i').textContent = secret.slice(6);
    document.querySelector('#pw').value = secret; document.querySelector('#shown').value = secret;
    document.querySelector('#shown').placeholder = secret;
    const framed = document.querySelector('iframe').contentDocument?.querySelector('#framed');
    if (framed) framed.textContent = secret;
    const host = document.querySelector('#host');
    (host.shadowRoot || host.attachShadow({ mode: 'open' })).textContent = secret;
  };
  paint(); setInterval(paint, 20); new MutationObserver(paint).observe(document.querySelector('#kept'), { childList: true });
</script>""".replace("SECRET", CANARY.replace("&", "&amp;").replace("<", "&lt;"))


class TestAPage:
    async def test_nothing_secret_is_left_and_the_rest_can_be_read(self, visit: Visit) -> None:
        with served({"/": ECHO}) as site:
            async with visit.to(site) as portal:
                left = await _left(portal)
                shown = await _shown(portal)

        assert {piece.kind for piece in left} == {"steps", "screenshot", "page"}
        assert b"\x89PNG" in left[1].content
        for secret in (
            "canary",
            "jean.dupont",
            "claire@",
            "tok-123",
            "hidden-token",
            "abcdefgh123",
            "0112 3456",
        ):
            assert secret not in _text(left), secret
            assert secret not in shown, secret
        assert "Votre facture de mars" in _text(left)
        assert "Votre facture de mars" in shown

    async def test_without_the_mask_it_would_all_be_there(self, visit: Visit) -> None:
        with served({"/": ECHO}) as site:
            async with visit.to(site) as portal:
                await portal.go("/")

                assert "canary" in await _shown(portal)

    async def test_a_strangers_page_is_not_told_what_to_hide(self, visit: Visit) -> None:
        """A page that lies in wait for the secret in all that is handed to it."""
        spy = """<p>sign in here</p><input id=pw><script>
          window.heard = [];
          for (const [of, name] of [[Array.prototype, 'forEach'], [Array.prototype, 'map'], [Map.prototype, 'set'],
              [String.prototype, 'includes'], [JSON, 'parse'], [RegExp.prototype, 'test']]) {
            const original = of[name];
            of[name] = function (...all) { try { heard.push(String(this) + all.join()); } catch {} return original.apply(this, all); };
          }
        </script>"""
        with served({"/": spy}) as stranger, served({"/": lambda: redirect(stranger.url)}) as site:
            async with visit.to(site, reach=[stranger]) as portal:
                left = await _left(portal)
                heard = await (await portal.page()).evaluate("heard")

        assert "screenshot" in {piece.kind for piece in left}
        assert heard
        assert "canary" not in json.dumps(heard)

    async def test_a_page_that_cannot_be_looked_at_is_said_and_harms_nothing(self, visit: Visit) -> None:
        with served({"/": "<p>hello</p>"}) as site:
            async with visit.to(site) as portal:
                await portal.go("/")
                await (await portal.page()).close()
                [steps] = await portal.evidence(errors.PortalChanged(step="x"))

                only_steps = await portal.evidence(errors.BrowserLost())

        assert len(only_steps) == 1
        assert "no screenshot" in steps.content.decode()
        assert "no page" in steps.content.decode()


class TestAnAnswer:
    async def test_json_leaves_its_shape_and_no_value(self, visit: Visit) -> None:
        body = {
            "bills": [{"id": "B-77", "amount": 4590, "paid": True, "pdf": None}],
            "per": {"0612345678": 3},
        }
        pages: dict[str, Page] = {"/api": lambda: Response(json.dumps(body), content_type="application/json")}
        with served(pages) as site:
            async with visit.to(site) as portal:
                await portal.json("/api")
                _, shape = await portal.evidence(
                    errors.PortalChanged(step="the list", expected="x", seen="y")
                )

        assert shape.kind == "shape"
        assert json.loads(shape.content) == {
            "bills": [{"id": "text", "amount": "number", "paid": "true or false", "pdf": "null"}],
            "per": {"*": "number"},
        }

    async def test_a_page_over_http_is_kept_masked(self, visit: Visit) -> None:
        page = "<h1>Maintenance</h1><script>let token = 1</script><p>sid=s3ss10n-value</p>"

        def answer() -> Response:
            response = Response(page, content_type="text/html")
            response.set_cookie("sid", "s3ss10n-value")
            return response

        with served({"/": answer}) as site:
            async with visit.to(site) as portal:
                await portal.get("/")
                _, kept = await portal.evidence(errors.NotAnInvoice(reason="html"))

        assert b"Maintenance" in kept.content
        assert b"s3ss10n" not in kept.content
        assert b"let token" not in kept.content


class TestTheSteps:
    async def test_they_say_what_was_done_and_what_failed(self, visit: Visit) -> None:
        with served({}) as site:
            async with visit.to(site) as portal:
                await portal.grant(CREDENTIALS)
                portal.step("signing_in")
                portal.step("said", words=f"bad password {CANARY}")
                [steps] = await portal.evidence(
                    errors.BadCredentials("no such claire@firm.example", step="the password")
                )

        assert steps.content.decode().splitlines() == [
            "signing_in {}",
            'said {"words": "bad password •••"}',
            'failed {"error": "BadCredentials", "step": "the password", "said": "no such •••"}',
        ]

    async def test_of_an_error_that_is_not_ours_only_the_kind_is_told(self, visit: Visit) -> None:
        with served({}) as site:
            async with visit.to(site) as portal:
                [steps] = await portal.evidence(ValueError("could not read 'anything at all'"))

        assert steps.content.decode() == 'failed {"error": "ValueError"}'


async def _left(portal: Portal) -> list[evidence.Evidence]:
    await portal.grant(CREDENTIALS)
    await portal.go("/")
    return await portal.evidence(errors.PortalChanged(step="the sign-in", expected="x", seen="y"))


async def _shown(portal: Portal) -> str:
    """All that a person would read on the page as it stands, frames and shadows too."""
    page = await portal.page()
    frames = [await frame.evaluate("document.body.innerText") for frame in page.frames]
    typed = await page.evaluate(
        "[...document.querySelectorAll('input')].map(i => i.type === 'hidden' ? '' : i.value + i.placeholder).join()"
    )
    shadow = await page.evaluate("document.querySelector('#host').shadowRoot.textContent")
    return " ".join([*frames, typed, shadow])


def _text(left: list[evidence.Evidence]) -> str:
    return " ".join(piece.content.decode(errors="replace") for piece in left)
