"""The page of entries without a document: every outcome in words, and what came back goes again when a person says so."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser

from core.db import models
from core.export import clearnox, getmyinvoices
from tests.web import booked, lacking, looks, world
from web import speech


def test_every_outcome_is_said_in_words_and_can_be_asked_for_alone(company: world.World) -> None:
    place = f"/destinations/{lacking.one(company)}"
    client = company.signed_in(language="en")
    assert f"{place}/entries" in client.get(place).text
    page = client.get(f"{place}/entries").text
    words = speech.words("en")
    for outcome in lacking.OUTCOMES:
        assert str(words[f"lacking.outcomes.{outcome}"]) in page.replace("&#39;", "'")
    alone = client.get(f"{place}/entries?outcome=left").text
    assert "<td>F-3</td>" in alone
    assert "<td>F-4</td>" not in alone


def test_what_came_back_goes_again_when_a_person_says_so(company: world.World) -> None:
    destination = lacking.one(company)
    room = f"/destinations/{destination}/entries"
    world.post(company.signed_in(), f"{room}/again", at=room)
    with company.database.read() as session:
        (sent,) = session.query(models.Delivery).filter_by(destination_id=destination)
        assert (sent.round, sent.sent_at, sent.payload) == (2, None, None)
        assert session.get_one(models.Destination, destination).next_round_at == world.NOW


def test_only_what_asks_has_such_a_page_and_only_for_its_company(company: world.World) -> None:
    xero, _ = booked.one(company)
    assert company.signed_in().get(f"/destinations/{xero}/entries").status_code == 404
    stranger = company.signed_in(world.STRANGER)
    assert stranger.get(f"/destinations/{lacking.one(company)}/entries").status_code == 404


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_field_of_the_forms_has_its_words(language: str) -> None:
    words = speech.words(language)
    for kind in (clearnox.KIND, getmyinvoices.KIND):
        for field in kind.fields:
            assert f"destination.{kind.id}.{field.name}" in words


@pytest.fixture
async def served(tmp_path: Path, browser: Browser) -> AsyncIterator[looks.Served]:
    async with looks.serving(world.full(tmp_path), browser) as here:
        yield here


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_its_pages_are_open_to_everybody(served: looks.Served, language: str) -> None:
    room = f"/destinations/{lacking.one(served.company)}"
    context = await served.context(language=language)
    page = await context.new_page()
    faults: list[str] = []
    for place in (f"{room}/entries", room, f"{room}/edit", "/destinations/new/getmyinvoices"):
        faults += await looks.faults_of(page, served.address, place)
    await context.close()
    assert faults == []
