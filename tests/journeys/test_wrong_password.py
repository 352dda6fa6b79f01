"""A wrong password: one try, one clear message, corrected in place."""

from __future__ import annotations

import re

from playwright.async_api import expect

from demo.stage import Lever
from tests.journeys import house as houses
from tests.journeys.house import House, Visitor


async def test_it_is_tried_once_ever_and_frozen_through_a_restart(anna: Visitor, house: House) -> None:
    await anna.set_up()
    await anna.add_account(password="pas-le-bon")
    assert house.mandarine.counters.passwords == 1
    await anna.go("/")
    await expect(anna.page.get_by_role("heading", name=re.compile("À vous de jouer"))).to_contain_text("1")
    await anna.sees("Mot de passe refusé")
    assert house.rows("SELECT count(*) FROM notices") == [(1,)]

    house.stop()
    await house.start()
    await houses.until(lambda: house.rows("SELECT count(*) FROM workers WHERE stopped_at IS NULL") == [(1,)])
    assert house.rows("SELECT next_run_at FROM accounts") == [(None,)]
    assert house.mandarine.counters.passwords == 1


async def test_the_form_comes_back_filled_but_for_the_password_in_the_suppliers_words(anna: Visitor) -> None:
    await anna.set_up()
    await anna.add_account(password="pas-le-bon")
    await anna.sees("Identifiant ou mot de passe incorrect")
    await anna.follow("Corriger")
    await expect(anna.page.get_by_label(re.compile("^Mot de passe")).first).to_have_value("")
    assert "pas-le-bon" not in await anna.page.content()


async def test_it_is_corrected_in_place_in_three_clicks_and_the_visit_starts_by_itself(
    anna: Visitor, house: House
) -> None:
    await anna.set_up()
    await anna.add_account()
    house.mandarine.pull(Lever.CHANGE_PASSWORD)
    await anna.collect()
    await anna.go("/")
    await anna.sees("Mot de passe refusé")
    anna.clicks = 0
    await anna.follow("Corriger")
    await anna.page.get_by_label(re.compile("^Mot de passe")).first.fill(house.mandarine.house.password)
    await anna.click("button", re.compile("Tester|Enregistrer"))
    assert anna.clicks <= 3
    await houses.until(lambda: house.rows("SELECT state FROM runs ORDER BY id DESC LIMIT 1") == [("done",)])
    assert house.rows("SELECT count(*) FROM accounts") == [(1,)]
    assert house.rows("SELECT count(*) FROM listed WHERE baseline") == [(14,)], "history and baseline stay"


async def test_a_locked_account_is_told_apart_and_not_tried_again(anna: Visitor, house: House) -> None:
    house.mandarine.pull(Lever.LOCKED)
    await anna.set_up()
    await anna.go("/suppliers")
    await anna.fill_account()
    await houses.until(lambda: house.rows("SELECT 1 FROM runs WHERE ended_at IS NOT NULL"))
    assert house.rows("SELECT error, state FROM runs") == [("Locked", "waiting")]
    await anna.go("/")
    await anna.sees("Action à faire sur le site")
    assert house.mandarine.counters.passwords <= 1


async def test_a_wrong_password_and_a_moved_form_are_two_things(anna: Visitor, house: House) -> None:
    await anna.set_up()
    await anna.add_account()
    house.mandarine.pull(Lever.DROP_SESSIONS)
    house.mandarine.pull(Lever.MOVE_BUTTONS)
    await anna.collect()
    house.mandarine.stage.reset()
    house.mandarine.pull(Lever.CHANGE_PASSWORD)
    await anna.collect("/accounts/1")
    told = [row[0] for row in house.rows("SELECT error FROM runs WHERE error IS NOT NULL ORDER BY id")]
    assert told == ["PortalChanged", "BadCredentials"]
