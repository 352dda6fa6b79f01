"""Invoices without a collector: dropped by hand or posted by a program, read and exported like any other."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import httpx
from playwright.async_api import FilePayload, expect

from demo import paper
from tests.journeys import house as houses
from tests.journeys.house import House, Visitor

PDF = {"Content-Type": "application/pdf"}
BY_HAND, BY_PROGRAM = (
    paper.invoice(number, date(2026, 11, 3), Decimal("45.90")) for number in ("PD-2026-11", "PD-2026-12")
)


async def test_a_supplier_without_a_collector_is_served_by_hand_and_by_a_program(
    anna: Visitor, house: House
) -> None:
    await anna.set_up()
    await anna.go("/suppliers/upload/new")
    await anna.page.get_by_label("De qui sont ces factures ?").fill("Papeterie Durand")
    await anna.click("button", "Commencer")

    files = [("novembre.pdf", BY_HAND), ("pas-une-facture.pdf", b"<html>perdu</html>")]
    await anna.page.get_by_label("Fichiers PDF").set_input_files(
        [FilePayload(name=name, mimeType="application/pdf", buffer=body) for name, body in files]
    )
    await anna.click("button", "Envoyer")
    await anna.sees("pris : voir la facture")
    await anna.sees("refusé : page web au lieu d'un PDF")

    await anna.click("button", "Créer une adresse")
    address = await anna.page.get_by_label("Copiez-la maintenant").input_value()
    async with httpx.AsyncClient(timeout=60) as program:
        sent = [await program.post(address, content=BY_PROGRAM, headers=PDF) for _ in range(2)]
    assert [answer.status_code for answer in sent] == [202, 202]
    await anna.sees("était déjà là : voir la facture")

    taken = "SELECT number FROM invoices WHERE read_at IS NOT NULL ORDER BY number"
    await houses.until(lambda: house.rows(taken) == [("PD-2026-11",), ("PD-2026-12",)])
    await houses.until(
        lambda: house.rows("SELECT count(*) FROM deliveries WHERE sent_at IS NOT NULL") == [(2,)]
    )
    await anna.go("/")
    await expect(anna.page.get_by_role("listitem").filter(has_text="Papeterie Durand")).to_contain_text(
        "À jour"
    )
    secret = address.rpartition("/")[2]
    house.stop()  # while it works, files come and go
    written = [path for path in house.folder.rglob("*") if path.is_file()]
    assert not [path for path in written if secret.encode() in path.read_bytes()]
