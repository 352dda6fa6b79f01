"""The product in one story: set up, add Mandarine, fourteen left where they are, one published, one brought home."""

from __future__ import annotations

import asyncio
import re
import urllib.error
import urllib.parse
import urllib.request

import pytest
from playwright.async_api import Browser, expect

from demo.stage import Lever
from tests.journeys import house as houses
from tests.journeys.house import House, Visitor


async def test_from_first_start_to_the_first_invoice(anna: Visitor, house: House) -> None:
    await anna.set_up()
    await anna.fill_account()
    assert anna.clicks <= 4, "four clicks to the stored account (a2)"
    await anna.sees("C'est connecté")
    await anna.sees("14 factures déjà présentes")
    assert house.rows("SELECT count(*) FROM documents") == [(0,)]

    house.mandarine.publish()
    await anna.collect()
    await houses.until(lambda: house.rows("SELECT 1 FROM documents WHERE read_at IS NOT NULL"))
    await anna.go("/invoices")
    await expect(anna.page.locator("main li")).to_have_count(1)
    await anna.sees(re.compile(r"MT-\d{4}-0015"))
    await anna.page.locator("main li").get_by_role("link", name="Mandarine Télécom").first.click()
    picture = anna.page.get_by_role("img").first
    await expect(picture).to_be_visible()
    assert await picture.evaluate("image => image.decode().then(() => image.naturalWidth > 100)")
    async with anna.page.expect_download() as download:
        await anna.leads("Télécharger").click()
    assert (await (await download.value).path()).read_bytes().startswith(b"%PDF-")


async def test_an_invoice_published_with_an_old_date_comes_home_too(anna: Visitor, house: House) -> None:
    await anna.set_up()
    await anna.add_account()
    house.mandarine.pull(Lever.PUBLISH_LATE)
    await anna.collect()
    assert house.rows("SELECT count(*), min(issued_on) < '2026-01-01' FROM invoices") == [(1, 1)]


async def test_any_address_leads_to_setup_once_and_two_at_once_make_one_admin(house: House) -> None:
    token = house.setup.partition("token=")[2]
    with urllib.request.urlopen(house.address + "/invoices") as answer:
        assert urllib.parse.urlsplit(answer.url).path == "/setup"

    filled = [_filled_setup(house.address, token) for _ in range(6)]
    codes = await asyncio.gather(*(asyncio.to_thread(_post, *one) for one in filled))
    assert house.rows("SELECT count(*) FROM people") == [(1,)], codes
    with pytest.raises(urllib.error.HTTPError) as gone:
        urllib.request.urlopen(house.address + "/setup")
    assert gone.value.code == 404


def _filled_setup(address: str, token: str) -> tuple[urllib.request.OpenerDirector, urllib.request.Request]:
    """The form of one visitor, ready to be sent, and the visitor."""
    jar = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    page = jar.open(f"{address}/setup?token={token}").read().decode()
    csrf = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert csrf
    form = {
        "csrf_token": csrf[1],
        "token": token,
        "email": houses.EMAIL,
        "password": houses.PHRASE,
        "language": "fr",
    }
    return jar, urllib.request.Request(
        f"{address}/setup", urllib.parse.urlencode(form).encode(), {"Origin": address}
    )


def _post(visitor: urllib.request.OpenerDirector, form: urllib.request.Request) -> int:
    try:
        return int(visitor.open(form).status)
    except urllib.error.HTTPError as err:
        return err.code


async def test_the_keyboard_alone_is_enough(anna: Visitor) -> None:
    await anna.page.goto(anna.house.setup)
    await expect(anna.page.get_by_label("Adresse e-mail")).to_be_focused()
    await anna.page.keyboard.type(houses.EMAIL)
    await _tab_to(anna, "Phrase de passe")
    await anna.page.keyboard.type(houses.PHRASE)
    await anna.page.keyboard.press("Enter")
    await anna.page.wait_for_url("**/suppliers")
    await expect(anna.page.get_by_role("searchbox")).to_be_focused()
    await anna.page.keyboard.type("mandar")
    await anna.press("Enter")
    await _tab_to(anna, "Mandarine")
    await anna.page.keyboard.press("Enter")
    await anna.page.wait_for_url("**/suppliers/mandarine/new")
    await expect(anna.page.locator("h1:focus, input:focus")).to_have_count(1)
    await _tab_to(anna, "J'ai le droit")
    await anna.page.keyboard.press("Space")
    await _tab_to(anna, "Identifiant")
    await anna.page.keyboard.type(houses.LOGIN)
    await _tab_to(anna, "Mot de passe")
    await anna.page.keyboard.type(houses.PASSWORD)
    await anna.page.keyboard.press("Enter")
    await anna.sees("C'est connecté")


#: What it is called, and what it is; asked at once, as a page may give the focus to its search box meanwhile.
_FOCUSED = """() => {
  const e = document.activeElement;
  return [[e?.labels?.[0]?.innerText, e?.innerText, e?.ariaLabel].join(' '), e?.tagName];
}"""


async def _tab_to(person: Visitor, name: str) -> None:
    """Tab until what has the focus is called so."""
    for _ in range(40):
        told, tag = await person.page.evaluate(_FOCUSED)
        if name in told and tag in ("INPUT", "A", "BUTTON"):
            return
        await person.page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not reach {name!r}")


async def test_closing_the_page_stops_nothing_and_the_steps_are_there_once_in_order(
    anna: Visitor, house: House
) -> None:
    house.mandarine.house.slowness = 3.0
    house.mandarine.pull(Lever.SLOW)
    await anna.set_up()
    await anna.fill_account()
    await anna.sees(re.compile("Connexion|Demande"))
    await anna.page.goto("about:blank")
    assert house.rows("SELECT 1 FROM runs WHERE ended_at IS NOT NULL") == []
    house.mandarine.stage.reset()
    await houses.until(lambda: house.rows("SELECT 1 FROM runs WHERE state = 'done'"))
    await anna.go("/runs/1")
    steps = await anna.page.locator(".steps li, ol li").all_inner_texts()
    names = [step.split("\n")[0].strip() for step in steps]
    assert len(names) == len(set(names)) >= 4, names
    assert names.index("Connexion au site") < names.index("Connecté")


async def test_unticked_terms_store_nothing_and_say_where(anna: Visitor, house: House) -> None:
    await anna.set_up()
    await anna.click("link", re.compile("Mandarine"))
    await anna.page.get_by_label(re.compile("^Identifiant")).fill(houses.LOGIN)
    await anna.page.get_by_label(re.compile("^Mot de passe")).first.fill(houses.PASSWORD)
    await anna.page.locator("input[type=checkbox][name=terms]").evaluate("box => box.required = false")
    await anna.click("button", "Tester et enregistrer")
    box = anna.page.get_by_label(re.compile("J'ai le droit"))
    await expect(box).to_be_focused()
    described = await box.get_attribute("aria-describedby")
    assert described
    assert await anna.page.locator(f"#{described.split()[-1]}").inner_text()
    assert house.rows("SELECT count(*) FROM accounts") == [(0,)]
    assert houses.PASSWORD not in await anna.page.content()


async def test_cancelling_the_first_visit_leaves_nothing(anna: Visitor, house: House) -> None:
    house.mandarine.house.slowness = 3.0
    house.mandarine.pull(Lever.SLOW)
    await anna.set_up()
    await anna.fill_account()
    await anna.click("button", "Annuler et tout effacer")
    await houses.until(lambda: house.rows("SELECT count(*) FROM accounts") == [(0,)])
    for table in ("runs", "credentials", "portal_sessions", "listed", "login_attempts"):
        assert house.rows(f"SELECT count(*) FROM {table}") == [(0,)], table
    house.mandarine.stage.reset()
    await anna.add_account()
    assert house.rows("SELECT count(*) FROM accounts") == [(1,)]


async def test_the_same_login_written_otherwise_is_refused_with_a_link_to_the_account(
    anna: Visitor, house: House
) -> None:
    await anna.set_up()
    await anna.add_account()
    await anna.go("/suppliers")
    await anna.fill_account(login=f"  {houses.LOGIN.upper()} ")
    await expect(anna.page.locator("main a[href='/accounts/1']").first).to_be_visible()
    assert house.rows("SELECT count(*) FROM accounts") == [(1,)]


async def test_the_password_is_nowhere_to_be_found(anna: Visitor, house: House) -> None:
    """The whole hunt, over all failures, is `./run prove canary`."""
    canary = "Canari-7b1e-xyzzy-42"
    await anna.set_up()
    await anna.add_account(password=canary)
    pages = [await anna.page.content()]
    for path in ("/", "/runs/1", "/accounts/1", "/accounts/1/credentials"):
        await anna.go(path)
        pages.append(await anna.page.content())
    house.stop()
    files = [path.read_bytes() for path in house.folder.rglob("*") if path.is_file()]
    assert not [page for page in pages if canary in page]
    assert not [held for held in files if canary.encode() in held]
    assert any(houses.EMAIL.encode() in held for held in files), "the hunt finds what is there to be found"


async def test_without_javascript_the_story_is_the_same(house: House, browser: Browser) -> None:
    async with houses.visitor(house, browser, java_script_enabled=False) as anna:
        await anna.set_up()
        await anna.fill_account()
        await houses.until(lambda: house.rows("SELECT 1 FROM runs WHERE state = 'done'"))
        await anna.page.reload()
        await anna.sees("14 factures déjà présentes")
        house.mandarine.publish()
        await anna.collect()
        await anna.go("/invoices")
        await expect(anna.page.locator("main li")).to_have_count(1)
