"""Clearnox in a real browser, as it stands on the stage: what it lacks is listed, what is here goes there, and it lacks that no more."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Browser, expect

from demo import clearnox, clouds
from tests.journeys import accounting, connecting
from tests.journeys import house as houses
from tests.journeys.accounting import Stage
from tests.journeys.brought import PDF, bring
from tests.journeys.house import Visitor

WRONG = "canary-of-a-wrong-secret"


@pytest_asyncio.fixture
async def stage(tmp_path: Path, browser: Browser) -> AsyncIterator[Stage]:
    async with accounting.opened(tmp_path, browser) as opened:
        yield opened


async def test_clearnox_says_what_it_lacks_gets_it_and_lacks_it_no_more(stage: Stage) -> None:
    anna, there = stage.anna, stage.books.clearnox
    sale = stage.books.sell()
    place = await connecting.add(anna, "Clearnox", url=there.url, user=clearnox.USER, secret=WRONG)
    entries = f"/destinations/{place}/entries"
    await houses.until(lambda: anna.house.rows("SELECT 1 FROM destinations WHERE error IS NOT NULL"))
    await connecting.change(anna, place, secret=clearnox.PASSWORD)
    await houses.until(lambda: anna.house.rows("SELECT count(*) FROM remote_lists") == [(1,)])
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


async def test_what_is_sold_on_the_stage_comes_by_mail_is_reviewed_and_reaches_clearnox(stage: Stage) -> None:
    anna, there = stage.anna, stage.books.clearnox
    await _connect_sales(anna, stage.boxes.every[0])
    place = await connecting.add(
        anna, "Clearnox", url=there.url, user=clearnox.USER, secret=clearnox.PASSWORD
    )
    entries = f"/destinations/{place}/entries"
    async with stage.page.expect_navigation():
        await stage.page.get_by_role("button", name="Vendre").click()
    number = there.lacking[-1].removeprefix("e-")
    await anna.go("/mailboxes/1")
    await anna.click("button", "Lire maintenant")
    came = f"SELECT 1 FROM invoices WHERE number = '{number}' AND role = 'ar' AND read_at IS NOT NULL"
    await houses.until(lambda: anna.house.rows(came))
    await anna.go(f"/destinations/{place}")
    await anna.click("button", "Envoyer maintenant")
    await _become(anna, entries, number, "trouvé ici : à vérifier d’abord")
    await anna.go("/review")
    await anna.click("link", re.compile(number))
    await anna.click("button", "Confirmer")
    await anna.go(f"/destinations/{place}")
    await anna.click("button", "Envoyer maintenant")
    await _become(anna, entries, number, "a quitté la liste")
    entry = there.entries[f"e-{number}"]
    await stage.shows(f"{number} {entry['account']} {entry['amount']} EUR 1")


async def _connect_sales(anna: Visitor, box: clouds.Cloud) -> None:
    """A mailbox of what we send to customers, by a consent."""
    await anna.go(f"/mailboxes/apps/{box.provider}?address={box.address}")
    await anna.page.get_by_label("Identifiant de l'application").fill(clouds.CLIENT_ID)
    await anna.page.get_by_label("Secret de l'application").fill(clouds.CLIENT_SECRET)
    await anna.click("button", "Enregistrer et relancer")
    await anna.go(f"/mailboxes/new?address={box.address}&role=ar")
    await anna.click("button", "Se connecter avec Google")
    await anna.click("link", "Continuer chez Google")
    await anna.click("button", "Autoriser")
    await expect(anna.page.get_by_role("heading", level=1)).to_have_text(box.address)


async def _become(anna: Visitor, entries: str, number: str, outcome: str) -> None:
    """The line of this entry says so, sooner or later."""
    row = anna.page.get_by_role("row", name=number)
    for _ in range(600):
        await anna.go(entries)
        if await row.get_by_text(outcome).count():
            return
        await anna.page.wait_for_timeout(250)
    raise AssertionError(await row.inner_text())
