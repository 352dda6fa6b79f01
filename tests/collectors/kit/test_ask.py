from __future__ import annotations

import pytest

from collectors.kit import ask, reply
from core import errors

HOME = "https://portal.example/login"
TOKENS = {"Accept": "*/*", "Authorization": "Bearer x", "X-CSRF": "y", "Content-Type": "application/json"}


def redirected(method: str, status: int, place: str, url: str = HOME) -> ask.Ask | None:
    asked = ask.Ask(method, url, TOKENS, b"{}" if method == "POST" else None)
    return asked.onward(reply.Reply(status, url, {"location": place}))


@pytest.mark.parametrize("status", [200, 304, 404])
def test_only_a_redirect_leads_on(status: int) -> None:
    assert redirected("GET", status, "/next") is None
    assert ask.Ask("GET", HOME).onward(reply.Reply(302, HOME)) is None


@pytest.mark.parametrize(
    ("place", "url"),
    [
        ("/bills", "https://portal.example/bills"),
        ("bills?a=1#top", "https://portal.example/bills?a=1"),
        ("//sso.example/x", "https://sso.example/x"),
        ("https://sso.example/", "https://sso.example/"),
    ],
)
def test_a_redirect_is_read_as_a_browser_reads_it(place: str, url: str) -> None:
    onward = redirected("GET", 302, place)
    assert onward is not None
    assert onward.url == url


@pytest.mark.parametrize(
    ("status", "method"), [(301, "GET"), (302, "GET"), (303, "GET"), (307, "POST"), (308, "POST")]
)
def test_only_307_and_308_ask_the_same_again(status: int, method: str) -> None:
    onward = redirected("POST", status, "/next")
    assert onward is not None
    assert onward.method == method
    assert onward.body == (b"{}" if method == "POST" else None)
    assert ("Content-Type" in onward.headers) is (method == "POST")


def test_a_header_that_may_hold_a_token_does_not_travel_to_another_origin() -> None:
    home, away = redirected("GET", 302, "/next"), redirected("GET", 302, "https://cdn.example/pdf?signed=1")
    assert home is not None
    assert away is not None
    assert home.headers == TOKENS
    assert set(away.headers) == {"Accept", "Content-Type"}


@pytest.mark.parametrize(
    "place", ["http://portal.example/", "ftp://portal.example/", "javascript:alert(1)", "file:///x"]
)
def test_nobody_leads_us_away_from_tls(place: str) -> None:
    with pytest.raises(errors.DoorClosed):
        redirected("GET", 302, place)


def test_plain_http_may_lead_to_plain_http_and_to_tls() -> None:
    for place in ("http://localhost:2/", "https://portal.example/"):
        onward = redirected("GET", 302, place, "http://127.0.0.1:1/")
        assert onward is not None
        assert onward.url == place


def test_an_ask_does_not_print_what_it_carries() -> None:
    assert "Bearer" not in repr(ask.Ask("POST", HOME, TOKENS, b"canary"))
    assert "canary" not in repr(ask.Ask("POST", HOME, TOKENS, b"canary"))


def test_the_later_header_wins_whatever_its_case_and_cookies_come_from_the_jar_alone() -> None:
    said = ask.merged({"Accept": "*/*", "X": "1"}, {"accept": "text/html", "COOKIE": "a=b"})
    assert said == {"accept": "text/html", "X": "1"}
