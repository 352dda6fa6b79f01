"""What journeys to destinations have in common: the form of a kind filled in, what is chosen, and what has gone."""

from __future__ import annotations

import re

from playwright.async_api import expect

from tests.journeys import house as houses
from tests.journeys.house import Visitor


async def begin(anna: Visitor) -> None:
    """Set up, and at home."""
    await anna.set_up()
    await expect(anna.page).to_have_url(re.compile(r"/(suppliers)?$"), timeout=houses.SOON)


async def fill(anna: Visitor, typed: dict[str, str]) -> None:
    """Fields by their names, those that are folded away too, and who does it."""
    for name, value in typed.items():
        field = anna.page.locator(f"#field-{name}")
        await field.evaluate("(one) => one.closest('details')?.setAttribute('open', '')")
        is_list = await field.evaluate("(one) => one.tagName === 'SELECT'")
        await (field.select_option(value) if is_list else field.fill(value))
    await anna.page.get_by_label("Votre phrase de passe").fill(houses.PHRASE)


async def add(anna: Visitor, kind: str, **typed: str) -> int:
    """By the page's own form; the destination's number."""
    await anna.go("/destinations")
    await anna.page.get_by_role("link", name=kind, exact=True).last.click()
    await fill(anna, typed)
    before = newest(anna)
    await anna.click("button", f"Connecter {kind}")
    await houses.until(lambda: newest(anna) > before)
    return newest(anna)


async def change(anna: Visitor, destination: int, **typed: str) -> None:
    await anna.go(f"/destinations/{destination}/edit")
    await fill(anna, typed)
    await anna.click("button", "Enregistrer")


async def choose(anna: Visitor, contact: str = "", **chosen: str) -> None:
    """What all suppliers without a choice of their own become, by the labels of the columns; euros go."""
    euros = anna.page.get_by_role("checkbox", name=re.compile("^EUR"))
    for _ in range(300):
        if await euros.count():
            break
        await anna.page.wait_for_timeout(200)
        await anna.page.reload()  # the page is as old as its last answer
    await euros.check()
    for column, value in chosen.items():
        await anna.page.get_by_label(f"Tous les autres : {column}", exact=True).select_option(value)
    if contact:
        await anna.page.get_by_label("Tous les autres : Contact").fill(contact)
    await anna.click("button", "Enregistrer")


async def look(anna: Visitor, destination: int, number: str) -> None:
    """What was sent, or would be, of this invoice."""
    await anna.go(f"/destinations/{destination}")
    await anna.page.get_by_role("link", name=f"Voir le contenu : {number}").click()


def newest(anna: Visitor) -> int:
    ((number,),) = anna.house.rows("SELECT max(id) FROM destinations")
    return int(number or 0)


def sent(anna: Visitor, destination: int) -> int:
    """How many documents have gone there."""
    query = f"SELECT count(*) FROM deliveries WHERE destination_id = {destination} AND sent_at IS NOT NULL"
    ((count,),) = anna.house.rows(query)
    return int(count)


async def arrive(anna: Visitor, destination: int, count: int) -> None:
    """So many have gone there, sooner or later; none waits for a person."""
    await houses.until(lambda: sent(anna, destination) == count or held(anna, destination))
    assert (sent(anna, destination), held(anna, destination)) == (count, [])


def held(anna: Visitor, destination: int) -> list[str]:
    """The words for which documents wait for a person."""
    query = f"SELECT held_for FROM deliveries WHERE destination_id = {destination} AND held_for IS NOT NULL"
    return [str(word) for (word,) in anna.house.rows(query)]


def hides(anna: Visitor, *secrets: str) -> None:
    """None of them stands in a log, nor in the database."""
    kept = [*anna.house.logs, *(anna.house.folder / "data").glob("moisson.db*")]
    for place in kept:
        content = place.read_bytes()
        assert not [one for one in secrets if one.encode() in content], place
