"""A person plays the supplier on the stage and looks at the farm beside it: a code by SMS, two contracts, a replaced PDF."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pypdf
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from demo import panel
from tests.journeys import house as houses
from tests.journeys.house import House, Visitor


@pytest_asyncio.fixture
async def stage(house: House, anna: Visitor) -> AsyncIterator[Page]:
    """The panel in a tab of its own; every lever is pulled with the mouse."""
    with panel.Panel(list(house.shown.values()), port=0) as served:
        page = await anna.context.new_page()
        page.set_default_timeout(houses.SOON)
        await page.goto(f"{served.url}/?lang=fr")
        yield page


def bleu(stage: Page) -> Locator:
    return stage.locator("section#bleu")


async def pull(stage: Page, group: str, lever: str) -> None:
    pulled = bleu(stage).get_by_role("button", name=lever)
    if not await pulled.is_visible():
        await bleu(stage).locator("summary", has_text=group).click()
    async with stage.expect_navigation():
        await pulled.click()


async def add_bleu(anna: Visitor) -> None:
    await anna.go("/suppliers")
    await anna.click("link", re.compile("Bleu Énergie"))
    await anna.page.get_by_label(re.compile("^Adresse e-mail")).fill("claire@atelier.example")
    await anna.page.get_by_label(re.compile("^Mot de passe")).first.fill("bleu-demo")
    await anna.page.get_by_label(re.compile("J'ai le droit")).check()
    await anna.click("button", "Tester et enregistrer")


async def test_the_code_is_read_on_the_phone_of_the_stage(anna: Visitor, house: House, stage: Page) -> None:
    await anna.set_up()
    await pull(stage, "Les questions aux personnes", "Demander un code")
    await add_bleu(anna)
    field = anna.page.get_by_label("Code reçu")
    await expect(field).to_be_visible(timeout=houses.SOON)
    await bleu(stage).get_by_role("link", name="Regarder à nouveau").click()
    code = bleu(stage).locator(".phone li code").first
    await expect(code).to_have_text(re.compile(r"^\d{6}$"))
    await field.fill(await code.inner_text())
    await anna.click("button", "Envoyer le code")
    await anna.sees("15 factures déjà présentes")
    portal = house.shown["bleu"]
    assert (portal.counters.passwords, portal.counters.codes_sent, portal.counters.codes_refused) == (1, 1, 0)
    await pull(stage, "L’entrée", "Fermer les sessions")
    await anna.collect()
    assert (portal.counters.logins_ok, portal.counters.codes_sent) == (2, 1), "the device is trusted"


async def test_a_replaced_pdf_is_a_version_beside_the_first(anna: Visitor, house: House, stage: Page) -> None:
    await anna.set_up()
    await add_bleu(anna)
    await anna.sees("15 factures déjà présentes")
    await bleu(stage).get_by_label("Contrat").select_option(label="Gaz naturel")
    await pull(stage, "", "Publier une facture Datée")
    await anna.collect()
    await pull(stage, "Les factures", "Remplacer un PDF")
    await anna.collect()
    await anna.go("/runs/3")
    await anna.sees("1 facture refaite par le fournisseur")
    await anna.go("/invoices/1")
    for words in ("Gaz naturel", "Version 2", "en vigueur", "Version 1"):
        await anna.sees(words)
    assert house.rows("SELECT revision, invoice_id FROM documents ORDER BY id") == [(1, 1), (2, 1)]
    async with anna.page.expect_download() as download:
        await anna.leads("Télécharger").click()
    file = pypdf.PdfReader(await (await download.value).path())
    assert [attached.name for attached in file.attachment_list] == ["factur-x.xml"]
