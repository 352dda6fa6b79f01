"""NetSuite in a real browser, as it stands on the stage: connected by its certificate, sent to once, and what it refuses is mended."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Browser

from tests.journeys import accounting, connecting
from tests.journeys import house as houses
from tests.journeys.accounting import Stage
from tests.journeys.brought import PDF, bring


@pytest_asyncio.fixture
async def stage(tmp_path: Path, browser: Browser) -> AsyncIterator[Stage]:
    async with accounting.opened(tmp_path, browser) as opened:
        yield opened


async def test_netsuite_from_the_certificate_to_one_bill_with_its_file(stage: Stage) -> None:
    anna, there = stage.anna, stage.books.netsuite
    typed = {
        "account": "1234567", "client_id": there.client_id, "certificate_id": "no such certificate",
        "private_key": there.private_key, "restlet": there.restlet, "url": there.url,
    }  # fmt: skip
    place = await connecting.add(anna, "NetSuite", **typed)
    error = f"SELECT error FROM destinations WHERE id = {place}"
    await houses.until(lambda: anna.house.rows(error) == [("PartnerRefused",)])
    await anna.page.reload()
    await anna.sees("Vérifiez les accès et les droits")
    await connecting.change(anna, place, certificate_id=there.certificate_id)
    await houses.until(lambda: anna.house.rows("SELECT count(*) FROM remote_lists") == [(3,)])

    await anna.go(f"/destinations/{place}")
    await anna.click("button", "Un jour à blanc")
    await connecting.choose(anna, contact="Mandarine", Quoi="bill", Compte="58", TVA="18")
    bring(anna.house, "F-1")
    await connecting.look(anna, place, "F-1")
    await anna.sees(re.compile('"tranId": "F-1"'))
    assert there.books.records["vendorBill"] == []

    lost = [True]
    there.loses = lambda: bool(lost and lost.pop())
    await anna.go(f"/destinations/{place}")
    await anna.click("button", "Finir le jour à blanc")
    await houses.until(lambda: anna.house.rows(error) == [("PartnerSilent",)])
    await anna.go(f"/destinations/{place}")
    await anna.click("button", "Relire les listes de NetSuite")
    await connecting.arrive(anna, place, 1)
    (bill,) = there.books.records["vendorBill"]
    assert bill["externalId"].startswith("moisson-")
    assert [content for _, content in there.books.files["vendorBill", bill["id"]].values()] == [PDF + b"F-1"]
    await stage.shows("F-1 Mandarine 45.90 EUR 1")

    await anna.page.reload()
    await connecting.choose(anna, Compte="59")
    await connecting.look(anna, place, "F-1")
    await anna.click("button", "Renvoyer")
    again = "SELECT count(*) FROM deliveries WHERE round = 2 AND sent_at IS NOT NULL"
    await houses.until(lambda: anna.house.rows(again) == [(1,)])
    (changed,) = there.books.records["vendorBill"]
    assert (changed["id"], changed["expense"]["items"][0]["account"]) == (bill["id"], {"id": "59"})
    connecting.hides(anna, there.private_key.splitlines()[3])


async def test_a_bill_that_netsuite_refuses_says_why_and_what_to_do_and_goes_once_mended(
    stage: Stage,
) -> None:
    anna, there = stage.anna, stage.books.netsuite
    there.books.closed_until = date(2026, 11, 30)
    place = await connecting.add(
        anna, "NetSuite", account="1234567", client_id=there.client_id, certificate_id=there.certificate_id,
        private_key=there.private_key, url=there.url,
    )  # fmt: skip
    await houses.until(lambda: anna.house.rows("SELECT count(*) FROM remote_lists") == [(3,)])
    await anna.go(f"/destinations/{place}")
    await connecting.choose(anna, contact="Mandarine", Quoi="bill", Compte="58", TVA="18")
    bring(anna.house, "F-1")
    await houses.until(lambda: connecting.held(anna, place) == ["lock_date"])
    await connecting.look(anna, place, "F-1")
    await anna.sees("not within an open accounting period")
    await anna.sees("Rouvrez la période dans NetSuite")
    there.books.closed_until = None
    taxes = there.books.lists["salestaxitem"][:]
    there.books.lists["salestaxitem"].clear()
    await anna.click("button", "Réessayer")
    await houses.until(lambda: connecting.held(anna, place) == ["refused"])
    await anna.page.reload()
    await anna.sees("Invalid taxcode reference key 18")
    await anna.sees("Corrigez ce que NetSuite dit")
    assert there.books.records["vendorBill"] == []
    there.books.lists["salestaxitem"][:] = taxes
    await anna.click("button", "Réessayer")
    await connecting.arrive(anna, place, 1)
    await anna.page.reload()
    await anna.sees("NetSuite ne prend les fichiers que par un script")
    await stage.shows("F-1 Mandarine 45.90 EUR 0")
