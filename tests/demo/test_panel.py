"""The stage panel shows every lever, pulls it, and says what happened, in two languages."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.async_api import Page

from demo import panel, portals, words
from demo.stage import COMMON, Lever
from tests.demo import looks, visits

#: What is typed on each page of a sign-in, and the button that sends it.
PAGES = {
    "mandarine": [
        ({"identifiant": "user-7"}, "continuer"),
        ({"mot-de-passe": "mandarine-demo"}, "se-connecter"),
    ],
    "nimbus": [({"email": "user-7@a.example", "password": "nimbus-demo"}, "sign-in")],
    "bleu": [({"identifiant": "user-7@a.example", "mot-de-passe": "bleu-demo"}, "connexion")],
}
ASKS = {
    Lever.CAPTCHA: "#captcha",
    Lever.CODE: "[autocomplete=one-time-code]",
    Lever.TERMS: "text=/conditions|terms/i",
}


@pytest.fixture
def stage(mandarine: portals.Portal, nimbus: portals.Portal, bleu: portals.Portal) -> Iterator[httpx.Client]:
    with (
        panel.Panel([mandarine, nimbus, bleu], port=0, farm="http://127.0.0.1:8910") as served,
        httpx.Client(base_url=served.url, follow_redirects=True, timeout=visits.PATIENCE) as client,
    ):
        yield client


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_lever_has_a_button_with_a_name(stage: httpx.Client, language: str) -> None:
    page = stage.get("/", params={"lang": language}).text
    assert f'<html lang="{language}">' in page
    every = COMMON | {Lever.APPROVAL}
    assert set(words.LEVERS[language]) == every
    assert {Lever.PUBLISH, *(lever for group in words.GROUPS.values() for lever in group)} == every
    assert all(page.count(f'value="{lever.value}"') == 3 for lever in COMMON)
    assert page.count('value="approval"') == 1, "only the portal that has an app asks in it"


def test_the_two_languages_say_the_same_things() -> None:
    assert words.PAGE["fr"].keys() == words.PAGE["en"].keys()


def test_the_browser_chooses_the_language(stage: httpx.Client) -> None:
    assert "The stage" in stage.get("/", headers={"Accept-Language": "en-GB,fr;q=0.5"}).text
    assert "La scène" in stage.get("/", headers={"Accept-Language": "fr"}).text


def test_publishing_puts_an_invoice_on_one_portal_and_names_it(
    stage: httpx.Client, mandarine: portals.Portal, nimbus: portals.Portal
) -> None:
    page = stage.post("/mandarine", data={"lever": "publish", "lang": "fr"})
    newest = mandarine.house.shelf.of("claire.fontaine")[0]
    assert f"Publier une facture {newest.number}" in page.text
    assert len(nimbus.house.shelf.of(nimbus.brand.login)) == 12


def test_a_switch_goes_on_and_off_again(stage: httpx.Client, nimbus: portals.Portal) -> None:
    assert 'value="down" aria-pressed="true"' in stage.post("/nimbus", data={"lever": "down"}).text
    assert nimbus.stage.on(Lever.DOWN)
    assert 'value="down" aria-pressed="true"' not in stage.post("/nimbus", data={"lever": "down"}).text
    assert not nimbus.stage.on(Lever.DOWN)


def test_the_changed_password_is_shown_and_reset_brings_the_first_back(
    stage: httpx.Client, mandarine: portals.Portal
) -> None:
    assert "mandarine-demo-2" in stage.post("/mandarine", data={"lever": "change_password"}).text
    assert "mandarine-demo-2" not in stage.post("/mandarine", data={"lever": "reset"}).text
    assert mandarine.house.password == mandarine.brand.password


def test_a_contract_is_chosen_where_a_portal_has_several(stage: httpx.Client, bleu: portals.Portal) -> None:
    _, gas = bleu.brand.contracts
    page = stage.post("/bleu", data={"lever": "publish", "contract": gas}).text
    assert f'<option value="{gas}" selected>' in page
    assert re.fullmatch(r"BE-\d{4}-0016", bleu.house.shelf.of(bleu.brand.login, gas)[0].number)
    assert stage.post("/bleu", data={"lever": "publish", "contract": "another"}).status_code == 404


def test_the_phone_shows_the_newest_code_first_and_says_when_it_came(
    stage: httpx.Client, mandarine: portals.Portal
) -> None:
    assert "Aucun message." in stage.get("/?lang=fr").text
    codes = [mandarine.house.send_code(login) for login in ("claire.fontaine", "user-7")]
    page = stage.get("/?lang=fr").text
    shown = re.findall(
        r"<time datetime=\"20.+?\">\d\d:\d\d:\d\d</time> Votre code est <code>(\d{6})</code>", page
    )
    assert shown == codes[::-1]
    assert '<span class="who">user-7</span>' in page


def test_a_confirmation_is_given_on_the_phone(stage: httpx.Client, mandarine: portals.Portal) -> None:
    assert "C’est bien moi" not in stage.get("/?lang=fr").text
    mandarine.house.ask_approval("user-7")
    assert "C’est bien moi" in stage.get("/?lang=fr").text
    page = stage.post("/mandarine", data={"lever": "approve", "login": "user-7", "lang": "fr"}).text
    assert "Confirmé sur le téléphone." in page
    assert "C’est bien moi" not in page
    assert mandarine.house.approved("user-7")


def test_a_group_stands_open_while_something_in_it_is_on(stage: httpx.Client) -> None:
    assert "<details open>" not in stage.get("/").text
    stage.post("/nimbus", data={"lever": "down"})
    assert stage.get("/").text.count("<details open>") == 1


def test_a_replaced_bill_shows_its_version(stage: httpx.Client) -> None:
    stage.post("/nimbus", data={"lever": "replaced"})
    assert 'NIM-2026-0012 <span class="quiet">v2</span>' in stage.get("/").text


@pytest.mark.parametrize(
    ("supplier", "lever"),
    [("nimbus", "approval"), ("mandarine", "not_ready"), ("mandarine", "x"), ("acme", "publish")],
)
def test_what_does_not_exist_is_not_found(stage: httpx.Client, supplier: str, lever: str) -> None:
    assert stage.post(f"/{supplier}", data={"lever": lever}).status_code == 404


def test_no_other_site_and_no_other_machine_may_pull(stage: httpx.Client, mandarine: portals.Portal) -> None:
    for told in ({"Origin": "http://evil.example"}, {"Host": "evil.example"}):
        assert stage.post("/mandarine", data={"lever": "down"}, headers=told).status_code == 403
    assert not mandarine.stage.on(Lever.DOWN)


def test_the_page_asks_nothing_of_anyone_else(stage: httpx.Client) -> None:
    answer = stage.get("/")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "<script" not in answer.text
    assert stage.get("/static/stage.css").status_code == 200


async def test_axe_finds_nothing_to_mend(
    mandarine: portals.Portal, nimbus: portals.Portal, bleu: portals.Portal
) -> None:
    mandarine.pull(Lever.CODE)
    mandarine.house.ask_approval(mandarine.brand.login)
    nimbus.pull(Lever.DOWN)
    bleu.house.send_code("user-7@atelier.example")
    with panel.Panel([mandarine, nimbus, bleu], port=0) as served:
        async with looks.browser() as shell:
            for look in looks.EVERY:
                page = await shell.new_page(**look)
                await page.goto(f"{served.url}/")
                assert await looks.violations(page) == []
                assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
                await page.close()


async def test_axe_finds_nothing_to_mend_at_the_questions_of_the_portals(
    mandarine: portals.Portal, nimbus: portals.Portal, bleu: portals.Portal
) -> None:
    async with looks.browser() as shell:
        for shown, (question, sign) in itertools.product((mandarine, nimbus, bleu), ASKS.items()):
            shown.stage.reset()
            shown.pull(question)
            page = await shell.new_page(**looks.EVERY[0])
            await page.goto(shown.url)
            if question is not Lever.CAPTCHA:
                await sign_in(page, shown.brand.id)
            await page.wait_for_selector(sign)
            await page.wait_for_load_state()
            assert await looks.violations(page) == [], (shown.brand.id, question)
            await page.close()


async def sign_in(page: Page, supplier: str) -> None:
    for fields, button in PAGES[supplier]:
        for name, text in fields.items():
            await page.fill(f"#{name}", text)
        if await page.is_visible("#consentement-refuser"):
            await page.click("#consentement-refuser")
        await page.click(f"#{button}")


async def test_axe_finds_what_is_wrong(mandarine: portals.Portal) -> None:
    async with looks.browser() as shell:
        page = await shell.new_page(**looks.EVERY[0])
        await page.goto(mandarine.url)
        assert await looks.violations(page) == []
        await page.evaluate("document.documentElement.lang = ''")
        assert await looks.violations(page) == ["html-has-lang"]
