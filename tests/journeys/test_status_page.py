"""The status page: worst first, success apart from attempt, alive without a reload."""

from __future__ import annotations

import re

from playwright.async_api import expect

from demo.stage import Lever
from tests.journeys import house as houses
from tests.journeys.house import House, Visitor


async def test_what_needs_a_person_comes_first_and_nobody_is_said_too(anna: Visitor, house: House) -> None:
    await anna.set_up()
    await anna.add_account()
    await anna.go("/")
    await anna.sees("Personne n'est attendu")
    house.mandarine.pull(Lever.CHANGE_PASSWORD)
    await anna.collect()
    await anna.go("/")
    headings = await anna.page.get_by_role("heading", level=2).all_inner_texts()
    asked = next(i for i, text in enumerate(headings) if "À vous de jouer" in text)
    everything = next(i for i, text in enumerate(headings) if "Tous les comptes" in text)
    assert asked < everything
    assert re.match(r"\(1\)", await anna.page.title())


async def test_the_last_success_stays_when_an_attempt_fails(anna: Visitor, house: House) -> None:
    await anna.set_up()
    await anna.add_account()
    (before,) = house.rows("SELECT last_success_at, last_attempt_at, last_new_at FROM accounts")
    house.mandarine.pull(Lever.DOWN)
    await anna.collect()
    (after,) = house.rows("SELECT last_success_at, last_attempt_at, last_new_at FROM accounts")
    assert after[0] == before[0]
    assert after[1] > before[1]
    assert after[2] is None
    await anna.go("/")
    await anna.sees("Site indisponible")


async def test_the_page_changes_by_itself_while_one_looks(anna: Visitor, house: House) -> None:
    await anna.set_up()
    await anna.add_account()
    house.mandarine.pull(Lever.CHANGE_PASSWORD)
    await anna.go("/")
    await anna.click("button", re.compile("^Lancer"))
    await anna.go("/")
    await houses.until(lambda: house.rows("SELECT 1 FROM runs WHERE error = 'BadCredentials'"))
    await expect(anna.page.get_by_text("Mot de passe refusé").first).to_be_visible(timeout=houses.SOON)
    assert await anna.page.locator("[aria-live=polite]").count() >= 1
