"""Coming in: the first admin, signing in, out, and what a stranger's page cannot do."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import argon2
import pytest

from core.db import models
from tests.web import world
from web import limits, people

FIRST = {"token": world.SETUP_TOKEN, "email": "anna@firm.fr", "password": world.PASSWORD}


@pytest.mark.parametrize("place", ["/", "/invoices", "/accounts/1", "/login", "/suppliers/mandarine/new"])
def test_on_a_fresh_farm_every_address_leads_to_setup(bare: world.World, place: str) -> None:
    answer = bare.app.test_client().get(place)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/setup")


def test_the_first_admin_lands_on_the_suppliers_and_setup_is_gone(bare: world.World) -> None:
    client = bare.app.test_client()
    answer = world.post(client, "/setup", at="/setup", **FIRST)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/suppliers")
    assert client.get("/suppliers").status_code == 200
    assert client.get("/setup").status_code == 404
    assert client.get("/", follow_redirects=True).request.path == "/suppliers"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"token": "guessed"}, "console"),
        ({"email": "anna"}, "complète"),
        ({"password": "short"}, "12 caractères"),
    ],
)
def test_setup_says_what_is_wrong_and_makes_nobody(
    bare: world.World, change: dict[str, str], said: str
) -> None:
    answer = world.post(bare.app.test_client(), "/setup", at="/setup", **{**FIRST, **change})
    assert answer.status_code in (401, 422)
    assert said in answer.text
    assert world.PASSWORD not in answer.text
    with bare.database.read() as session:
        assert session.query(models.Person).count() == 0


def test_many_first_admins_at_once_make_one(bare: world.World) -> None:
    clients = [bare.app.test_client() for _ in range(8)]
    tokens = [world.token_of(client, "/setup") for client in clients]

    def set_up(n: int) -> int:
        fields = {**FIRST, "email": f"person{n}@firm.fr", "csrf_token": tokens[n]}
        return int(clients[n].post("/setup", data=fields).status_code)

    with ThreadPoolExecutor(8) as pool:
        codes = sorted(pool.map(set_up, range(8)))
    assert codes == [302] + [404] * 7
    with bare.database.read() as session:
        assert session.query(models.Person).count() == session.query(models.Membership).count() == 1


def test_the_passphrase_is_kept_as_argon2id_only(bare: world.World) -> None:
    world.post(bare.app.test_client(), "/setup", at="/setup", **FIRST)
    with bare.database.read() as session:
        assert session.query(models.Person).one().password_hash.startswith("$argon2id$")


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(company: world.World) -> None:
    client = company.app.test_client()
    wrong = world.post(client, "/login", at="/login", email="admin@firm.fr", password="not this")
    nobody = world.post(client, "/login", at="/login", email="admin@firm.fr ", password="not this")
    assert wrong.status_code == nobody.status_code == 401
    assert "ne vont pas ensemble" in wrong.text
    assert "not this" not in wrong.text


def test_signing_in_goes_on_to_the_page_that_was_asked_for(company: world.World) -> None:
    client = company.app.test_client()
    asked = client.get("/invoices?q=F2026").headers["Location"]
    assert asked == "/login?next=/invoices?q%3DF2026"
    answer = world.post(
        client, "/login", at=asked, email="admin@firm.fr", password=world.PASSWORD, next="/invoices?q=F2026"
    )
    assert answer.headers["Location"] == "/invoices?q=F2026"


@pytest.mark.parametrize("place", ["https://evil.example", "//evil.example", "/\\evil.example", "evil"])
def test_signing_in_never_leads_to_another_site(company: world.World, place: str) -> None:
    answer = world.post(
        company.app.test_client(),
        "/login",
        at="/login",
        email="admin@firm.fr",
        password=world.PASSWORD,
        next=place,
    )
    assert answer.headers["Location"] == "/"


def test_the_session_changes_at_each_sign_in_and_only_its_hash_is_kept(company: world.World) -> None:
    client = company.signed_in()
    first = client.get_cookie("moisson")
    world.post(client, "/login", at="/help", email="admin@firm.fr", password=world.PASSWORD)
    second = client.get_cookie("moisson")
    assert first
    assert second
    assert first.value != second.value
    client.set_cookie("moisson", first.value)
    assert client.get("/").status_code == 302
    with company.database.read() as session:
        kept = {row.token_hash for row in session.query(models.WebSession)}
    assert not kept & {first.value, second.value}


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(company: world.World) -> None:
    client = company.app.test_client()
    answer = world.post(client, "/login", at="/login", email="admin@firm.fr", password=world.PASSWORD)
    cookie = next(c for c in answer.headers.getlist("Set-Cookie") if c.startswith("moisson="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    secure = company.app.test_client()
    page = secure.get("/login", base_url="https://farm.example").text
    token = page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
    fields = {"csrf_token": token, "email": "admin@firm.fr", "password": world.PASSWORD}
    answer = secure.post(
        "/login",
        base_url="https://farm.example",
        data=fields,
        headers={"Referer": "https://farm.example/login"},
    )
    cookie = next(c for c in answer.headers.getlist("Set-Cookie") if "moisson=" in c and "form" not in c)
    assert cookie.startswith("__Host-moisson=")
    assert "Secure" in cookie


@pytest.mark.parametrize(("minutes", "alive"), [(29, True), (31, False)])
def test_a_session_ends_after_half_an_hour_without_a_click(
    company: world.World, minutes: int, alive: bool
) -> None:
    client = company.signed_in()
    with company.database.write() as session:
        for row in session.query(models.WebSession):
            row.seen_at = world.NOW - timedelta(minutes=minutes)
    assert (client.get("/").status_code == 200) is alive


def test_a_page_that_refreshes_itself_does_not_keep_a_session_alive(company: world.World) -> None:
    client = company.signed_in()
    before = world.NOW - timedelta(minutes=20)
    with company.database.write() as session:
        session.query(models.WebSession).one().seen_at = before
    client.get("/", headers={"HX-Request": "true"})
    with company.database.read() as session:
        assert session.query(models.WebSession).one().seen_at == before
    client.get("/")
    with company.database.read() as session:
        assert session.query(models.WebSession).one().seen_at == world.NOW


def test_a_session_ends_after_twelve_hours_whatever_happens(company: world.World) -> None:
    client = company.signed_in()
    with company.database.write() as session:
        session.query(models.WebSession).one().created_at = world.NOW - timedelta(hours=12, minutes=1)
    answer = client.get("/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/login")


def test_signing_out_ends_the_session_on_the_server(company: world.World) -> None:
    client = company.signed_in()
    token = client.get_cookie("moisson")
    assert token
    world.post(client, "/logout", at="/help")
    client.set_cookie("moisson", token.value)
    assert client.get("/").status_code == 302


def test_after_five_wrong_tries_a_sixth_has_to_wait(company: world.World) -> None:
    limits.limiter.enabled = True
    client = company.app.test_client()
    token = world.token_of(client, "/login")
    fields = {"csrf_token": token, "email": "admin@firm.fr", "password": "wrong"}
    try:
        codes = [client.post("/login", data=fields).status_code for _ in range(6)]
    finally:
        limits.limiter.reset()
        limits.limiter.enabled = False
    assert codes == [401] * 5 + [429]


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_form_on_another_site_changes_nothing(company: world.World, headers: dict[str, str]) -> None:
    client = company.signed_in()
    place = f"/accounts/{company.accounts['ok']}/pause"
    fields = {"csrf_token": world.token_of(client, "/help")}
    assert client.post(place, data=fields, headers=headers).status_code == 403
    ours: dict[str, Any] = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    assert client.post(place, data=fields, headers=ours).status_code == 302


def test_a_post_without_its_form_token_is_refused_in_words(company: world.World) -> None:
    answer = company.signed_in().post(f"/accounts/{company.accounts['ok']}/pause")
    assert answer.status_code == 400
    assert "formulaire a expiré" in answer.text


def test_the_language_follows_the_browser_then_the_person(company: world.World) -> None:
    client = company.app.test_client()
    assert '<html lang="en">' in client.get("/login", headers={"Accept-Language": "en-GB,en"}).text
    assert '<html lang="fr">' in client.get("/login", headers={"Accept-Language": "de"}).text
    signed = company.signed_in()
    world.post(signed, "/language", at="/help", language="en")
    assert '<html lang="en">' in signed.get("/", headers={"Accept-Language": "fr"}).text


def test_an_unknown_person_takes_as_long_as_a_wrong_password(
    company: world.World, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []

    class Witness:
        def verify(self, hashed: str, password: str) -> bool:
            checked.append(hashed[:9])
            raise argon2.exceptions.VerifyMismatchError

        def hash(self, password: str) -> str:
            return "$argon2id$nobody"

    people._nobody.cache_clear()
    monkeypatch.setattr(people, "_HASHER", Witness())
    with company.app.app_context():
        assert people.check("admin@firm.fr", "x") is None
        assert people.check("nobody@firm.fr", "x") is None
    people._nobody.cache_clear()
    assert checked == ["$argon2id", "$argon2id"]
