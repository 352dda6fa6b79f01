"""The way to a provider and back, as a signed-in person meets it."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from flask import g
from flask.testing import FlaskClient

from core import providers
from core.db import models
from tests.web import world
from web import consents, sessions
from web.pages import consents as rooms

SECRET = "canary-of-the-app"


def _destination(company: world.World) -> models.Destination:
    with company.database.write() as session:
        place = models.Destination(workspace_id=1, kind="xero", place="", created_at=world.NOW)
        session.add(place)
    return place


def _asked(company: world.World, client: FlaskClient, name: str = "xero") -> tuple[str, str]:
    """The page with the way to the provider, and its address, for whoever is signed in with this client."""
    place = _destination(company)
    cookie = client.get_cookie("moisson")
    assert cookie
    with company.app.test_request_context("/", base_url="https://farm.example"):
        g.visitor = sessions.visitor_of(cookie.value, clicked=False)
        here = company.app.extensions["moisson"]
        with company.database.write() as session:
            provider, by = providers.PROVIDERS[name], rooms.visitor()
            app = consents.register(
                session, here.desk, 1, provider, client_id="our-app", client_secret=SECRET, by=by
            )
        page = rooms.sent_there(place, app, back="/help")
    return page, page.split('class="button" href="', 1)[1].split('"', 1)[0].replace("&amp;", "&")


def _told(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def test_what_leaves_with_the_browser_is_what_the_standard_asks_for(company: world.World) -> None:
    page, address = _asked(company, company.signed_in())
    told = _told(address)
    assert address.startswith("https://login.xero.com/identity/connect/authorize?")
    assert (told["response_type"], told["client_id"]) == ("code", "our-app")
    assert (told["code_challenge_method"], len(told["code_challenge"])) == ("S256", 43)
    assert told["redirect_uri"] == "https://farm.example/oauth/callback"
    assert "offline_access" in told["scope"].split()
    assert SECRET not in page


def test_a_code_is_taken_once_sealed_and_leads_back(company: world.World) -> None:
    client = company.signed_in()
    state = _told(_asked(company, client)[1])["state"]
    answer = client.get("/oauth/callback", query_string={"state": state, "code": "canary-code-1"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/help")
    with company.database.read() as session:
        (consent,) = session.query(models.Consent)
    assert consent.code
    assert state != consent.state_hash
    for file in company.settings.data.rglob("moisson.db*"):
        assert not {
            one for one in (b"canary-code-1", SECRET.encode(), state.encode()) if one in file.read_bytes()
        }
    again = client.get("/oauth/callback", query_string={"state": state, "code": "canary-code-2"})
    assert again.headers["Location"] == "/oauth/none"
    shown = client.get(again.headers["Location"])
    assert shown.status_code == 410
    assert not {one for one in ("canary-code", state) if one in again.text + shown.text}


def test_a_code_brought_by_somebody_else_is_refused(company: world.World) -> None:
    state = _told(_asked(company, company.signed_in())[1])["state"]
    for other in ("finance@firm.fr", "admin@firm.fr"):  # also the same person in another browser
        answer = company.signed_in(other).get("/oauth/callback", query_string={"state": state, "code": "c"})
        assert answer.headers["Location"] == "/oauth/none", other


def test_where_nobody_is_sent_back_the_address_is_brought_by_hand(company: world.World) -> None:
    client = company.signed_in()
    with company.app.test_request_context():
        assert consents.redirect_of(providers.PROVIDERS["qbo"], "http://127.0.0.1:8910") == (
            "https://developer.intuit.com/v2/OAuth2Playground/RedirectUrl",
            True,
        )
    state = _told(_asked(company, client, "qbo")[1])["state"]
    ended = f"https://developer.intuit.com/x?code=c&state={state}&realmId=9130"
    answer = world.post(client, "/oauth/paste", at="/help", address=ended)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/help")


@pytest.mark.parametrize(
    ("name", "outside", "redirect", "paste"),
    [
        ("xero", "https://farm.example", "https://farm.example/oauth/callback", False),
        ("google", "http://127.0.0.1:8910", "http://127.0.0.1:8910/oauth/callback", False),
        ("google", "http://farm.lan:8910", "http://localhost:8910/oauth/callback", True),
        ("qbo", "https://farm.example", "https://farm.example/oauth/callback", False),
    ],
)
def test_the_address_to_register_is_one_that_the_provider_takes(
    name: str, outside: str, redirect: str, paste: bool
) -> None:
    assert consents.redirect_of(providers.PROVIDERS[name], outside) == (redirect, paste)


def test_who_says_no_comes_back_too(company: world.World) -> None:
    client = company.signed_in()
    state = _told(_asked(company, client)[1])["state"]
    told = {"state": state, "error": "access_denied", "error_description": "<b>no</b>"}
    assert client.get("/oauth/callback", query_string=told).status_code == 302
    with company.database.read() as session:
        (consent,) = session.query(models.Consent)
    assert (consent.outcome, consent.verifier) == ("access_denied", None)
