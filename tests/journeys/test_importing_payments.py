"""Journey g1-g3: a bank's file is looked at, taken in once, undone; without any script."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import date

import pytest
from playwright.async_api import Browser, FilePayload, expect

from demo import bank
from tests.journeys import house as houses
from tests.journeys.house import House, Visitor

LINES = "SELECT count(*) FROM payments"


@pytest.fixture
async def anna(house: House, browser: Browser) -> AsyncIterator[Visitor]:
    async with houses.visitor(house, browser, java_script_enabled=False) as person:
        yield person


async def bring(anna: Visitor, name: str, content: bytes) -> None:
    await anna.go("/payments/import")
    file = FilePayload(name=name, mimeType="application/octet-stream", buffer=content)
    await anna.page.get_by_label("Fichier de la banque").set_input_files([file])
    await anna.click("button", "Voir ce qu'il contient")


async def test_a_statement_is_looked_at_taken_in_once_and_undone(anna: Visitor, house: House) -> None:
    await anna.set_up()
    house.shown["bleu"].publish()  # what it published long ago is on no statement of today
    paid = bank.lines(house.shown.values(), date.today())
    twins = len(paid) - len({(line.day, line.cents, line.label) for line in paid})
    file = bank.as_csv(paid) + "31/02/2026;LIGNE ABIMEE;1,00;\r\n".encode("windows-1252")

    await bring(anna, "octobre.csv", file)
    await anna.sees(
        f"{len(paid) + 1} lignes : {len(paid) - twins} nouvelles, aucune déjà connue, {twins} à décider, 1 illisible."
    )
    await anna.sees("LIGNE ABIMEE")
    await anna.sees(re.compile("jour mois année, virgule avant les centimes"))
    assert house.rows(LINES) == [(0,)]

    await anna.page.get_by_label("Nom du nouveau compte").fill("Compte courant")
    await anna.page.get_by_label("Ce sont de vrais paiements").check()
    await anna.click("button", re.compile("^Prendre"))
    await anna.sees(re.compile(f"{len(paid)} prises"))
    assert house.rows(LINES) == [(len(paid),)]

    await bring(anna, "encore.csv", file)
    await anna.sees(re.compile("aucune nouvelle"))

    await bring(anna, "octobre.ofx", bank.as_ofx(paid))
    await anna.sees(re.compile(f"aucune nouvelle, aucune déjà connue, {len(paid)} à décider"))

    await anna.go("/payments?q=bleu+energie&since=2026-01-01")
    await expect(anna.page.get_by_role("row").filter(has_text="PRLV SEPA BLEU ENERGIE").first).to_be_visible()
    await anna.go("/payments/batches/1")
    await anna.click("button", "Annuler cet import")
    await anna.sees("annulé")
    assert house.rows(LINES) == [(0,)]
    await bring(anna, "octobre.csv", file)
    await anna.sees(re.compile(f"{len(paid) - twins} nouvelles"))
