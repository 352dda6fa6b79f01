"""An account's own proxy and its own language: for this run only, through the door, and the login of the proxy never shows."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import trustme
from flask import request

from collectors.kit import door, upstream
from collectors.kit.portal import Outside, Portal, open_portal
from core import errors, nouns
from tests.collectors.kit.proxies import AS_WRITTEN, LOGIN, proxying
from tests.collectors.kit.site import Plain, Site, manifest, served

#: A name that nobody knows but a proxy.
PORTAL = "portal.example:8080"


@pytest_asyncio.fixture(autouse=True)
async def _no_names(monkeypatch: pytest.MonkeyPatch) -> None:
    async def getaddrinfo(host: str, port: int, **_: Any) -> list[tuple[Any, ...]]:
        if host != "inside.example":
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.1", port))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)


@asynccontextmanager
async def visiting(
    outside: Outside, site: Site, proxy: str, *, locale: str = "", **declares: Any
) -> AsyncIterator[Portal]:
    told = {"website": f"http://{PORTAL}", "origins": (f"http://{PORTAL}",), "hosts": (PORTAL,), **declares}
    async with open_portal(
        outside,
        manifest(site, **told),
        session=None,
        whole=True,
        note=lambda *_: None,
        keep=lambda *_: nouns.File(Path(), "", 0, "", ""),
        upstream=Plain(proxy),
        locale=locale,
    ) as portal:
        yield portal


@pytest.mark.parametrize("scheme", ["http", "https", "socks5"])
@pytest.mark.parametrize("login", [None, LOGIN])
async def test_a_run_goes_out_through_its_accounts_proxy(
    outside: Outside,
    scheme: str,
    login: tuple[str, str] | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    authority, tls = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    with served({"/bills": "two bills"}) as site:
        async with proxying(site.server.port, login=login, tls=tls if scheme == "https" else None) as proxy:
            named = f"{AS_WRITTEN}@" if login else ""
            async with visiting(outside, site, f"{scheme}://{named}127.0.0.1:{proxy.port}") as portal:
                assert (await portal.get("/bills")).text == "two bills"
    assert proxy.asked == [PORTAL]


@pytest.mark.parametrize("scheme", ["http", "socks5"])
async def test_a_wrong_login_is_the_portal_out_of_reach_and_shows_nothing(
    outside: Outside, scheme: str
) -> None:
    with served({"/bills": "two bills"}) as site:
        async with proxying(site.server.port, login=LOGIN) as proxy:
            url = f"{scheme}://firm:not-this-one@127.0.0.1:{proxy.port}"
            async with visiting(outside, site, url) as portal:
                with pytest.raises(errors.PortalDown) as caught:
                    await portal.get("/bills")
                shown = b"".join(each.content for each in await portal.evidence(caught.value))
                assert (
                    portal.mask(f"a page that says {url} and not-this-one") == "a page that says ••• and •••"
                )
    assert (proxy.refused, site.asked) == (1, [])
    assert b"not-this-one" not in shown
    assert "not-this-one" not in str(caught.value)


async def test_a_browser_goes_through_it_too_in_the_accounts_language(outside: Outside) -> None:
    heard: list[str] = []

    def page() -> str:
        heard.append(request.headers["Accept-Language"])
        return "<h1>Bills</h1>"

    with served({"/bills": page}) as site:
        async with proxying(site.server.port) as proxy:
            url = f"http://127.0.0.1:{proxy.port}"
            async with visiting(outside, site, url, locale="en-GB") as portal:
                await portal.get("/bills")
                await portal.go("/bills")
                await portal.see("h1", name="the title")
    assert set(proxy.asked) == {PORTAL}
    assert len(heard) == 2
    assert all(each.startswith("en-GB,en;q=0.9") or each == "en-GB" for each in heard)


async def test_the_pace_of_a_supplier_holds_across_accounts_with_proxies_of_their_own(
    outside: Outside,
) -> None:
    """Two accounts, two ways out, one turnstile: that of the supplier (`test_pace` shows that it turns)."""
    with served({"/bills": "two bills"}) as site:
        async with proxying(site.server.port) as one, proxying(site.server.port) as two:
            ways = [f"http://127.0.0.1:{each.port}" for each in (one, two)]
            async with visiting(outside, site, ways[0]) as first, visiting(outside, site, ways[1]) as second:
                await asyncio.gather(first.get("/bills"), second.get("/bills"))
                assert first._lane._turns is second._lane._turns
    assert (one.asked, two.asked) == ([PORTAL], [PORTAL])


async def test_a_proxy_beside_the_farm_is_not_reached_for_an_account(outside: Outside) -> None:
    with served({}) as site:
        async with visiting(outside, site, "http://inside.example:3128") as portal:
            with pytest.raises(errors.PortalError, match="destination_ip_prohibited"):
                await portal.get("/bills")


async def test_a_proxy_on_this_machine_is_for_development() -> None:
    strict = door.Door()
    with pytest.raises(errors.BadSettings, match="this very machine"):
        await strict.open([PORTAL], upstream="http://127.0.0.1:3128")


@pytest.mark.parametrize(
    "url", ["ftp://a:1", "a:1", "http://secret-host", "socks5://x:secret-" + "y" * 300 + "@a:1"]
)
def test_an_address_that_is_no_proxy_is_refused_without_being_repeated(url: str) -> None:
    with pytest.raises(errors.BadSettings) as caught:
        upstream.Upstream.parse(url, "the account's proxy")
    assert "secret" not in str(caught.value)
    assert "the account's proxy" in str(caught.value)


def test_a_proxy_shows_no_login() -> None:
    assert "word" not in repr(upstream.Upstream.parse(f"http://{AS_WRITTEN}@a:1", "here"))
