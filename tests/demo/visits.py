"""How a test visits the fictional portals, without a browser."""

from __future__ import annotations

import re

import httpx
import pyotp
import pypdfium2

from demo import portals

#: Seconds for an answer, of a server in this process too.
PATIENCE = 60


def visitor(portal: portals.Portal) -> httpx.Client:
    return httpx.Client(base_url=portal.url, follow_redirects=True, timeout=PATIENCE)


def enter(portal: portals.Portal, login: str = "", password: str = "") -> tuple[httpx.Client, httpx.Response]:
    """Mandarine's two pages; where they lead."""
    client = visitor(portal)
    client.post("/connexion", data={"identifiant": login or portal.brand.login})
    return client, client.post(
        "/connexion/mot-de-passe", data={"mot_de_passe": password or portal.house.password}
    )


def enter_nimbus(portal: portals.Portal) -> httpx.Client:
    client = visitor(portal)
    client.post("/login", data={"email": portal.brand.login, "password": portal.house.password})
    page = client.post("/login/totp", data={"code": pyotp.TOTP(portal.brand.seed).now()})
    token = re.search(r'name="csrf-token" content="(.+?)"', page.text)
    assert token, page.url
    client.headers["X-CSRF-Token"] = token[1]
    return client


def numbers(page: httpx.Response) -> list[str]:
    return re.findall(r'data-numero="(.+?)"', page.text)


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    return str(document[0].get_textpage().get_text_range())
