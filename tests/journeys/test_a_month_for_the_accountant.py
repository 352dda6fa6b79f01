"""Journey k: the accountant's month, in a real browser: three clicks, what is missing first, the same bytes, and leaving off."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Download, Page, expect

from core import archive
from core.db import models
from tests.core.export import fec_rules
from tests.web import looks, test_exports, world
from tests.web.visits import NOW


@pytest.fixture
def company(tmp_path: Path) -> world.World:
    made = world.empty(tmp_path)
    with made.database.write() as session:
        session.add(models.Installation(name="set_up_at", value=NOW.isoformat()))
        world.hire(session)
    return made


@pytest.fixture
async def served(company: world.World, browser: Browser) -> AsyncIterator[looks.Served]:
    async with looks.serving(company, browser) as made:
        yield made


@pytest.fixture
async def scriptless(served: looks.Served) -> AsyncIterator[BrowserContext]:
    context = await served.context(java_script_enabled=False, accept_downloads=True)
    yield context
    await context.close()


async def download(page: Page) -> Download:
    async with page.expect_download() as coming:
        await page.get_by_role("button", name="Télécharger").click()
    return await coming.value


async def content(page: Page) -> bytes:
    return Path(await (await download(page)).path()).read_bytes()


async def test_a_month_is_three_clicks_and_the_same_bytes_again(
    served: looks.Served, scriptless: BrowserContext, company: world.World
) -> None:
    test_exports.invoice(company, "F-1")
    test_exports.invoice(company, "F-2", supplier="bleu")
    page = await scriptless.new_page()
    await page.goto(served.address)
    await page.get_by_role("link", name="Exporter").click()
    await expect(page.get_by_label("Mois", exact=True)).to_have_value("2026-10")
    await page.get_by_role("checkbox", name="Les écritures d'achat").check()
    first = await content(page)
    made = zipfile.ZipFile(io.BytesIO(first))
    assert sum(name.endswith(".pdf") for name in made.namelist()) == 2
    assert fec_rules.faults(made.read("ecritures-achats-2026-10.txt")) == []
    for line in made.read("SHA256SUMS").decode().splitlines():
        told, name = line.split("  ", 1)
        assert hashlib.sha256(made.read(name)).hexdigest() == told
    assert await content(page) == first


async def test_what_lacks_is_said_before_and_in_the_file(
    served: looks.Served, scriptless: BrowserContext, company: world.World
) -> None:
    test_exports.invoice(company, "F-1", asks_review=True)
    page = await scriptless.new_page()
    await page.goto(f"{served.address}/exports")
    await expect(page.get_by_role("heading", name="Ce mois n'est pas complet")).to_be_visible()
    await expect(page.get_by_text("à contrôler").first).to_be_visible()
    made = zipfile.ZipFile(io.BytesIO(await content(page)))
    assert "ATTENTION" in made.read("00-certificat.txt").decode()


async def test_entries_are_blocked_with_a_list_and_left_out_knowingly(
    served: looks.Served, scriptless: BrowserContext, company: world.World
) -> None:
    test_exports.invoice(company, "F-1")
    test_exports.invoice(company, "F-2", vat_minor=1)
    page = await scriptless.new_page()
    await page.goto(f"{served.address}/exports")
    for name in ("Les documents (ZIP)", "La liste des factures (CSV)"):
        await page.get_by_role("checkbox", name=name).uncheck()
    await page.get_by_role("checkbox", name="Les écritures d'achat").check()
    await page.get_by_role("button", name="Télécharger").click()
    await expect(
        page.get_by_role("heading", name="Une facture ne peut pas être comptabilisée")
    ).to_be_visible()
    await expect(page.get_by_role("link", name="F-2")).to_be_visible()
    await page.get_by_role("checkbox", name="Laisser hors des écritures").check()
    file = await content(page)
    assert fec_rules.faults(file) == []
    assert b"F-2" not in file


async def test_a_download_that_is_cancelled_leaves_nothing_and_can_be_had_again(
    served: looks.Served, scriptless: BrowserContext, company: world.World
) -> None:
    stored = archive.Archive(company.settings.data)
    for n in range(40):
        big = stored.welcome([n.to_bytes(2, "big") * 2**19], name="big.pdf")
        stored.put(big)
        invoice = test_exports.invoice(company, f"F-{n}")
        with company.database.write() as session:
            paper = session.query(models.Document).filter_by(invoice_id=invoice).one()
            paper.sha256, paper.size = big.sha256, big.size
    page = await scriptless.new_page()
    await page.goto(f"{served.address}/exports")
    going = await download(page)
    await going.cancel()
    assert list(stored.inbox.iterdir()) == []
    again = await content(page)
    assert zipfile.ZipFile(io.BytesIO(again)).testzip() is None


@pytest.mark.parametrize(
    "place", ["/exports", "/exports?month=2026-11", "/exports/accounts", "/exports/file"]
)
async def test_its_pages_are_for_everybody_on_every_screen(
    served: looks.Served, company: world.World, place: str
) -> None:
    test_exports.invoice(company, "F-1", asks_review=True)
    test_exports.invoice(company, "F-2" * 60)
    context = await served.context()
    page = await context.new_page()
    faults = [one for one in await looks.faults_of(page, served.address, place) if "answers 422" not in one]
    await context.close()
    assert faults == []
