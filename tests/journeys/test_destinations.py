"""Destinations without a consent, in a real browser: books that ask a token, a service that asks a key. What arrives goes there once."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Browser, expect

from demo.getmyinvoices import GetMyInvoices
from demo.pennylane import Pennylane
from tests.journeys import connecting
from tests.journeys import house as houses
from tests.journeys.brought import PDF, bring
from tests.journeys.house import Visitor

KEY = "canary-of-the-key"


@pytest_asyncio.fixture
async def service() -> AsyncIterator[GetMyInvoices]:
    started = GetMyInvoices(key=KEY).start()
    yield started
    started.stop()


@pytest_asyncio.fixture
async def anna(tmp_path: Path, browser: Browser) -> AsyncIterator[Visitor]:
    async with houses.opened(tmp_path) as house, houses.visitor(house, browser) as person:
        yield person


async def test_a_place_that_asks_a_key(anna: Visitor, service: GetMyInvoices) -> None:
    await connecting.begin(anna)
    bring(anna.house, "AVANT")
    place = await connecting.add(anna, "GetMyInvoices", key="a wrong one", url=service.url)
    await anna.sees("Le prochain document, mot pour mot")
    await connecting.change(anna, place, key=KEY)
    await anna.click("button", "Un jour à blanc")
    bring(anna.house, "F-1")
    await anna.page.reload()
    await anna.page.get_by_role("link", name="Voir le contenu : F-1").click()
    await anna.sees("Aperçu de ce qui serait envoyé")
    await anna.page.go_back()
    assert service.documents == {}
    await anna.click("button", "Finir le jour à blanc")
    await connecting.arrive(anna, place, 1)
    (document,) = service.documents.values()
    assert document["content"] == PDF + b"F-1"

    await anna.page.reload()
    await anna.click("button", "Mettre en pause")
    bring(anna.house, "F-2")
    await anna.sees("rien ne part")
    await anna.click("button", "Déconnecter")
    await anna.sees("ce qui est choisi ci-dessous reste")
    await anna.click("button", "Retirer cette destination")
    await expect(anna.page.get_by_role("link", name=re.compile("^GetMyInvoices · "))).to_have_count(0)
    assert len(service.documents) == 1
    connecting.hides(anna, KEY)


@pytest_asyncio.fixture
async def books() -> AsyncIterator[Pennylane]:
    started = Pennylane().start()
    yield started
    started.stop()


async def test_books_that_ask_a_token(anna: Visitor, books: Pennylane) -> None:
    await connecting.begin(anna)
    place = await connecting.add(anna, "Pennylane", token=books.token, url=books.url)
    lists = "SELECT count(*) FROM remote_lists"
    await houses.until(lambda: anna.house.rows(lists) == [(3,)])
    await anna.page.reload()
    await connecting.choose(anna, contact="Orange Pro", Quoi="bill", Compte="124", TVA="FR_200")
    await anna.sees(re.compile("depuis le"))
    bring(anna.house, "F-1")
    await connecting.arrive(anna, place, 1)
    (bill,) = books.books.invoices
    assert (bill["invoice_number"], bill["currency_amount"]) == ("F-1", "45.90")
    await anna.page.reload()
    await anna.page.get_by_role("link", name="Voir le contenu : F-1").click()
    await anna.sees(re.compile('"invoice_number": "F-1"'))
