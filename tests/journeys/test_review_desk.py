"""The review desk in a real browser, on a farm that reads: by keyboard, by pointing, by comparing, and back."""

from __future__ import annotations

import re
import time
from datetime import date, timedelta
from decimal import Decimal

import pypdfium2
import pytest
from playwright.async_api import Browser, FilePayload, expect

from demo import paper
from tests.journeys import house as houses
from tests.journeys.house import House, Visitor

WAITING = "SELECT count(*) FROM invoices WHERE asks_review AND reviewed_at IS NULL AND rejected_for IS NULL AND merged_into IS NULL"
ODD = paper.Party("Papeterie Durand SARL", ("4 rue du Port", "44000 Nantes"), "999444557", "FR05999444557")


def bill(n: int) -> bytes:
    """One of many, each with its own number, month and total."""
    issued = date(2026, 11, 3) - timedelta(days=15 * n)
    return paper.invoice(f"PD-2026-{n:03}", issued, Decimal("45.90") + n, supplier=ODD)


async def brought(anna: Visitor, house: House, bodies: list[bytes]) -> None:
    """These files, uploaded by hand and read by the farm, wait at the desk."""
    before = house.rows(WAITING)[0][0]
    files = [
        FilePayload(name=f"{n}.pdf", mimeType="application/pdf", buffer=body) for n, body in enumerate(bodies)
    ]
    await anna.page.get_by_label("Fichiers PDF").set_input_files(files)
    await anna.click("button", "Envoyer")
    await houses.until(lambda: house.rows(WAITING)[0][0] == before + len(bodies))


async def stationer(anna: Visitor) -> None:
    await anna.set_up()
    await anna.go("/suppliers/upload/new")
    await anna.page.get_by_label("De qui sont ces factures ?").fill("Papeterie Durand")
    await anna.click("button", "Commencer")


async def test_twenty_invoices_are_confirmed_with_twenty_two_keys_and_one_taken_back(
    anna: Visitor, house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    await stationer(anna)
    await brought(anna, house, [bill(n) for n in range(20)])
    page, keys, began = anna.page, 0, time.monotonic()
    await anna.go("/review")
    await expect(page.locator("[data-row]")).to_have_count(20)
    await page.keyboard.press("j")
    await anna.press("Enter")
    keys += 2
    await expect(page).to_have_url(re.compile(r"/review/\d+"))
    for left in range(19, -1, -1):
        await expect(page.get_by_role("button", name="Confirmer", exact=True)).to_be_visible()
        await anna.press("Enter")
        keys += 1
        await expect(page.locator(".did")).to_be_visible()
        assert house.rows(WAITING) == [(left,)]
    took = time.monotonic() - began
    with capsys.disabled():
        print(f"\n20 invoices confirmed by keyboard: {keys} keys, {took:.1f} s")  # noqa: T201
    assert keys == 22
    await anna.sees("Tout est contrôlé.")
    await anna.press("u")
    await expect(page).to_have_url(re.compile(r"/review/\d+"))
    assert house.rows(WAITING) == [(1,)]


async def test_keys_correct_reject_help_and_can_be_switched_off(anna: Visitor, house: House) -> None:
    await stationer(anna)
    await brought(anna, house, [bill(1), bill(2)])
    page = anna.page
    await anna.go("/review")
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_be_hidden()
    await page.keyboard.press("j")
    await anna.press("Enter")
    await expect(page).to_have_url(re.compile(r"/review/\d+"))
    await page.keyboard.press("e")
    await expect(page.locator(".read-field input:focus")).to_have_count(1)
    total = page.get_by_label("Total TTC", exact=True)
    await total.fill("1 050,90")
    await anna.press("Enter")
    await anna.sees("Confirmée :")
    assert house.rows("SELECT total_minor FROM invoices WHERE reviewed_at IS NOT NULL") == [(105090,)]
    await page.keyboard.press("x")
    await expect(page.get_by_role("button", name="Elle n'est pas à nous")).to_be_focused()
    await anna.press("Enter")
    await anna.sees("Mise de côté :")
    assert house.rows("SELECT rejected_for FROM invoices WHERE rejected_for IS NOT NULL") == [("not_ours",)]
    await page.keyboard.press("?")
    await page.get_by_role("switch").uncheck()
    await page.get_by_role("button", name="Fermer").click()
    await expect(page.get_by_role("dialog")).to_be_hidden()
    await page.keyboard.press("u")
    assert house.rows("SELECT count(*) FROM review_acts WHERE undone_at IS NOT NULL") == [(0,)]


async def test_a_value_drawn_on_the_page_is_taught_tried_and_read_from_then_on(
    anna: Visitor, house: House
) -> None:
    await stationer(anna)
    await brought(anna, house, [bill(n) for n in range(3)])
    page = anna.page
    await anna.go("/review/1/teach")
    await page.get_by_label("Quel champ ?").select_option("number")
    await page.locator('rect[data-text="PD-2026-000"]').click()
    await expect(page.locator("rect.lit")).to_have_count(1)
    await anna.click("button", "C'est ici")
    await anna.sees("PD-2026-000")
    await page.get_by_label("Quel champ ?").select_option("total")
    box = await page.locator('rect[data-text="45,90"]').last.bounding_box()
    assert box
    await page.mouse.move(box["x"] - 6, box["y"] - 4)
    await page.mouse.down()
    await page.mouse.move(box["x"] + box["width"] + 14, box["y"] + box["height"] + 4)
    await page.mouse.up()
    await anna.click("button", "C'est ici")
    await expect(page.locator("rect.taught")).to_have_count(2)
    await anna.click("button", "Essayer sur les autres factures")
    await anna.sees("Essayé sur 3 documents")
    await anna.click("button", "Mettre en service")
    await anna.sees("En service")
    await anna.go("/")
    await anna.click("link", re.compile("Papeterie Durand"))
    place = house.rows("SELECT id FROM accounts")[0][0]
    await anna.go(f"/accounts/{place}/arrivals")
    await brought(anna, house, [bill(7)])
    sources = house.rows(
        "SELECT json_extract(fields, '$.number.source') FROM readings ORDER BY id DESC LIMIT 1"
    )
    assert sources[0][0].startswith("template:")


async def test_two_invoices_in_one_file_are_split_and_two_papers_of_one_compared(
    anna: Visitor, house: House
) -> None:
    both, other = (
        pypdfium2.PdfDocument.new(),
        paper.invoice("PD-2026-001", date(2026, 10, 19), Decimal("49.90"), supplier=ODD, line="Duplicata"),
    )
    for n in (5, 6):
        both.import_pages(pypdfium2.PdfDocument(bill(n)))
    file = house.folder / "both.pdf"
    both.save(file)
    await stationer(anna)
    await brought(anna, house, [file.read_bytes()])
    await anna.go("/review/1")
    await anna.page.get_by_text("Séparer en plusieurs factures…").click()
    for n in (1, 2):
        part = anna.page.get_by_role("group", name=f"Facture {n}")
        await part.get_by_label("de la page").fill(str(n))
        await part.get_by_label("à la page").fill(str(n))
    await anna.click("button", "Séparer")
    await houses.until(
        lambda: (
            house.rows("SELECT number FROM invoices WHERE read_at IS NOT NULL ORDER BY number")
            == [("PD-2026-005",), ("PD-2026-006",)]
        )
    )
    await anna.go("/accounts/1/arrivals")
    await anna.page.get_by_label("Fichiers PDF").set_input_files(
        [
            FilePayload(name=f"{n}.pdf", mimeType="application/pdf", buffer=b)
            for n, b in enumerate((bill(1), other))
        ]
    )
    await anna.click("button", "Envoyer")
    papers = "SELECT count(*) FROM documents WHERE read_at IS NOT NULL"
    await houses.until(lambda: house.rows(papers) == [(4,)])
    kept, doubled = (
        row[0] for row in house.rows("SELECT id FROM invoices WHERE number = 'PD-2026-001' ORDER BY id")
    )
    await anna.go(f"/review/{doubled}")
    await anna.click("link", "Comparer avec l'autre")
    await anna.sees("différent")
    await expect(anna.page.locator(".pair img")).to_have_count(2)
    await anna.click("button", "C'est la même : les réunir")
    await anna.sees("Réunie :")
    assert house.rows(f"SELECT merged_into FROM invoices WHERE id = {doubled}") == [(kept,)]
    await anna.click("button", "Annuler")
    await expect(anna.page).to_have_url(re.compile(rf"/review/{doubled}"))
    assert house.rows(f"SELECT merged_into FROM invoices WHERE id = {doubled}") == [(None,)]


async def test_on_a_phone_and_without_any_script_an_invoice_is_confirmed_and_taken_back(
    anna: Visitor, house: House, browser: Browser
) -> None:
    await stationer(anna)
    await brought(anna, house, [bill(3)])
    phone = {"viewport": {"width": 390, "height": 844}, "java_script_enabled": False}
    async with houses.visitor(
        house, browser, storage_state=await anna.context.storage_state(), **phone
    ) as on_foot:
        page = on_foot.page
        await on_foot.go("/review")
        await on_foot.click("link", re.compile("PD-2026-003"))
        await on_foot.click("button", "Confirmer")
        await on_foot.sees("Tout est contrôlé.")
        await on_foot.click("button", "Annuler")
        await on_foot.sees("Confirmer")
        assert house.rows(WAITING) == [(1,)]
        assert page.url.endswith("/review/1")
