"""Destinations without a consent, in a real browser: books that ask a token, a service that asks a key, a folder. What arrives goes there once."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Browser, expect

from demo.getmyinvoices import GetMyInvoices
from demo.pennylane import Pennylane
from tests.journeys import house as houses
from tests.journeys.brought import PDF, bring
from tests.journeys.house import Visitor

SENT = "SELECT count(*) FROM deliveries WHERE destination_id = 2 AND sent_at IS NOT NULL"
HELD = "SELECT held_for, error FROM deliveries WHERE held_for IS NOT NULL"
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


async def add(anna: Visitor, kind: str, button: str, **typed: str) -> None:
    await anna.go("/destinations")
    await anna.page.get_by_role("link", name=kind, exact=True).last.click()
    for name, value in typed.items():
        await anna.page.locator(f"#field-{name}").evaluate(
            "(one) => one.closest('details')?.setAttribute('open', '')"
        )
        await anna.page.locator(f"#field-{name}").fill(value)
    await anna.page.get_by_label("Votre phrase de passe").fill(houses.PHRASE)
    await anna.click("button", button)


async def test_a_place_that_asks_a_key(anna: Visitor, service: GetMyInvoices) -> None:
    await anna.set_up()
    await expect(anna.page).to_have_url(re.compile(r"/(suppliers)?$"), timeout=houses.SOON)
    bring(anna.house, "AVANT")
    await add(anna, "GetMyInvoices", "Connecter GetMyInvoices", key="a wrong one", url=service.url)
    await anna.sees("Le prochain document, mot pour mot")
    await houses.until(
        lambda: service.asked or anna.house.rows("SELECT 1 FROM destinations WHERE kind = 'getmyinvoices'")
    )

    await anna.click("link", "Changer les réglages")
    await anna.page.locator("#field-key").fill(KEY)
    await anna.page.get_by_label("Votre phrase de passe").fill(houses.PHRASE)
    await anna.click("button", "Enregistrer")
    await anna.click("button", "Un jour à blanc")
    bring(anna.house, "F-1")
    await anna.page.reload()
    await anna.page.get_by_role("link", name="Voir le contenu : F-1").click()
    await anna.sees("Aperçu de ce qui serait envoyé")
    await anna.page.go_back()
    assert service.documents == {}
    await anna.click("button", "Finir le jour à blanc")
    await houses.until(lambda: anna.house.rows(SENT) == [(1,)])
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
    for log in anna.house.logs:
        assert KEY not in log.read_text()


@pytest_asyncio.fixture
async def books() -> AsyncIterator[Pennylane]:
    started = Pennylane().start()
    yield started
    started.stop()


async def test_books_that_ask_a_token(anna: Visitor, books: Pennylane) -> None:
    await anna.set_up()
    await expect(anna.page).to_have_url(re.compile(r"/(suppliers)?$"), timeout=houses.SOON)
    await add(anna, "Pennylane", "Connecter Pennylane", token=books.token, url=books.url)
    lists = "SELECT count(*) FROM remote_lists"
    await houses.until(lambda: anna.house.rows(lists) == [(3,)])
    await anna.page.reload()
    await anna.page.get_by_role("checkbox", name=re.compile("^EUR")).check()
    for column, value in (("Quoi", "bill"), ("Compte", "124"), ("TVA", "FR_200")):
        await anna.page.get_by_label(f"Tous les autres : {column}", exact=True).select_option(value)
    await anna.page.get_by_label("Tous les autres : Contact").fill("Orange Pro")
    await anna.click("button", "Enregistrer")
    await anna.sees(re.compile("depuis le"))
    bring(anna.house, "F-1")
    await houses.until(lambda: anna.house.rows(SENT) == [(1,)] or anna.house.rows(HELD))
    assert anna.house.rows(HELD) == []
    (bill,) = books.books.invoices
    assert (bill["invoice_number"], bill["currency_amount"]) == ("F-1", "45.90")
    await anna.page.reload()
    await anna.page.get_by_role("link", name="Voir le contenu : F-1").click()
    await anna.sees(re.compile('"invoice_number": "F-1"'))


async def test_a_folder_of_its_own(anna: Visitor) -> None:
    await anna.set_up()
    await expect(anna.page).to_have_url(re.compile(r"/(suppliers)?$"), timeout=houses.SOON)
    await add(anna, "Dossier", "Connecter Dossier", name="comptable")
    bring(anna.house, "F-1")
    await houses.until(lambda: anna.house.rows(SENT) == [(1,)])
    (file,) = (anna.house.folder / "data" / "exports" / "comptable").rglob("*.pdf")
    assert file.read_bytes() == PDF + b"F-1"
    await anna.page.reload()
    await anna.sees("Envoyée")
