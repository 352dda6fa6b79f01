"""A portal asks for a code: the prompt, the wrong code, the time that runs out, the phone of somebody else, the round (journey c)."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from playwright.async_api import Browser, Locator, expect

from demo.stage import Lever
from tests.journeys import house as houses
from tests.journeys.house import House, Visitor

HERE = "Je suis là, envoyer un code"


def _field(anna: Visitor) -> Locator:
    return anna.page.get_by_label("Code reçu")


async def _asked(anna: Visitor, house: House) -> None:
    """Mandarine asks for a code in the midst of *Test and save*."""
    house.mandarine.pull(Lever.CODE)
    await anna.set_up()
    await anna.fill_account()
    await expect(_field(anna)).to_be_visible(timeout=houses.SOON)


async def _answer(anna: Visitor, code: str) -> None:
    await _field(anna).fill(code)
    await anna.click("button", "Envoyer le code")


async def _told(house: House, manifest: str, change: Callable[[str], str]) -> None:
    """The farm started anew with another word in a supplier's file."""
    house.stop()
    path = house.folder / "collectors" / f"{manifest}.toml"
    before = path.read_text(encoding="utf-8")
    after = change(before)
    assert after != before
    path.write_text(after, encoding="utf-8")
    await house.start()


def _due(house: House) -> None:
    """Every account's schedule says now."""
    with sqlite3.connect(house.folder / "data" / "moisson.db", timeout=60) as database:
        past = (datetime.now(UTC) - timedelta(minutes=1)).strftime("%Y-%m-%d %H:%M:%S.000000")
        database.execute("UPDATE accounts SET next_run_at = ?", (past,))


async def test_the_prompt_stands_on_the_live_page_ready_to_be_typed_into(anna: Visitor, house: House) -> None:
    await _asked(anna, house)
    field = _field(anna)
    await expect(field).to_be_focused()
    for name, value in (("inputmode", "numeric"), ("autocomplete", "one-time-code"), ("type", "text")):
        await expect(field).to_have_attribute(name, value)
    await anna.sees("Mandarine Télécom demande un code")
    await anna.sees("Le code arrive par SMS")
    await anna.sees(re.compile(r"\d min \d+ s"))
    sms = house.mandarine.house.sms
    await anna.page.keyboard.insert_text(f"{sms[:3]} {sms[3:]}")
    await anna.click("button", "Envoyer le code")
    await anna.sees("C'est connecté")
    assert house.mandarine.counters.codes_sent == 1
    assert house.rows("SELECT outcome FROM challenges") == [("answered",)]
    assert house.rows("SELECT count(*) FROM wishes WHERE sealed IS NOT NULL") == [(0,)]


async def test_while_it_is_open_nothing_else_signs_in_not_even_after_a_restart(
    anna: Visitor, house: House
) -> None:
    await _asked(anna, house)
    _due(house)
    await anna.go("/accounts/1")
    await expect(anna.page.get_by_role("button", name=re.compile("^(Lancer|Réessayer)"))).to_have_count(0)
    second = subprocess.run(
        [sys.executable, "-m", "moisson", "collect", "1"],
        cwd=house.folder,
        env=house.environment,
        capture_output=True,
        timeout=120,
    )
    assert second.returncode != 0
    house.stop()
    await house.start()
    _due(house)
    await anna.go("/accounts/1")
    await anna.sees(HERE)
    counted = house.mandarine.counters
    assert (counted.passwords, counted.codes_sent) == (1, 1)


async def test_a_wrong_code_stays_in_the_session_and_says_how_many_tries_are_left(
    anna: Visitor, house: House
) -> None:
    await _asked(anna, house)
    again = anna.page.get_by_role("button", name=re.compile("^Renvoyer le code"))
    await expect(again).to_be_disabled()
    await _answer(anna, "000000")
    await anna.sees("Code incorrect")
    await anna.sees("Il reste 2 essais")
    counted = house.mandarine.counters
    assert (counted.passwords, counted.codes_sent, counted.codes_refused) == (1, 1, 1)
    await expect(again).to_be_enabled()
    await again.click()
    await houses.until(lambda: counted.codes_sent == 2)
    await _answer(anna, house.mandarine.house.sms)
    await anna.sees("C'est connecté")
    assert counted.passwords == 1


async def test_time_over_asks_for_no_new_code_until_somebody_says_that_they_are_there(
    anna: Visitor, house: House
) -> None:
    await _told(house, "mandarine", _brief)
    await _asked(anna, house)
    over = anna.page.get_by_text("Le temps pour répondre est passé").first
    await expect(over).to_be_visible(timeout=2 * houses.SOON)
    _due(house)
    await anna.go("/")
    await anna.sees("Code demandé")
    counted = house.mandarine.counters
    assert (counted.passwords, counted.codes_sent) == (1, 1)
    await anna.go("/")
    await anna.follow("Répondre")
    await anna.click("button", HERE)
    await expect(_field(anna)).to_be_visible(timeout=houses.SOON)
    assert (counted.passwords, counted.codes_sent) == (2, 2)
    await _answer(anna, house.mandarine.house.sms)
    await anna.sees("C'est connecté")


def _brief(told: str) -> str:
    """Half a minute is the least that a file may say."""
    return told.replace('id = "mandarine"\n', 'id = "mandarine"\ncode_valid = 30\n', 1)


async def test_the_next_visits_ask_for_no_code_even_when_the_session_has_ended(
    anna: Visitor, house: House
) -> None:
    await _asked(anna, house)
    await _answer(anna, house.mandarine.house.sms)
    await anna.sees("C'est connecté")
    await anna.collect()
    house.mandarine.pull(Lever.DROP_SESSIONS)
    await anna.collect()
    assert house.rows("SELECT state FROM runs") == [("done",)] * 3
    assert house.mandarine.counters.codes_sent == 1


async def test_somebody_else_with_the_phone_answers_by_a_link_without_signing_in(
    anna: Visitor, house: House, browser: Browser
) -> None:
    await _asked(anna, house)
    await anna.click("button", "Un lien pour qui a le téléphone")
    link = await anna.page.get_by_label("Lien à usage unique").input_value()
    phone = {"viewport": {"width": 390, "height": 844}, "java_script_enabled": False}
    async with houses.visitor(house, browser, **phone) as paul:
        await paul.page.goto(link)
        await paul.sees("Mandarine Télécom demande un code")
        await paul.sees(houses.EMAIL)
        await expect(paul.page.get_by_role("navigation")).to_have_count(0)
        await _answer(paul, house.mandarine.house.sms)
        await houses.until(lambda: house.rows("SELECT 1 FROM challenges WHERE outcome = 'answered'"))
        await paul.page.goto(link)
        await paul.sees("Merci, c'est fait")
        await expect(_field(paul)).to_have_count(0)
        await paul.go("/")
        assert paul.page.url.endswith("/login")
    await anna.sees("C'est connecté")
    actors = house.rows("SELECT actor FROM audit WHERE action = 'challenge.answered'")
    assert actors == [("link",)]


async def test_three_refused_answers_end_the_link(anna: Visitor, house: House, browser: Browser) -> None:
    await _asked(anna, house)
    await anna.click("button", "Un lien pour qui a le téléphone")
    link = await anna.page.get_by_label("Lien à usage unique").input_value()
    async with houses.visitor(house, browser) as paul:
        await paul.page.goto(link)
        for tries in (1, 2, 3):
            await _answer(paul, f"00000{tries}")
            await _refused(house, tries)
        answer = await paul.page.goto(link)
        assert answer
        assert answer.status == 410
    assert house.mandarine.counters.passwords == 1


async def _refused(house: House, times: int) -> None:
    """The portal has refused so many answers, and the farm knows."""
    await houses.until(lambda: house.mandarine.counters.codes_refused == times)
    await houses.until(lambda: house.rows("SELECT tries FROM challenges") == [(times,)])


async def test_an_account_with_an_authenticator_key_is_never_asked(anna: Visitor, house: House) -> None:
    nimbus = house.shown["nimbus"]
    await anna.set_up()
    await anna.click("link", re.compile("Nimbus"))
    await anna.page.get_by_label("Adresse e-mail").fill(nimbus.brand.login)
    await anna.page.get_by_label(re.compile("^Mot de passe")).first.fill(nimbus.brand.password)
    await anna.page.get_by_label(re.compile("^Clé de l’application")).fill(nimbus.brand.seed)
    await anna.page.get_by_label(re.compile("J'ai le droit")).check()
    await anna.click("button", "Tester et enregistrer")
    await anna.sees("C'est connecté")
    assert house.rows("SELECT count(*) FROM challenges") == [(0,)]
    sealed = (house.folder / "data" / "moisson.db").read_bytes()
    assert nimbus.brand.seed.encode() not in sealed


async def test_the_round_goes_through_all_who_wait_one_after_another(anna: Visitor, house: House) -> None:
    await _asked(anna, house)
    nimbus = house.shown["nimbus"]
    nimbus.pull(Lever.CODE)
    await anna.go("/suppliers/nimbus/new")
    await anna.page.get_by_label("Adresse e-mail").fill("user-7@atelier.example")
    await anna.page.get_by_label(re.compile("^Mot de passe")).first.fill(nimbus.brand.password)
    await anna.page.get_by_label(re.compile("J'ai le droit")).check()
    await anna.click("button", "Tester et enregistrer")
    await expect(_field(anna)).to_be_visible(timeout=houses.SOON)
    await anna.go("/")
    await anna.sees("2 comptes attendent un code")
    await anna.follow("Commencer")
    await anna.follow("Commencer")
    await anna.sees("Mandarine Télécom demande un code")
    await _answer(anna, house.mandarine.house.sms)
    await anna.sees("Nimbus SaaS demande un code")
    await _answer(anna, nimbus.house.sms)
    await anna.sees(re.compile("Plus personne n'est attendu"))
    await houses.until(lambda: house.rows("SELECT state FROM runs") == [("done",)] * 2)


async def test_outside_the_attended_hours_a_visit_is_postponed_and_nothing_fails(
    anna: Visitor, house: House
) -> None:
    await anna.set_up()
    await anna.add_account()
    house.mandarine.pull(Lever.CODE)
    house.mandarine.pull(Lever.DROP_SESSIONS)
    await anna.go("/accounts/1/settings")
    await anna.page.get_by_label("Seulement à ces heures").check()
    later = (datetime.now(UTC) + timedelta(days=2)).weekday()
    for day in range(7):
        await anna.page.locator(f"#day-{day}").set_checked(day == later)
    await anna.page.get_by_label("De", exact=True).fill("12:00")
    await anna.page.get_by_label("à", exact=True).fill("12:30")
    await anna.click("button", "Enregistrer")
    await anna.sees("12:00 – 12:30")
    _due(house)
    soon = (datetime.now(UTC) + timedelta(hours=1)).strftime("%Y-%m-%d %H:%M:%S")
    await houses.until(lambda: house.rows("SELECT next_run_at FROM accounts")[0][0] > soon)
    assert house.rows("SELECT state FROM runs") == [("done",)]
    assert house.mandarine.counters.codes_sent == 0
    await anna.go("/")
    await anna.sees("Personne n'est attendu")


async def test_a_confirmation_on_the_phone_is_another_sentence_and_has_no_field(
    anna: Visitor, house: House
) -> None:
    house.mandarine.pull(Lever.APPROVAL)
    await anna.set_up()
    await anna.fill_account()
    await anna.sees("Confirmez sur votre téléphone")
    await expect(_field(anna)).to_have_count(0)
    house.mandarine.house.approve(houses.LOGIN)
    await anna.sees("C'est connecté")
    assert house.mandarine.counters.passwords == 1


async def test_new_terms_are_accepted_on_the_site_and_said_here(anna: Visitor, house: House) -> None:
    house.mandarine.pull(Lever.TERMS)
    await anna.set_up()
    await anna.fill_account()
    await anna.sees("Nouvelles conditions du fournisseur")
    await anna.go("/")
    await anna.follow("Voir")
    site = anna.page.get_by_role("link", name=re.compile("Ouvrir le site de Mandarine"))
    await expect(site).to_have_attribute("rel", "noreferrer noopener")
    await expect(anna.page.get_by_role("img", name=re.compile("Capture"))).to_be_visible()
    await expect(anna.page.get_by_role("link", name="Déposer un PDF")).to_be_visible()
    house.mandarine.pull(Lever.TERMS, on=False)
    await anna.click("button", "C'est fait, réessayer")
    await anna.sees("C'est connecté")
