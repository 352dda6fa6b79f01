"""The accounting side of the stage: it stands at addresses of its own, is known to the farm, and shows what it holds."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx
import pytest

from demo import bureau, panel, portals
from tests.demo import looks

LINE = {"Description": "Forfait", "Quantity": 1.0, "UnitAmount": 45.9, "AccountCode": "626"}
BILL = {"Type": "ACCPAY", "Contact": {"Name": "Orange Pro"}, "Date": "2026-11-03", "DueDate": "2026-11-30", "InvoiceNumber": "F-1", "CurrencyCode": "EUR", "Status": "DRAFT", "LineAmountTypes": "Inclusive", "LineItems": [LINE]}  # fmt: skip


@pytest.fixture
def books() -> Iterator[bureau.Bureau]:
    with bureau.Bureau(dict.fromkeys(bureau.PORTS, 0)) as opened:
        yield opened


@pytest.fixture
def stage(mandarine: portals.Portal, books: bureau.Bureau) -> Iterator[panel.Panel]:
    with panel.Panel([mandarine], port=0, books=books) as served:
        yield served


def test_the_farm_is_told_where_consents_are_asked(books: bureau.Bureau) -> None:
    told = json.loads(books.stand_ins)
    assert set(told) == {"xero", "qbo"}
    for name, url in told.items():
        assert httpx.get(url).status_code == 404, name


def test_a_consent_leads_back_to_the_farm(books: bureau.Bureau) -> None:
    books.serves(8910)
    asked = {"response_type": "code", "client_id": bureau.CLIENT_ID, "scope": "offline_access", "state": "s", "code_challenge": "a" * 43, "code_challenge_method": "S256"}  # fmt: skip
    place = json.loads(books.stand_ins)["xero"] + "/identity/connect/authorize"
    for back, status in (
        ("http://localhost:8910", 200),
        ("http://127.0.0.1:8910", 200),
        ("http://a.fr", 400),
    ):
        told = {**asked, "redirect_uri": f"{back}/oauth/callback"}
        assert httpx.get(place, params=told).status_code == status


async def test_the_panel_shows_what_the_other_side_holds(books: bureau.Bureau, stage: panel.Panel) -> None:
    books.services[0].playing.books.keep("Invoices", BILL)  # type: ignore[attr-defined]
    assert [one.number for one in books.services[0].held()] == ["F-1"]
    async with looks.browser() as shell:
        for look in looks.EVERY:
            page = await shell.new_page(**look)
            await page.goto(stage.url)
            assert await page.get_by_role("row", name="F-1 Orange Pro 45.90 EUR 0").count() == 1
            for words in (bureau.CLIENT_ID, bureau.TOKEN):
                assert await page.get_by_text(words, exact=True).count()
            assert await looks.violations(page) == []
            await page.close()
