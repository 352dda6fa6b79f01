"""The room of a destination: what it shows, what it asks, and that it is open to everybody."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser

from core.db import models
from core.export import chosen
from core.export.chosen import Rule
from tests.web import booked, looks, world

PLACE = "/destinations"


def _kinds(company: world.World) -> set[str]:
    with company.database.read() as session:
        return {one.kind for one in session.query(models.Destination)}


def test_a_new_destination_asks_for_the_password_again(company: world.World) -> None:
    client, form = company.signed_in(), f"{PLACE}/new/xero"
    told = {"client_id": "app", "client_secret": "s"}
    wrong = world.post(client, form, at=form, **told, password="no")
    assert wrong.status_code == 422
    assert _kinds(company) == set()
    right = world.post(client, form, at=form, **told, password=world.PASSWORD)
    assert right.status_code == 200
    assert "login.xero.com" in right.text
    assert _kinds(company) == {"xero"}


def test_a_choice_is_a_new_version_and_what_was_sent_shows_its_own(company: world.World) -> None:
    destination, _ = booked.one(company)
    place, client = f"{PLACE}/{destination}", company.signed_in(language="en")
    fields = {
        "currency-EUR": "on",
        "status": "AUTHORISED",
        "locked": "after",
        "what-*": "bill",
        "account-*": "626",
    }
    world.post(
        client,
        f"{place}/settings",
        at=place,
        **fields,
        **{"contact-mandarine": "Mandarine", "what-mandarine": "bill", "account-mandarine": "626"},
    )
    with company.database.read() as session:
        version, settings = chosen.current(session, destination)
        kept = (
            session.query(models.Delivery).filter_by(destination_id=destination, settings_version=1).count()
        )
    assert (version, settings.status, settings.rule("mandarine").contact_id, kept) == (
        3,
        "AUTHORISED",
        "c",
        1,
    )
    assert settings.currencies["EUR"] == world.NOW.isoformat()
    page = client.get(place).text
    assert "version 4" in page
    assert "differs from the settings of now" in page


def test_a_currency_that_stays_on_keeps_its_day(company: world.World) -> None:
    destination, _ = booked.one(company)
    place, client = f"{PLACE}/{destination}", company.signed_in()
    for status in ("DRAFT", "AUTHORISED"):
        world.post(client, f"{place}/settings", at=place, **{"currency-EUR": "on", "status": status})
    with company.database.read() as session:
        days = {one.settings["currencies"]["EUR"] for one in chosen.versions(session, destination)[:2]}
    assert len(days) == 1


def test_disconnected_it_keeps_what_was_chosen(company: world.World) -> None:
    destination, _ = booked.one(company)
    client = company.signed_in()
    world.post(client, f"{PLACE}/{destination}/disconnect", at=f"{PLACE}/{destination}")
    with company.database.read() as session:
        assert session.get_one(models.Destination, destination).connected_at is None
        assert chosen.current(session, destination)[0] == 2


def test_other_books_start_empty_unless_somebody_says_otherwise(company: world.World) -> None:
    destination, _ = booked.one(company)
    client, place = company.signed_in(), f"{PLACE}/{destination}"
    for keep, rule in (({"keep": "yes"}, "626"), ({}, "")):
        with company.database.write() as session:
            row = session.get_one(models.Destination, destination)
            row.books = {"id": "o", "offered": [{"id": "p", "name": "Brun Conseil"}]}
        world.post(client, f"{place}/organisation", at=place, organisation="p", **keep)
        with company.database.read() as session:
            assert chosen.current(session, destination)[1].otherwise.account == rule


def test_another_company_does_not_see_it(company: world.World) -> None:
    destination, delivery = booked.one(company)
    stranger = company.signed_in(world.STRANGER)
    for place in (f"{PLACE}/{destination}", f"{PLACE}/{destination}/deliveries/{delivery}"):
        assert stranger.get(place).status_code == 404


def test_before_the_first_push_the_next_document_is_shown_word_for_word(company: world.World) -> None:
    destination, _ = booked.one(company)
    client = company.signed_in(language="en")
    assert "The next document, word for word" not in client.get(f"{PLACE}/{destination}").text
    with company.database.write() as session:
        for one in session.query(models.Delivery).filter_by(destination_id=destination):
            one.sent_at, one.receipts, one.held_for = None, {}, None
        place = session.get_one(models.Destination, destination)
        settings = chosen.Settings(
            {"EUR": "2020-01-01T00:00:00+00:00"}, otherwise=Rule("bill", account="626")
        )
        chosen.keep(session, place, settings, by=None, now=world.NOW)
    page = client.get(f"{PLACE}/{destination}").text
    assert "The next document, word for word" in page
    assert "&#34;AccountCode&#34;: &#34;626&#34;" in page


def test_paused_it_says_so_and_goes_on_when_asked_again(company: world.World) -> None:
    destination, _ = booked.one(company)
    place, client = f"{PLACE}/{destination}", company.signed_in(language="en")
    for paused in (True, False):
        world.post(client, f"{place}/pause", at=place)
        assert ("Paused: what arrives waits here" in client.get(place).text) is paused


def test_removed_it_is_owed_nothing_and_keeps_what_was_sent_on_record(company: world.World) -> None:
    destination, sent = booked.one(company)
    client = company.signed_in()
    world.post(client, f"{PLACE}/{destination}/remove", at=PLACE)
    with company.database.read() as session:
        mine = session.query(models.Delivery).filter_by(destination_id=destination)
        assert [one.id for one in mine if one.withdrawn_at is None] == [sent]
        assert session.get_one(models.Destination, destination).removed_at == world.NOW


@pytest.fixture
async def served(tmp_path: Path, browser: Browser) -> AsyncIterator[looks.Served]:
    async with looks.serving(world.full(tmp_path), browser) as here:
        yield here


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_destinations_are_open_to_everybody(served: looks.Served, language: str) -> None:
    destination, delivery = booked.one(served.company)
    room = f"{PLACE}/{destination}"
    context = await served.context(language=language)
    page = await context.new_page()
    faults: list[str] = []
    for place in (PLACE, room, f"{room}/deliveries/{delivery}", f"{room}/deliveries/{delivery + 1}"):
        faults += await looks.faults_of(page, served.address, place)
        await page.set_viewport_size({"width": 320, "height": 844})
        faults += [f"{place} is wider than 320"] if await looks.overflows(page) else []
    await context.close()
    assert faults == []
