"""The stage panel shows every lever, pulls it, and says what happened, in two languages."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from demo import panel, portals, words
from demo.stage import COMMON, Lever
from tests.demo import looks


@pytest.fixture
def stage(mandarine: portals.Portal, nimbus: portals.Portal) -> Iterator[httpx.Client]:
    with (
        panel.Panel([mandarine, nimbus], port=0, farm="http://127.0.0.1:8910") as served,
        httpx.Client(base_url=served.url, follow_redirects=True) as client,
    ):
        yield client


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_lever_has_a_button_with_a_name(stage: httpx.Client, language: str) -> None:
    page = stage.get("/", params={"lang": language}).text
    assert f'<html lang="{language}">' in page
    assert set(words.LEVERS[language]) == COMMON
    assert {Lever.PUBLISH, *(lever for group in words.GROUPS.values() for lever in group)} == COMMON
    assert all(page.count(f'value="{lever.value}"') == 2 for lever in COMMON)


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


@pytest.mark.parametrize(
    ("supplier", "lever"), [("mandarine", "not_ready"), ("mandarine", "x"), ("acme", "publish")]
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


async def test_axe_finds_nothing_to_mend(mandarine: portals.Portal, nimbus: portals.Portal) -> None:
    mandarine.pull(Lever.CODE)
    nimbus.pull(Lever.DOWN)
    with panel.Panel([mandarine, nimbus], port=0) as served:
        async with looks.browser() as shell:
            for look in looks.EVERY:
                page = await shell.new_page(**look)
                await page.goto(f"{served.url}/")
                assert await looks.violations(page) == []
                assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
                await page.close()


async def test_axe_finds_what_is_wrong(mandarine: portals.Portal) -> None:
    async with looks.browser() as shell:
        page = await shell.new_page(**looks.EVERY[0])
        await page.goto(mandarine.url)
        assert await looks.violations(page) == []
        await page.evaluate("document.documentElement.lang = ''")
        assert await looks.violations(page) == ["html-has-lang"]
