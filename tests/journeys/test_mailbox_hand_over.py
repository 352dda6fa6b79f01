"""Somebody else has connected this mailbox already: who, when, its page, and it is handed over when they ask for it (journey f2)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.async_api import Browser, expect

from core import nouns
from core.db import Database, models
from demo import dovecot
from tests.journeys import house as houses
from tests.journeys import postbox
from web import people

PAUL = "paul@atelier-brun.example"
OWNER = "SELECT p.email FROM mailboxes m JOIN people p ON p.id = m.owner_id"


@pytest.fixture
def server() -> Iterator[dovecot.Dovecot]:
    with postbox.opened() as box:
        postbox.deliver(box, postbox.bill("F-1"), days=2)
        yield box


async def test_who_asks_for_a_mailbox_that_another_connected_gets_it_from_them(
    house: houses.House, anna: houses.Visitor, server: dovecot.Dovecot, browser: Browser
) -> None:
    await anna.set_up()
    await postbox.connect(anna, server.port, postbox.ADDRESS)
    colleague(house)
    async with houses.visitor(house, browser) as paul:
        await signs_in(paul)
        await finds_it_connected(paul)
        await asks(paul)
        await keeps_it(anna)
        await sees_no_request(paul)
        await asks(paul)
        await gives_it(anna)
        await answers_for_it_from_now_on(paul)
    assert house.rows(OWNER) == [(PAUL,)]
    told = "SELECT about FROM mail_notices ORDER BY id"
    assert house.rows(told) == [("asked:2",), ("kept:2",), ("asked:2",), ("given:2",)]


async def finds_it_connected(paul: houses.Visitor) -> None:
    """Spelled another way, and for the other role, it is the same mailbox."""
    await postbox.ways(paul, "Compta+mars@Atelier.example", "Factures émises")
    await paul.sees("Cette boîte est déjà connectée")
    facts = paul.page.locator(".facts-list")
    for said in (houses.EMAIL, "Factures reçues", re.compile(r"\d\d:\d\d")):
        await expect(facts).to_contain_text(said)
    await expect(paul.page.locator("main")).to_contain_text(postbox.ADDRESS)
    await expect(paul.page.locator("main")).not_to_contain_text("Google")
    await paul.click("link", "Ouvrir")
    await expect(paul.page.get_by_role("heading", level=1)).to_have_text(postbox.ADDRESS)
    await expect(paul.page.get_by_role("button", name="Confier à quelqu'un d'autre")).to_have_count(0)


async def asks(paul: houses.Visitor) -> None:
    await postbox.ways(paul, postbox.ADDRESS)
    await paul.click("button", "Demander qu'on vous la confie")
    await paul.sees("Vous avez demandé qu'on vous la confie")
    await postbox.ways(paul, postbox.ADDRESS)
    await paul.sees("Vous avez demandé qu'on vous la confie")
    await expect(paul.page.get_by_role("button", name="Demander qu'on vous la confie")).to_have_count(0)


async def finds_the_request(anna: houses.Visitor) -> None:
    await anna.go("/mailboxes")
    await anna.click("link", f"{PAUL} demande que vous lui confiiez cette boîte.")


async def keeps_it(anna: houses.Visitor) -> None:
    await finds_the_request(anna)
    await anna.click("button", "La garder")
    await expect(anna.page.get_by_text("demande que vous lui confiiez")).to_have_count(0)


async def sees_no_request(paul: houses.Visitor) -> None:
    await paul.go("/mailboxes/1")
    await expect(paul.page.get_by_text("Vous avez demandé")).to_have_count(0)


async def gives_it(anna: houses.Visitor) -> None:
    await finds_the_request(anna)
    await anna.click("button", f"La confier à {PAUL}")
    await expect(anna.page.locator(".facts-list")).to_contain_text(PAUL)


async def answers_for_it_from_now_on(paul: houses.Visitor) -> None:
    await paul.go("/mailboxes/1")
    await expect(paul.page.get_by_role("button", name="Confier à quelqu'un d'autre")).to_be_visible()
    await postbox.ways(paul, postbox.ADDRESS)
    await paul.sees("Cette boîte est déjà connectée")
    await expect(paul.page.get_by_role("button", name="Demander qu'on vous la confie")).to_have_count(0)


async def signs_in(paul: houses.Visitor) -> None:
    await paul.go("/login")
    await paul.page.get_by_label("Adresse e-mail").fill(PAUL)
    await paul.page.get_by_label("Mot de passe").first.fill(houses.PHRASE)
    await paul.click("button", "Entrer")
    await expect(paul.page.get_by_role("navigation").first).to_be_visible()


def colleague(house: houses.House) -> None:
    """Paul keeps the company's money, and is no admin."""
    database, now = Database(f"sqlite:///{house.folder / 'data' / 'moisson.db'}"), datetime.now(UTC)
    with database.write() as session:
        paul = models.Person(
            email=PAUL, password_hash=people._HASHER.hash(houses.PHRASE), language="fr", created_at=now
        )
        session.add(paul)
        session.flush()
        role = nouns.Role.FINANCE.value
        session.add(models.Membership(workspace_id=1, person_id=paul.id, role=role))
    database.close()
