"""The accounting side of the stage: it stands at addresses of its own, is known to the farm, and shows what it holds."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator

import httpx
import pytest
from playwright.async_api import expect

from core.extraction import generic, reader
from demo import bureau, clearnox, clouds, holdings, panel, portals
from tests.demo import looks, visits

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
        assert httpx.get(url, timeout=visits.PATIENCE).status_code == 404, name


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
        assert httpx.get(place, params=told, timeout=visits.PATIENCE).status_code == status


async def test_the_panel_shows_what_the_other_side_holds(books: bureau.Bureau, stage: panel.Panel) -> None:
    books.xero.books.keep("Invoices", BILL)
    assert [one.number for one in books.services[0].held()] == ["F-1"]
    async with looks.browser() as shell:
        for look in looks.EVERY:
            page = await shell.new_page(**look)
            await page.goto(stage.url)
            await expect(page.get_by_role("row", name="F-1 Orange Pro 45.90 EUR 0")).to_have_count(1)
            for words in (bureau.CLIENT_ID, bureau.TOKEN, clearnox.PASSWORD, books.netsuite.restlet):
                assert await page.get_by_text(words, exact=True).count()
            key = page.get_by_role("textbox", name="NetSuite : Private key")
            assert await key.input_value() == books.netsuite.private_key
            assert await looks.violations(page) == []
            await page.close()


def test_every_service_of_the_stage_shows_what_arrived_there(books: bureau.Bureau) -> None:
    line = {"account": {"id": "58"}, "amount": 45.9}
    bill = {"entity": {"id": "744"}, "currency": {"id": "1"}, "tranId": "B-1", "tranDate": "2026-11-03", "expense": {"items": [line]}}  # fmt: skip
    made = books.netsuite.books.keep("vendorBill", "eid:x", bill, replaced=[])
    books.netsuite.books.attach("vendorBill", made["id"], "b.pdf", b"%PDF")
    books.getmyinvoices.documents[1] = {"documentNumber": "G-1", "fileName": "g.pdf", "grossAmount": 45.9, "currency": "EUR"}  # fmt: skip
    held = {one.id: one.held() for one in books.services}
    assert held["netsuite"] == [holdings.Held("B-1", "Bleu Énergie", "45.90 EUR", 1)]
    assert held["getmyinvoices"] == [holdings.Held("G-1", "g.pdf", "45.9 EUR", 1)]
    assert [one.files for one in held["clearnox"]] == [0, 0]


def test_what_is_sold_on_the_stage_is_an_entry_without_a_document_and_a_copy_in_the_mailbox(
    books: bureau.Bureau, mandarine: portals.Portal
) -> None:
    with clouds.Clouds(ports={}) as boxes, panel.Panel([mandarine], 0, books=books, boxes=boxes) as shown:
        (gmail,) = (one for one in boxes.every if one.id == panel.SALES_BOX)
        page = httpx.post(f"{shown.url}/sales?lang=en", follow_redirects=True, timeout=visits.PATIENCE).text
        assert "Sold: the entry waits for its document." in page
        last = books.clearnox.lacking[-1].removeprefix("e-")
        assert last.encode() in gmail.played.letters[-1].raw
        assert last in page


def test_the_paper_of_a_sale_says_what_its_entry_says(books: bureau.Bureau) -> None:
    sale = books.sell()
    reading = reader.read(io.BytesIO(sale.pdf()), generic.read)
    told = {name: reading.fields[name].value for name in ("number", "date", "total", "currency")}
    entry = books.clearnox.entries[f"e-{sale.number}"]
    assert list(told.values()) == [entry[name] for name in ("documentNumber", "date", "amount", "currency")]


def test_without_an_accounting_side_nothing_is_sold(mandarine: portals.Portal) -> None:
    with panel.Panel([mandarine], 0) as shown:
        assert httpx.post(f"{shown.url}/sales", timeout=visits.PATIENCE).status_code == 404
