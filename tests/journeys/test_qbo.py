"""QuickBooks Online in a real browser, against the stand-in: connected, told what goes where, previewed, sent once."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from demo.qbo import Qbo
from tests.journeys import connecting
from tests.journeys import house as houses
from tests.journeys.brought import PDF, bring
from tests.journeys.house import Visitor

SECRET = "canary-of-the-quickbooks-app"
SENT = "SELECT count(*) FROM deliveries WHERE sent_at IS NOT NULL AND idempotency_key IS NOT NULL"


@pytest_asyncio.fixture
async def service() -> AsyncIterator[Qbo]:
    started = Qbo().start()
    yield started
    started.stop()


@pytest_asyncio.fixture
async def anna(
    tmp_path: Path, service: Qbo, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Visitor]:
    monkeypatch.setenv("MOISSON_STAND_INS", json.dumps({"qbo": service.url}))
    async with houses.opened(tmp_path) as house, houses.visitor(house, browser) as person:
        yield person


async def test_quickbooks_from_the_consent_to_the_bill(anna: Visitor, service: Qbo) -> None:
    service.office.register("our-app", SECRET, f"{anna.house.address}/oauth/callback")
    await connecting.begin(anna)

    await anna.go("/destinations")
    await anna.click("link", "QuickBooks Online")
    await anna.page.get_by_label("Identifiant de l'application").fill("our-app")
    await anna.page.get_by_label("Secret de l'application").fill(SECRET)
    await anna.page.get_by_label("Votre phrase de passe").fill(houses.PHRASE)
    await anna.click("button", "Connecter QuickBooks Online")
    await anna.click("link", re.compile("QuickBooks"))
    await anna.click("button", "Autoriser")
    lists = "SELECT count(*) FROM remote_lists"
    await houses.until(lambda: anna.house.rows(lists) == [(4,)])
    await anna.page.reload()
    await anna.sees("Atelier Brun")

    await anna.click("button", "Un jour à blanc")
    await connecting.choose(anna, Quoi="bill", Compte="8", TVA="4")
    bring(anna.house, "F-1")
    await anna.page.reload()
    await anna.sees(re.compile('"DocNumber": "F-1"'))
    assert service.books.records["Bill"] == []

    await anna.click("button", "Finir le jour à blanc")
    await houses.until(lambda: anna.house.rows(SENT) == [(1,)])
    (bill,) = service.books.records["Bill"]
    assert (bill["DocNumber"], bill["TotalAmt"]) == ("F-1", 45.9)
    assert list(service.books.contents.values()) == [PDF + b"F-1"]
    await anna.page.reload()
    await anna.page.get_by_role("link", name="Voir le contenu : F-1").click()
    await anna.sees(re.compile(f'"value": "{bill["VendorRef"]["value"]}"'))
    connecting.hides(anna, SECRET)
