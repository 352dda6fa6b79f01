"""Xero in a real browser, against the stand-in: connected, told what goes where, sent once, changed, sent again, disconnected (journeys h1 to h8)."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from demo.xero import Xero
from demo.xero_books import Organisation
from tests.journeys import connecting
from tests.journeys import house as houses
from tests.journeys.brought import PDF, bring
from tests.journeys.house import Visitor

SECRET = "canary-of-the-xero-app"
SENT = "SELECT count(*) FROM deliveries WHERE sent_at IS NOT NULL AND idempotency_key IS NOT NULL"


@pytest_asyncio.fixture
async def service() -> AsyncIterator[Xero]:
    started = Xero(
        Organisation("Atelier Brun", role="FINANCIALADVISER", forbidden=("CreateApprovedBill",))
    ).start()
    yield started
    started.stop()


@pytest_asyncio.fixture
async def anna(
    tmp_path: Path, service: Xero, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Visitor]:
    monkeypatch.setenv("MOISSON_STAND_INS", json.dumps({"xero": service.url}))
    async with houses.opened(tmp_path) as house, houses.visitor(house, browser) as person:
        yield person


async def connect(anna: Visitor, service: Xero, password: str = houses.PHRASE) -> None:
    await anna.go("/destinations")
    await anna.click("link", "Xero")
    await anna.page.get_by_label("Identifiant de l'application").fill("our-app")
    await anna.page.get_by_label("Secret de l'application").fill(SECRET)
    await anna.page.get_by_label("Votre phrase de passe").fill(password)
    await anna.click("button", "Connecter Xero")


async def save(anna: Visitor, **chosen: str) -> None:
    """Choices by their labels, for all suppliers without their own."""
    for label, value in chosen.items():
        await anna.page.get_by_label(f"Tous les autres : {label}", exact=True).select_option(value)
    await anna.click("button", "Enregistrer")


async def test_xero_from_the_first_consent_to_the_last_bill(anna: Visitor, service: Xero) -> None:
    service.office.register("our-app", SECRET, f"{anna.house.address}/oauth/callback")
    await connecting.begin(anna)

    await consented(anna, service)
    await told_what_goes_where(anna, service)
    await tried_for_a_day(anna, service)
    await changed_and_sent_again(anna, service)
    await refused_and_mended(anna, service)
    await moved_to_other_books(anna, service)

    connecting.hides(anna, SECRET)


async def consented(anna: Visitor, service: Xero) -> None:
    """A right that is missing is said before anything else (h1), and all currencies are off (h2)."""
    await connect(anna, service, password="not my passphrase")
    await anna.sees("Rien n'a été connecté")
    await connect(anna, service)
    await anna.click("link", re.compile("Xero"))
    await anna.click("button", "Autoriser")
    lists = "SELECT count(*) FROM remote_lists"
    await houses.until(lambda: anna.house.rows(lists) == [(4,)])
    await anna.page.reload()
    await anna.sees("Atelier Brun")
    await anna.sees("FINANCIALADVISER")
    await anna.sees("CreateApprovedBill")
    page = await anna.page.locator("main").inner_text()
    assert page.index("CreateApprovedBill") < page.index("FINANCIALADVISER") < page.index("Quoi, et où")
    await expect(anna.page.get_by_role("checkbox", name=re.compile("^EUR"))).not_to_be_checked()


async def told_what_goes_where(anna: Visitor, service: Xero) -> None:
    """Choices make a new version, for what comes from now on (h2, h3, h4)."""
    bring(anna.house, "AVANT", "EUR")
    await anna.page.reload()
    await anna.page.get_by_role("checkbox", name=re.compile("^EUR")).check()
    await save(anna, Quoi="bill", Compte="626", TVA="INPUT2")
    await anna.sees(re.compile("depuis le"))
    await anna.sees("Un changement vaut pour les documents à venir (version 2)")
    assert service.books.records["Invoices"] == []


async def tried_for_a_day(anna: Visitor, service: Xero) -> None:
    """On a dry day the exact payload is seen and nothing leaves (h5); then it leaves once, with its file."""
    await anna.click("button", "Un jour à blanc")
    bring(anna.house, "F-1")
    bring(anna.house, "L-1", "GBP")
    await anna.page.reload()
    await expect(anna.page.get_by_role("checkbox", name=re.compile("^EUR"))).to_be_checked()
    await expect(anna.page.get_by_role("checkbox", name=re.compile("^GBP"))).not_to_be_checked()
    await anna.page.get_by_role("link", name="Voir le contenu : F-1").click()
    await anna.sees(re.compile('"AccountCode": "626"'))
    assert service.books.records["Invoices"] == []
    await anna.page.go_back()
    await anna.click("button", "Finir le jour à blanc")
    await houses.until(lambda: anna.house.rows(SENT) == [(1,)])
    (bill,) = service.books.records["Invoices"]
    assert bill["InvoiceNumber"] == "F-1"
    assert [content for _, content in service.books.files[bill["InvoiceID"]].values()] == [PDF + b"F-1"]


async def changed_and_sent_again(anna: Visitor, service: Xero) -> None:
    """What was sent stays until a person sends it again (h4)."""
    await anna.page.reload()
    await save(anna, Compte="606")
    bring(anna.house, "F-2")
    await houses.until(lambda: anna.house.rows(SENT) == [(2,)])
    coded = [one["LineItems"][0]["AccountCode"] for one in service.books.records["Invoices"]]
    assert coded == ["626", "606"]
    await anna.page.reload()
    await anna.sees("diffère des réglages actuels")
    await anna.page.get_by_role("link", name="Voir le contenu : F-1").click()
    await anna.sees("LineItems.1.AccountCode")
    await anna.click("button", re.compile("^Renvoyer"))
    again = "SELECT count(*) FROM deliveries WHERE round = 2 AND sent_at IS NOT NULL"
    await houses.until(lambda: anna.house.rows(again) == [(1,)])
    assert [one["LineItems"][0]["AccountCode"] for one in service.books.records["Invoices"]] == ["606", "606"]


async def refused_and_mended(anna: Visitor, service: Xero) -> None:
    """Xero's words and what to do about them (h6); the lists are read again (h3)."""
    gone = service.books.accounts.pop(0)
    bring(anna.house, "F-9")
    held = "SELECT held_for FROM deliveries WHERE held_for IS NOT NULL"
    await houses.until(lambda: anna.house.rows(held) == [("refused",)])
    await connecting.look(anna, 2, "F-9")
    await anna.sees("Account code '606' is not a valid code")
    await anna.sees("Corrigez ce que Xero dit")
    service.books.accounts.append({**gone, "Name": "Achats non stockés"})
    await anna.click("button", "Réessayer")
    mended = "SELECT 1 FROM deliveries d JOIN invoices i ON i.id = d.invoice_id WHERE i.number = 'F-9' AND d.destination_id = 2 AND d.sent_at IS NOT NULL"
    await houses.until(lambda: anna.house.rows(mended))
    assert anna.house.rows(held) == []
    await anna.go("/destinations/2")
    await anna.click("button", "Relire les listes de Xero")
    named = "SELECT 1 FROM remote_lists WHERE kind = 'accounts' AND entries LIKE '%non stock%'"
    await houses.until(lambda: anna.house.rows(named))
    await anna.page.reload()
    await expect(
        anna.page.get_by_role("option", name=re.compile("Achats non stockés")).first
    ).to_be_attached()


async def moved_to_other_books(anna: Visitor, service: Xero) -> None:
    """Choices are kept, and asked about before another organisation has them (h7)."""
    service.organisations[:] = [Organisation("Brun Conseil")]
    await anna.go("/destinations/2")
    await anna.click("button", "Déconnecter")
    await anna.sees("ce qui est choisi ci-dessous reste")
    await anna.click("button", "Connecter Xero")
    await anna.click("link", re.compile("Xero"))
    await anna.click("button", "Autoriser")
    offered = "SELECT count(*) FROM destinations WHERE books LIKE '%offered%'"
    await houses.until(lambda: anna.house.rows(offered) == [(1,)])
    bring(anna.house, "F-3")
    await anna.page.reload()
    await anna.sees("Ce n'est pas la même organisation")
    assert service.books.records["Invoices"] == []
    await anna.page.get_by_label("Réutiliser les choix").check()
    await anna.click("button", "Choisir cette organisation")
    await houses.until(lambda: len(service.books.records["Invoices"]) == 1)
