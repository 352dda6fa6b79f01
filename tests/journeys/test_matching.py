"""Payments meet their invoices in a real browser, on a farm that matches: by keyboard, by hand, by itself, and what is missing is fetched."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import date, timedelta
from functools import partial
from typing import Any

from playwright.async_api import expect

from core.db import Database
from core.ledger import rematch
from demo import bleu, shelf
from scheduler import farm
from tests.core.ledger import bank
from tests.journeys import house as houses
from tests.journeys.house import House, Visitor

#: Twenty who never sold before, so that nothing is linked by itself.
SELLERS = [
    "Aubrac",
    "Brezolles",
    "Cadenet",
    "Dourdan",
    "Espalion",
    "Falaise",
    "Gaillac",
    "Hendaye",
    "Issoire",
    "Joigny",
    "Lannion",
    "Moissac",
    "Nyons",
    "Orthez",
    "Pezenas",
    "Quimperle",
    "Riberac",
    "Sancerre",
    "Thouars",
    "Uzerche",
]
OPEN = "SELECT count(*) FROM gaps WHERE closed_at IS NULL"
PROPOSED = "SELECT count(*) FROM matches WHERE confirmed_at IS NULL"
CONFIRMED = "SELECT count(*) FROM matches WHERE confirmed_by IS NOT NULL"


def _is(house: House, query: str, count: int) -> bool:
    return house.rows(query) == [(count,)]


def bought(house: House, seller: str, total: int, *, months_ago: int = 0, parts: int = 1) -> None:
    """An invoice that was brought, and what the bank says of it."""
    issued = date(2026, 11, 3) - timedelta(days=30 * months_ago)
    database = Database(f"sqlite:///{house.folder / 'data' / 'moisson.db'}")
    with database.write() as session:
        number = f"{seller[:3].upper()}-{total}-{months_ago}"
        bank.invoice(session, total, number, supplier="upload", seller=f"{seller} SARL", issued_on=issued)
        for part in range(parts):
            label = f"PRLV SEPA {seller.upper()} REF {4711 + part}"
            told: dict[str, Any] = {
                "core": "",
                "unmatched_for": None,
                "booked_on": issued + timedelta(days=2 + part),
            }
            bank.payment(session, -total // parts, label, **told)
        rematch.ask(session, 1, farm.utc_now())
    database.close()


def _is_looked_at(house: House, payments: int) -> bool:
    """The matcher has seen so many, and nothing waits for it."""
    waiting = house.rows("SELECT 1 FROM wishes WHERE kind = 'match' AND done_at IS NULL")
    return len(house.rows("SELECT 1 FROM payments WHERE core != ''")) == payments and not waiting


def statement(house: House, *lines: tuple[str, str, str]) -> None:
    """A bank's CSV, taken in by the command."""
    file = house.folder / "releve.csv"
    rows = ["Date;Libellé;Montant", *(";".join(line) for line in lines)]
    file.write_text("\r\n".join(rows) + "\r\n", encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "moisson",
        "import",
        "payments",
        str(file),
        "--account",
        "Compte courant",
    ]
    subprocess.run(command, cwd=house.folder, env=house.environment, check=True, capture_output=True)


async def test_twenty_matches_are_confirmed_by_keyboard_a_key_and_a_page_each_and_one_is_undone(
    anna: Visitor, house: House
) -> None:
    await anna.set_up()
    for n, seller in enumerate(SELLERS):
        bought(house, seller, 10_000 + 137 * n)
    await houses.until(partial(_is, house, PROPOSED, 20))
    page = anna.page
    await anna.go("/matches")
    await page.keyboard.press("j")
    await anna.press("Enter")
    for done in range(1, 21):
        await expect(page).to_have_url(re.compile(r"/matches/\d+"))
        await expect(page.get_by_role("button", name="C'est bien ça")).to_be_visible()
        await anna.press("Enter")
        assert _is(house, CONFIRMED, done)
        await expect(page.locator(".did")).to_be_visible()
    await anna.sees("Rien à confirmer.")
    await anna.press("u")
    await expect(page).to_have_url(re.compile(r"/matches/\d+"))
    assert _is(house, CONFIRMED, 19)
    assert _is(house, PROPOSED, 1)


async def test_reasons_in_words_a_refusal_that_stays_and_a_payment_that_needs_none(
    anna: Visitor, house: House
) -> None:
    await anna.set_up()
    bought(house, "Aubrac", 12_345)
    bought(house, "Brezolles", 4_500)
    await houses.until(partial(_is, house, PROPOSED, 2))
    page = anna.page
    await anna.go("/matches")
    await anna.click("link", re.compile("AUBRAC"))
    await anna.sees(re.compile("même montant"))
    assert "%" not in await page.locator(".offer-proposed").inner_text()
    await page.keyboard.press("x")
    await expect(page.get_by_role("button", name="Ce n'est pas ça")).to_be_focused()
    await anna.press("Enter")
    await anna.sees("Refusé :")
    await houses.until(partial(_is, house, OPEN, 1))
    await anna.go("/matches?queue=unlinked")
    await anna.click("link", re.compile("AUBRAC"))
    await anna.sees("Pourquoi sans facture ?")
    await anna.sees("Sa facture est dans les pièces manquantes.")
    await page.keyboard.press("x")
    await page.get_by_label("Un mot, si vous voulez").fill("payée deux fois")
    await anna.click("button", "Remboursement")
    await anna.sees("Expliqué :")
    assert house.rows("SELECT closed_for, closed_note FROM payments WHERE closed_at IS NOT NULL") == [
        ("refund", "payée deux fois")
    ]
    assert _is(house, OPEN, 0)


async def test_one_invoice_of_two_payments_and_one_payment_of_two_invoices_with_their_totals(
    anna: Visitor, house: House
) -> None:
    await anna.set_up()
    bought(house, "Cadenet", 30_000, parts=2)
    statement(house, ("12/11/2026", "VIR DIVERS 88", "-150,00"))
    page = anna.page
    await houses.until(partial(_is_looked_at, house, 3))
    await anna.go("/matches/1")
    box = page.get_by_role("checkbox", name=re.compile("CAD-30000"))
    await box.check()
    await page.keyboard.press("Escape")
    await expect(page.locator("#chosen")).to_have_text(re.compile(r"300,00"))
    await page.locator("h1").focus()
    await page.keyboard.press("s")
    part = page.get_by_label("Part pour la facture CAD-30000-0")
    await expect(part).to_be_focused()
    await part.fill("150,00")
    await expect(page.locator("#over")).to_have_text(re.compile(r"0,00"))
    await anna.press("Enter")
    await expect(page.locator(".did")).to_be_visible()
    await anna.go("/matches/2")
    await anna.sees(re.compile(r"reste à payer 150,00"))
    await page.get_by_role("checkbox", name=re.compile("CAD-30000")).check()
    await anna.click("button", "C'est bien ça")
    await houses.until(partial(_is, house, CONFIRMED, 2))
    assert house.rows("SELECT sum(amount_minor) FROM matches") == [(-30_000,)]
    bought(house, "Dourdan", 9_000)
    bought(house, "Espalion", 6_000)
    numbers = {number: key for key, number in house.rows("SELECT id, number FROM invoices")}
    chosen = f"invoice={numbers['DOU-9000-0']}&invoice={numbers['ESP-6000-0']}"
    await anna.go(f"/matches/3?{chosen}")
    await expect(page.locator("#over")).to_have_text(re.compile(r"0,00"))
    await anna.click("button", "C'est bien ça")
    await houses.until(lambda: len(house.rows("SELECT 1 FROM matches WHERE payment_id = 3")) == 2)


async def test_a_credit_note_is_taken_off_and_another_currency_is_paid_whole(
    anna: Visitor, house: House
) -> None:
    await anna.set_up()
    database = Database(f"sqlite:///{house.folder / 'data' / 'moisson.db'}")
    with database.write() as session:
        bank.invoice(session, 30_000, "GAI-1", supplier="upload", seller="Gaillac SARL")
        bank.invoice(session, 5_000, "GAI-2", supplier="upload", seller="Gaillac SARL", kind="credit_note")
        bank.invoice(session, 11_000, "HEN-1", supplier="upload", seller="Hendaye Inc.", currency="USD")
    database.close()
    statement(house, ("12/11/2026", "VIR DIVERS 77", "-250,00"), ("12/11/2026", "VIR DIVERS 78", "-101,00"))
    await houses.until(partial(_is_looked_at, house, 2))
    keys = {number: key for key, number in house.rows("SELECT id, number FROM invoices")}
    owed = {label: key for key, label in house.rows("SELECT id, label FROM payments")}
    page = anna.page
    await anna.go(f"/matches/{owed['VIR DIVERS 77']}?invoice={keys['GAI-1']}&invoice={keys['GAI-2']}")
    await expect(page.locator("#chosen")).to_have_text(re.compile(r"250,00"))
    await expect(page.locator("#over")).to_have_text(re.compile(r"^0,00"))
    await anna.click("button", "C'est bien ça")
    await houses.until(partial(_is, house, CONFIRMED, 2))
    await anna.go(f"/matches/{owed['VIR DIVERS 78']}?invoice={keys['HEN-1']}")
    await anna.sees(re.compile("110,00"))
    await anna.click("button", "C'est bien ça")
    await houses.until(partial(_is, house, CONFIRMED, 3))
    parts = "SELECT invoice_id, amount_minor FROM matches ORDER BY invoice_id"
    assert house.rows(parts) == [(keys["GAI-1"], -30_000), (keys["GAI-2"], 5_000), (keys["HEN-1"], -10_100)]


async def test_after_three_confirmations_the_farm_links_by_itself_marks_it_and_a_refusal_ends_it(
    anna: Visitor, house: House
) -> None:
    await anna.set_up()
    page = anna.page
    for months_ago in (5, 4, 3):
        bought(house, "Falaise", 7_000 + months_ago, months_ago=months_ago)
        await houses.until(partial(_is, house, PROPOSED, 1))
        await anna.go("/matches")
        await anna.click("link", re.compile("FALAISE"))
        await anna.click("button", "C'est bien ça")
        await houses.until(partial(_is, house, CONFIRMED, 6 - months_ago))
    bought(house, "Falaise", 7_002, months_ago=2)
    by_machine = "SELECT count(*) FROM matches WHERE confirmed_at IS NOT NULL AND confirmed_by IS NULL"
    await houses.until(partial(_is, house, by_machine, 1))
    await anna.go("/matches?queue=automatic")
    await anna.click("link", re.compile("FALAISE"))
    await anna.sees("liée par la ferme")
    await anna.click("link", re.compile("Voir la facture"))
    await anna.sees("liée par la ferme")
    await anna.page.go_back()
    await page.keyboard.press("x")
    await anna.click("button", "Ce n'est pas ça")
    await houses.until(partial(_is, house, by_machine, 0))
    bought(house, "Falaise", 7_001, months_ago=1)
    await houses.until(partial(_is, house, PROPOSED, 1))
    assert _is(house, by_machine, 0)


async def test_a_debit_without_an_invoice_is_asked_for_by_its_button_and_closes_itself(
    anna: Visitor, house: House
) -> None:
    today = date.today()
    every = _went_on(house, today)
    await anna.set_up()
    await anna.go("/suppliers")
    await anna.click("link", re.compile("Bleu Énergie"))
    await anna.page.get_by_label(re.compile("^Adresse e-mail")).fill("claire@atelier.example")
    await anna.page.get_by_label(re.compile("^Mot de passe")).first.fill("bleu-demo")
    await anna.page.get_by_label(re.compile("J'ai le droit")).check()
    await anna.click("button", "Tester et enregistrer")
    await anna.sees(f"{every} factures déjà présentes")
    statement(house, (f"{today:%d/%m/%Y}", "PRLV SEPA BLEU ENERGIE 0045812", "-128,40"))
    of_debit = (
        "SELECT count(*) FROM gaps WHERE closed_at IS NULL AND supplier = 'bleu' AND payment_id IS NOT NULL"
    )
    await houses.until(partial(_is, house, of_debit, 1))
    house.shown["bleu"].publish(cents=12_840, contract=bleu.POWER, issued=today)
    await anna.go("/gaps")
    await anna.sees("PRLV SEPA BLEU ENERGIE")
    await anna.click("button", re.compile("^Collecter maintenant"))
    await anna.sees("demandée")
    await houses.until(partial(_is, house, OPEN, 0))
    assert house.rows("SELECT DISTINCT closed_for FROM gaps") == [("arrived",)]
    await anna.go("/gaps/months")
    await expect(anna.page.get_by_role("row", name=re.compile("Bleu Énergie"))).to_contain_text("reçue")
    await anna.go("/matches")
    await anna.click("link", re.compile("BLEU ENERGIE"))
    await anna.sees(re.compile("Bleu Énergie BE-"))


def _went_on(house: House, today: date) -> int:
    """Bleu Énergie has published until last month, as it did until October 2026. How many there are."""
    months = (today.year - 2026) * 12 + today.month - 11
    for issued in shelf.months(date(2026, 11, 12), months):
        house.shown["bleu"].publish(issued=issued, contract=bleu.POWER)
    return len(house.shown["bleu"].house.shelf.of("claire@atelier.example"))


async def test_what_is_missing_is_explained_on_a_phone_without_any_script(
    house: House, anna: Visitor
) -> None:
    await anna.set_up()
    statement(house, ("12/11/2026", "CARTE ZWX SHOP", "-15,00"))
    await houses.until(partial(_is, house, OPEN, 1))
    cookies = await anna.context.cookies()
    browser = anna.context.browser
    assert browser
    plain = await browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 800})
    await plain.add_cookies(cookies)  # type: ignore[arg-type]
    plain.set_default_timeout(houses.SOON)
    page = await plain.new_page()
    await page.goto(house.address + "/gaps")
    await page.get_by_text("Autrement…").click()
    await page.get_by_role("button", name="Introuvable").click()
    await expect(page.get_by_text("Expliqué :")).to_be_visible()
    await page.get_by_role("button", name="Annuler").click()
    assert _is(house, OPEN, 1)
    await plain.close()
