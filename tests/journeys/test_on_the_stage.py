"""NetSuite and Clearnox as a visitor of the demo meets them: connected with what stands on the stage, seen there when something has arrived."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from demo import bureau, clearnox, panel
from tests.journeys import connecting
from tests.journeys import house as houses
from tests.journeys.brought import PDF, bring
from tests.journeys.house import Visitor

WRONG = "canary-of-a-wrong-secret"


@dataclass
class Stage:
    """The panel in a tab of its own, and the farm beside it."""

    anna: Visitor
    books: bureau.Bureau
    page: Page

    async def shows(self, row: str) -> None:
        await self.page.reload()
        await expect(self.page.get_by_role("row", name=row)).to_have_count(1)


@pytest_asyncio.fixture
async def stage(tmp_path: Path, browser: Browser) -> AsyncIterator[Stage]:
    with bureau.Bureau(ports={}) as books:
        async with houses.opened(tmp_path) as house, houses.visitor(house, browser) as anna:
            await connecting.begin(anna)
            with panel.Panel(list(house.shown.values()), port=0, books=books) as served:
                page = await anna.context.new_page()
                await page.goto(f"{served.url}/?lang=fr")
                yield Stage(anna, books, page)


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


async def test_clearnox_says_what_it_lacks_gets_it_and_lacks_it_no_more(stage: Stage) -> None:
    anna, there = stage.anna, stage.books.clearnox
    sale = stage.books.sell()
    place = await connecting.add(anna, "Clearnox", url=there.url, user=clearnox.USER, secret=WRONG)
    entries = f"/destinations/{place}/entries"
    await houses.until(lambda: anna.house.rows("SELECT 1 FROM destinations WHERE error IS NOT NULL"))
    await connecting.change(anna, place, secret=clearnox.PASSWORD)
    await houses.until(lambda: anna.house.rows("SELECT count(*) FROM remote_lists") == [(1,)])
    await anna.go(entries)
    await anna.sees("pas de document ici")
    await _become(anna, entries, sale.number, "pas de document ici")

    await anna.go(f"/destinations/{place}")
    await anna.click("button", "Un jour à blanc")
    bring(anna.house, sale.number, role="ar", issued_on=sale.day, total_minor=int(sale.total * 100))
    await anna.click("button", "Envoyer maintenant")
    await _become(anna, entries, sale.number, "trouvé ici, à envoyer")
    assert there.zips == []
    await anna.go(f"/destinations/{place}")
    await anna.sees(re.compile(f'"entryIds": .*"e-{sale.number}"', re.DOTALL))
    await anna.click("button", "Finir le jour à blanc")
    await anna.click("button", "Envoyer maintenant")
    await _become(anna, entries, sale.number, "a quitté la liste")
    assert there.received == {f"e-{sale.number}": [PDF + sale.number.encode()]}
    assert len(there.lacking) == 2
    await stage.shows(f"{sale.number} {sale.customer} {sale.total} EUR 1")

    lists = there.asked[f"GET {there.words.entries}"]
    await anna.go(f"/destinations/{place}")
    await anna.click("button", "Envoyer maintenant")
    await houses.until(lambda: there.asked[f"GET {there.words.entries}"] > lists)
    await _become(anna, entries, sale.number, "a quitté la liste")
    assert len(there.zips) == 1
    connecting.hides(anna, WRONG)


async def _become(anna: Visitor, entries: str, number: str, outcome: str) -> None:
    """The line of this entry says so, sooner or later."""
    row = anna.page.get_by_role("row", name=number)
    for _ in range(120):
        await anna.go(entries)
        if await row.get_by_text(outcome).count():
            return
        await anna.page.wait_for_timeout(250)
    raise AssertionError(await row.inner_text())
