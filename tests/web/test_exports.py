"""*Export* as pages: what a month lacks, what is ticked, what is blocked, and the same bytes from the same address."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser

from core import archive
from core.db import models
from tests.web import looks, world
from tests.web.visits import NOW


@pytest.fixture
def company(tmp_path: Path) -> world.World:
    made = world.empty(tmp_path)
    with made.database.write() as session:
        world.hire(session)
    return made


def invoice(company: world.World, number: str | None = "F-1", **more: Any) -> int:
    """One of October, with its PDF."""
    stored = archive.Archive(company.settings.data)
    file = stored.welcome([f"%PDF {number}".encode()], name="bill.pdf")
    stored.put(file)
    told = {
        "workspace_id": 1, "supplier": "mandarine", "number": number, "issued_on": date(2026, 10, 3), "precision": "day",
        "net_minor": 3825, "vat_minor": 765, "total_minor": 4590, "currency": "EUR", "kind": "invoice", "received_at": NOW,
        "read_at": NOW, "doubts": [],
    }  # fmt: skip
    with company.database.write() as session:
        made = models.Invoice(**{**told, **more})
        session.add(made)
        session.flush()
        session.add(
            models.Document(
                workspace_id=made.workspace_id, invoice_id=made.id, sha256=file.sha256, size=file.size, name="bill.pdf",
                media_type="application/pdf", channel="portal", received_at=NOW, read_at=NOW,
            )
        )  # fmt: skip
        return made.id


def test_the_last_whole_month_is_chosen_and_nothing_missing_is_said(company: world.World) -> None:
    invoice(company)
    page = company.signed_in().get("/exports").text
    assert '<option value="2026-10" selected>octobre 2026</option>' in page
    assert "Rien ne manque" in page
    assert "1 attendues, 1 reçues" in page


def test_the_same_address_gives_the_same_bytes_and_each_download_is_in_the_chain(
    company: world.World,
) -> None:
    invoice(company)
    client = company.signed_in("viewer@firm.fr")
    place = "/exports/file?month=2026-10&part=zip&part=csv&part=books&language=fr"
    first, second = client.get(place), company.signed_in().get(place)
    assert first.headers["Content-Disposition"] == "attachment; filename=factures-2026-10.zip"
    assert first.data == second.data
    names = zipfile.ZipFile(io.BytesIO(first.data)).namelist()
    assert "ecritures-achats-2026-10.txt" in names
    assert any(name.endswith("_F-1_45,90-EUR.pdf") for name in names)
    with company.database.read() as session:
        told = session.query(models.AuditEntry).filter_by(action="export.made").all()
        assert [one.object for one in told] == ["export:1", "export:1"]
        assert session.query(models.Export).one().made_at == NOW


def test_what_cannot_be_booked_blocks_with_its_list_until_it_is_left_out(company: world.World) -> None:
    invoice(company, "F-1")
    invoice(company, "F-2", vat_minor=1)
    client = company.signed_in()
    answer = client.get("/exports/file?month=2026-10&part=books")
    assert answer.status_code == 409
    assert "hors taxes et TVA ne font pas le total" in answer.text
    assert "Une facture ne peut pas être comptabilisée" in answer.text
    with company.database.read() as session:
        assert session.query(models.Export).count() == 0
    left = client.get("/exports/file?month=2026-10&part=books&leave=1")
    assert left.status_code == 200
    assert b"F-2" not in left.data


def test_nothing_ticked_is_said(company: world.World) -> None:
    answer = company.signed_in().get("/exports/file?month=2026-10")
    assert answer.status_code == 422
    assert "Cochez au moins une ligne" in answer.text


def test_what_lacks_stands_first_and_is_no_obstacle(company: world.World) -> None:
    invoice(company, "F-9", asks_review=True)
    client = company.signed_in("auditor@firm.fr", "en")
    page = client.get("/exports").text
    assert "This month is not complete" in page
    assert page.index("to review") < page.index("Download")
    answer = client.get("/exports/file?month=2026-10&part=zip")
    told = zipfile.ZipFile(io.BytesIO(answer.data)).read("00-certificate.txt").decode()
    assert "WARNING" in told
    assert "F-9" in told


def test_another_company_sees_nothing_of_it(company: world.World) -> None:
    invoice(company)
    answer = company.signed_in(world.STRANGER).get("/exports/file?month=2026-10&part=zip&part=csv")
    assert [name for name in zipfile.ZipFile(io.BytesIO(answer.data)).namelist() if "F-1" in name] == []


def test_a_month_that_is_none_is_the_last_whole_one(company: world.World) -> None:
    page = company.signed_in().get("/exports?month=2026-13&layout=x&part=y").text
    assert '<option value="2026-10" selected>' in page


def test_accounts_are_chosen_and_an_empty_field_is_the_usual_again(company: world.World) -> None:
    invoice(company)
    client = company.signed_in("finance@firm.fr")
    assert 'placeholder="626000"' in client.get("/exports/accounts").text
    told = {
        "siren": "123 456 782",
        "expense-mandarine": "626100",
        "auxiliary-mandarine": "0mandar",
        "encoding": "utf-8",
    }
    assert world.post(client, "/exports/accounts", at="/exports/accounts", **told).status_code == 302
    answer = client.get("/exports/file?month=2026-10&part=books")
    assert answer.headers["Content-Disposition"] == "attachment; filename=123456782FEC20261031.txt"
    assert b"\t626100\t" in answer.data
    assert b"\t0MANDAR\t" in answer.data
    world.post(client, "/exports/accounts", at="/exports/accounts")
    assert b"\t626000\t" in client.get("/exports/file?month=2026-10&part=books").data


def test_an_account_that_cannot_be_is_refused_and_nothing_is_kept(company: world.World) -> None:
    invoice(company)
    client = company.signed_in()
    answer = world.post(
        client, "/exports/accounts", at="/exports/accounts", **{"expense-mandarine": "6A", "vat": "445660"}
    )
    assert answer.status_code == 422
    assert 'value="6A"' in answer.text
    assert 'aria-invalid="true"' in answer.text
    with company.database.read() as session:
        assert session.query(models.Chart).count() == 0


def linked(company: world.World) -> str:
    """The address that an admin has made for October."""
    page = world.post(company.signed_in(), "/exports/links", at="/exports", month="2026-10").text
    return "/m/" + str(page).split("/m/", 1)[1].split("<", 1)[0]


def test_the_accountants_address_opens_one_month_to_read_and_nothing_else(company: world.World) -> None:
    invoice(company, "F-1")
    invoice(company, "F-2", issued_on=date(2026, 9, 3))
    place, nobody = linked(company), company.app.test_client()
    page = nobody.get(place)
    assert page.status_code == 200
    assert 'href="/invoices' not in page.text
    answer = nobody.get(f"{place}/file?part=zip&month=2026-09")
    names = " ".join(zipfile.ZipFile(io.BytesIO(answer.data)).namelist())
    assert "F-1" in names
    assert "F-2" not in names
    assert nobody.get("/exports").status_code == 302
    assert nobody.post(place).headers["Location"].startswith("/login")
    with company.database.read() as session:
        actors = [one.actor for one in session.query(models.AuditEntry).filter_by(action="export.made")]
        assert actors == ["export_link:1"]
        assert place.removeprefix("/m/") not in str(session.query(models.ExportLink).one().token_hash)


def test_the_address_ends_by_itself_and_by_hand(company: world.World) -> None:
    place, nobody = linked(company), company.app.test_client()
    assert (
        world.post(company.signed_in(world.STRANGER), "/exports/links/1/revoke", at="/exports").status_code
        == 404
    )
    world.post(company.signed_in(), "/exports/links/1/revoke", at="/exports")
    assert nobody.get(place).status_code == 410
    other = linked(company)
    assert nobody.get(other).status_code == 200
    with company.database.write() as session:
        session.get_one(models.ExportLink, 2).ends_at = NOW
    assert nobody.get(other).status_code == 410
    assert nobody.get(f"{other}/file?part=zip").status_code == 410
    assert nobody.get("/m/guessed").status_code == 410


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_the_accountants_page_is_open_to_everybody(
    tmp_path: Path, browser: Browser, language: str
) -> None:
    async with looks.serving(world.full(tmp_path), browser) as served:
        invoice(served.company, "F-1")
        place = linked(served.company)
        context = await served.context(language=language, signed=False)
        page = await context.new_page()
        faults = await looks.faults_of(page, served.address, place)
        await context.close()
    assert faults == []
