from __future__ import annotations

import copy
import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.kit import jar

SHOP = "https://espace.portal.example/factures/liste"
SSO = "https://login.sso.example/authorize"


def cookie(name: str, value: str = "v", domain: str = "espace.portal.example", **more: Any) -> dict[str, Any]:
    usual = {"path": "/", "expires": -1, "httpOnly": True, "secure": True, "sameSite": "None"}
    return {"name": name, "value": value, "domain": domain, **usual, **more}


def session(*cookies: dict[str, Any]) -> dict[str, Any]:
    storage = [
        {"origin": "https://login.sso.example", "localStorage": [{"name": "device", "value": "été ☀"}]}
    ]
    return {"cookies": list(cookies), "origins": storage}


def test_what_http_did_not_touch_goes_back_byte_for_byte() -> None:
    kept = session(
        cookie("sid", "one"),
        cookie("sso", 'a"b=c', ".sso.example", sameSite="Strict", expires=1_999_999_999.123457),
        cookie("old", expires=12.5),
        cookie("chips", partitionKey="https://portal.example", _crHasCrossSiteAncestor=False),
    )
    cookies = jar.Jar(kept)
    cookies.take(SHOP, ["sid=two; Path=/; Secure; HttpOnly"])

    after = cookies.state()
    assert after["cookies"][0]["value"] == "two"
    after["cookies"][0] = kept["cookies"][0]
    assert json.dumps(after, ensure_ascii=False) == json.dumps(kept, ensure_ascii=False)


def test_each_host_is_sent_its_own_cookies_only() -> None:
    cookies = jar.Jar(
        session(
            cookie("here"),
            cookie("family", domain=".portal.example"),
            cookie("sso", domain="login.sso.example"),
        )
    )
    assert cookies.header_for(SHOP) == "here=v; family=v"
    assert cookies.header_for("https://autre.portal.example/") == "family=v"
    assert cookies.header_for("https://portal.example/") == "family=v"
    assert cookies.header_for(SSO) == "sso=v"
    assert cookies.header_for("https://under.login.sso.example/") is None
    assert cookies.header_for("https://evilportal.example/") is None


def test_two_jars_of_the_same_portal_never_mix() -> None:
    shared = session(cookie("sid", "first"))
    one, two = jar.Jar(shared), jar.Jar(shared)
    one.take(SHOP, ["sid=changed; Path=/; Secure", "extra=1; Secure"])
    assert two.header_for(SHOP) == "sid=first"
    assert shared == session(cookie("sid", "first"))
    assert one.header_for(SHOP) == "extra=1; sid=changed"


def test_longer_paths_come_first_and_a_path_is_not_a_mere_prefix() -> None:
    cookies = jar.Jar(session(cookie("root"), cookie("deep", path="/factures"), cookie("no", path="/fact")))
    assert cookies.header_for(SHOP) == "deep=v; root=v"


def test_an_expired_cookie_is_kept_but_not_sent() -> None:
    kept = session(cookie("old", expires=time.time() - 1), cookie("live", expires=time.time() + 60))
    cookies = jar.Jar(kept)
    assert cookies.header_for(SHOP) == "live=v"
    assert cookies.get("old") is None
    assert cookies.state() == kept


@pytest.mark.parametrize(
    "gone",
    [
        "sid=; Max-Age=0",
        "sid=x; Max-Age=-1",
        "sid=; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
        "sid=; Expires=Thu, 01-Jan-70 00:00:01 GMT",
        "sid=x; Expires=Fri, 01 Jan 2100 00:00:00 GMT; Max-Age=0",
    ],
)
def test_a_portal_can_take_a_cookie_back(gone: str) -> None:
    cookies = jar.Jar(session(cookie("sid"), cookie("other")))
    cookies.take(SHOP, [f"{gone}; Path=/; Secure"])
    assert cookies.state() == session(cookie("other"))


def test_a_new_cookie_is_written_as_the_browser_would() -> None:
    cookies = jar.Jar(session())
    cookies.take(SHOP, ["tok=a=b; Domain=portal.example; Path=/factures; Secure; HttpOnly; SameSite=None"])
    cookies.take("https://espace.portal.example/api/v1/bills", ["plain=1"])
    assert cookies.state()["cookies"] == [
        cookie("tok", "a=b", ".portal.example", path="/factures"),
        cookie("plain", "1", path="/api/v1", secure=False, httpOnly=False, sameSite="Lax"),
    ]


def test_a_life_is_counted_in_seconds_and_never_longer_than_chromium_keeps() -> None:
    cookies = jar.Jar()
    cookies.take(
        SHOP,
        [
            "a=1; Max-Age=3600",
            "b=1; Max-Age=99999999999",
            "c=1; Expires=soon",
            "d=1; Expires=31 Dec 99999 00:00:00 GMT",
        ],
    )
    short, long, session_only, endless = (each["expires"] for each in cookies.state()["cookies"])
    assert 3590 < short - time.time() <= 3600
    assert long - time.time() <= 400 * 86_400
    assert session_only == endless == -1


@pytest.mark.parametrize(
    "header",
    [
        "a=1; Domain=other.example",
        "a=1; Domain=example",
        "a=1; Domain=pace.portal.example",
        "a=1; Domain=deeper.espace.portal.example",
        "a=1; SameSite=None",
        "__Secure-a=1",
        "__Host-a=1; Secure; Path=/factures",
        "__Host-a=1; Secure; Path=/; Domain=espace.portal.example",
        "__HOST-a=1; Path=/",
        "=nameless",
        "nothing",
        "a=1\x01; Path=/",
        f"a={'x' * 5000}",
    ],
)
def test_what_a_browser_would_refuse_is_refused(header: str) -> None:
    cookies = jar.Jar()
    cookies.take(SHOP, [header])
    assert cookies.state()["cookies"] == []


@pytest.mark.parametrize(
    "header",
    [
        "a=1; Domain=.portal.example",
        "a=1; SameSite=None; Secure",
        "__Secure-a=1; Secure",
        "__Host-a=1; Secure; Path=/",
    ],
)
def test_what_a_browser_would_keep_is_kept(header: str) -> None:
    cookies = jar.Jar()
    cookies.take(SHOP, [header])
    assert len(cookies.state()["cookies"]) == 1


def test_a_secure_cookie_needs_tls_to_be_set_sent_or_changed() -> None:
    cookies = jar.Jar(session(cookie("sid", "safe")))
    plain = SHOP.replace("https", "http")
    cookies.take(plain, ["sid=evil; Path=/", "new=1; Secure"])
    assert cookies.header_for(plain) is None
    assert cookies.header_for(SHOP) == "sid=safe"


@pytest.mark.parametrize(
    "here", ["http://127.0.0.1:8921/a", "http://localhost:8921/a", "http://[::1]:8921/a"]
)
def test_plain_http_to_this_machine_counts_as_safe_as_in_chromium(here: str) -> None:
    cookies = jar.Jar()
    cookies.take(here, ["__Host-s=1; Secure; Path=/", "q=2; Domain=localhost"])
    assert (cookies.header_for(here) or "").startswith("__Host-s=1")


def test_an_address_and_a_bare_name_have_no_domain_under_them() -> None:
    cookies = jar.Jar()
    cookies.take("http://127.0.0.1:1/", ["a=1; Domain=127.0.0.1"])
    cookies.take("http://localhost:1/", ["b=1; Domain=localhost"])
    assert [each["domain"] for each in cookies.state()["cookies"]] == ["127.0.0.1", "localhost"]


def test_cookies_do_not_mind_the_port() -> None:
    cookies = jar.Jar()
    cookies.take("http://127.0.0.1:8921/", ["a=1"])
    assert cookies.header_for("http://127.0.0.1:8922/") == "a=1"


def test_a_cookie_is_found_by_name_and_by_host() -> None:
    cookies = jar.Jar(session(cookie("csrf", "one"), cookie("csrf", "two", ".sso.example")))
    assert cookies.get("csrf") == "one"
    assert cookies.get("csrf", "sso.example") == "two"
    assert cookies.get("csrf", "nowhere.example") is None


def test_after_a_login_the_browsers_state_replaces_the_jars() -> None:
    cookies = jar.Jar(session(cookie("old")))
    cookies.replace(session(cookie("new")))
    assert cookies.header_for(SHOP) == "new=v"


def test_a_jar_does_not_print_its_cookies() -> None:
    assert "canary" not in repr(jar.Jar(session(cookie("sid", "canary"))))


names = st.text(st.characters(codec="ascii", categories=("L", "N")), min_size=1, max_size=4)
kept_cookies = st.builds(
    cookie,
    names,
    st.text(max_size=8),
    st.sampled_from(["espace.portal.example", ".portal.example", "login.sso.example", ".sso.example"]),
    path=st.sampled_from(["/", "/factures", "/a/b"]),
    expires=st.one_of(st.just(-1), st.floats(0, 4e9)),
    secure=st.booleans(),
    sameSite=st.sampled_from(["Lax", "None", "Strict"]),
)


@given(
    st.lists(kept_cookies, max_size=8, unique_by=lambda each: (each["name"], each["domain"], each["path"]))
)
def test_reading_a_jar_changes_nothing_whatever_it_holds(held: list[dict[str, Any]]) -> None:
    kept = session(*held)
    cookies = jar.Jar(copy.deepcopy(kept))
    cookies.header_for(SHOP)
    cookies.take("https://elsewhere.example/", ["a=1; Domain=portal.example", "b=1; Domain=sso.example"])
    assert cookies.state() == kept


@given(st.text(max_size=60))
def test_no_set_cookie_line_breaks_the_jar_or_its_header(line: str) -> None:
    cookies = jar.Jar()
    cookies.take(SHOP, [line, f"a={line}", f"a=1; {line}", f"a=1; Expires={line}; Max-Age={line}"])
    header = cookies.header_for(SHOP) or ""
    assert "\r" not in header
    assert "\n" not in header
