"""A supplier that is asked with keys: they go with each request, to its origins and to nobody else, and a refusal freezes them."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Response, redirect, request

from collectors.kit import catalogue, check, keys, manifest
from collectors.kit.portal import Portal
from core import errors
from tests.collectors.kit.site import Page, Plain, Visit, served

KEY = "k3y-of-a-program"
GIVEN = {"login": Plain("firm-7"), "password": Plain(KEY)}
FERN = """
id = "fern"
name = "Fern Hosting"
website = "https://api.fern.example"
origins = ["https://api.fern.example"]
hosts = ["api.fern.example"]
sign_in = "keys"
headers = { X-API-KEY = "{key.api_key}" }
fields = [{ name = "api_key", kind = "password", label = { fr = "Clé", en = "Key" } }]

[list]
kind = "json"
url = "/bills"
items = "bills"
paging = { by = "none" }
fields = { id = "id", date = "day", total = "total" }

[document]
url = "/bills/{id}/pdf"
"""


async def handed(portal: Portal) -> Portal:
    await portal.grant(GIVEN)
    return portal


async def test_a_request_carries_the_key_and_says_who_asks(visit: Visit) -> None:
    heard: list[Any] = []
    pages: dict[str, Page] = {"/bills": lambda: heard.append(dict(request.headers)) or "ok"}  # type: ignore[func-returns-value]
    with served(pages) as site:
        async with visit.to(site, sign_in="keys") as portal:
            key = (await handed(portal)).key("password")
            await portal.get("/bills", headers={"X-API-KEY": key.reveal()})
            assert not portal.used_browser

    assert heard[0]["X-Api-Key"] == KEY
    assert heard[0]["User-Agent"] == "Moisson"


@pytest.mark.parametrize("status", [302, 307])
async def test_what_is_asked_with_a_key_goes_bare_or_not_at_all_to_another_place(
    visit: Visit, status: int
) -> None:
    with served({"/file": "bare"}) as store, served({}) as site:
        site.pages["/away"] = lambda: redirect(f"{store.url}/file", status)
        async with visit.to(site, reach=[store], sign_in="keys") as portal:
            await handed(portal)
            assert (await portal.get(f"{store.url}/file")).text == "bare"
            assert (await portal.get("/away", headers={"X-API-KEY": KEY})).text == "bare"
            before = len(store.asked)
            with pytest.raises(errors.ForeignOrigin):
                await portal.get(f"{store.url}/file", headers={"X-Signature": "made with it"})
            with pytest.raises(errors.ForeignOrigin):
                await portal.get(f"{store.url}/file?key={KEY}")
            with pytest.raises(errors.ForeignOrigin):
                await portal.post(f"{store.url}/file", json={"key": KEY})
            assert len(store.asked) == before


async def test_a_body_is_not_sent_on_to_another_place(visit: Visit) -> None:
    with served({"/file": "bare"}) as store, served({}) as site:
        site.pages["/away"] = lambda: redirect(f"{store.url}/file", 307)
        async with visit.to(site, reach=[store], sign_in="keys") as portal:
            await handed(portal)
            with pytest.raises(errors.ForeignOrigin):
                await portal.post("/away", json={"key": KEY})
        assert store.asked == []


async def test_a_redirect_that_carries_the_key_is_not_followed(visit: Visit) -> None:
    with served({"/file": "bare"}) as store, served({}) as site:
        site.pages["/away"] = lambda: redirect(f"{store.url}/file?back={request.headers['X-API-KEY']}")
        async with visit.to(site, reach=[store], sign_in="keys") as portal:
            await handed(portal)
            with pytest.raises(errors.ForeignOrigin):
                await portal.get("/away", headers={"X-API-KEY": KEY})
        assert store.asked == []


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Response("{}", 401, content_type="application/json"), errors.BadCredentials),
        (Response("{}", 403, content_type="application/json"), errors.ActionNeeded),
        (Response("<p>wall</p>", 403, content_type="text/html"), errors.Blocked),
        (Response("{}", 429, content_type="application/json"), errors.TooFast),
    ],
)
async def test_a_refusal_is_the_keys_and_no_session_is_over(
    visit: Visit, answer: Response, error: type[errors.PortalError]
) -> None:
    with served({"/bills": lambda: answer}) as site:
        async with visit.to(site, sign_in="keys") as portal:
            await handed(portal)
            with pytest.raises(error):
                await portal.get("/bills")


async def test_a_store_of_files_that_refuses_its_link_freezes_no_key(visit: Visit) -> None:
    with served({"/file": lambda: Response("expired", 403)}) as store, served({}) as site:
        async with visit.to(site, reach=[store], sign_in="keys") as portal:
            await handed(portal)
            with pytest.raises(errors.PortalChanged):
                await portal.get(f"{store.url}/file", where="document")


async def test_a_portal_with_a_sign_in_page_gives_no_key_to_its_requests(visit: Visit) -> None:
    with served({}) as site:
        async with visit.to(site) as portal:
            with pytest.raises(errors.BadManifest):
                (await handed(portal)).key("password")


async def test_a_key_is_masked_in_what_the_visit_shows(visit: Visit) -> None:
    with served({"/bills": lambda: Response(f"no such key {KEY}", 401)}) as site:
        async with visit.to(site, sign_in="keys") as portal:
            await handed(portal)
            with pytest.raises(errors.BadCredentials) as caught:
                await portal.get("/bills")
            shown = b"".join(each.content for each in await portal.evidence(caught.value))
    assert KEY.encode() not in shown


def test_a_file_may_name_a_key_in_a_header_and_nowhere_else() -> None:
    found = manifest.parse(FERN, "fern.toml")
    assert (found.sign_in, found.login) == ("keys", None)
    for text in (
        FERN.replace('"/bills"', '"/bills?k={key.api_key}"'),
        FERN.replace("key.api_key", "key.nope"),
    ):
        with pytest.raises(errors.BadManifest, match="key"):
            manifest.parse(text, "fern.toml")
    with pytest.raises(errors.BadManifest, match="not known here"):
        manifest.parse(FERN.replace('sign_in = "keys"\n', ""), "fern.toml", by_class=True)


def test_a_check_of_such_a_file_advises_no_sign_in(tmp_path: Any) -> None:
    path = tmp_path / "fern.toml"
    path.write_text(FERN)
    words = [found.words for found in check.check(path)]
    assert "keys are sent to https://api.fern.example and nowhere else" in words
    assert not [each for each in words if each.startswith(("login", "fields"))]
    assert catalogue.of_file(path).manifest.sign_in == "keys"


def test_nothing_of_a_guard_shows_a_secret() -> None:
    assert KEY not in repr(keys.Guard(frozenset(), (KEY,)))
