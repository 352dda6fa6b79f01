"""Two invoices in one scan: every destination gets the sheets of each and nobody else's, and the scan stays in the archive."""

from __future__ import annotations

import base64
import io
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from core import archive, extraction, intake
from core.db import Database, models
from core.export import asked, drops, getmyinvoices, letter, outbox, webhook
from core.export import folder as folders
from core.ledger import review
from demo.getmyinvoices import GetMyInvoices
from demo.webhook import Listener
from tests import scans
from tests.core.export import asking, books, connected, depot, post, services
from tests.core.export.asking import Seller
from tests.core.export.depot import Depot
from tests.core.export.shop import OCTOBER, Shop

SHEETS = [scans.picture(f"F-{n}") for n in range(2)]
PILE = scans.pile(SHEETS)
KEY = b"canary-signing-key-of-24-bytes"
#: What a person reads on the sheets.
SAID = {"issued_on": date(2026, 10, 3), "total_minor": 4590, "net_minor": 3825, "vat_minor": 765, "currency": "EUR", "supplier": "mandarine"}  # fmt: skip


@pytest.fixture(scope="module")
def readers() -> Iterator[extraction.Readers]:
    with extraction.Readers(1) as some:
        yield some


def parted(house: Any, readers: extraction.Readers, **says: Any) -> None:
    """The one Document that there is was two sheets: a person splits it, both are read, and confirmed as `says`."""
    with house.database.write() as session:
        pile = session.query(models.Document).one()
        at = pile.received_at
        review.split(session, pile, [(1, 1), (2, 2)], by=None, now=at)
    _read(house.database, house.stored, readers, at)
    with house.database.write() as session:
        for n, part in enumerate(session.query(models.Document).order_by(models.Document.id)):
            invoice = session.get_one(models.Invoice, part.invoice_id)
            for name, value in {**SAID, **says, "number": f"F-{n}", "reviewed_at": at}.items():
                setattr(invoice, name, value)


def _read(database: Database, stored: archive.Archive, readers: extraction.Readers, at: Any) -> None:
    with database.read() as session:
        waiting = intake.unread(session)
    for document_id in waiting:
        intake.take_in(database, stored, readers, document_id, now=lambda: at)


def told_apart(files: list[bytes]) -> bool:
    """Whether each file is a PDF with one of the sheets, in their order, and none holds the other's."""
    shown = [[sheet in file for sheet in SHEETS] for file in files]
    return shown == [[True, False], [False, True]] and all(file.startswith(b"%PDF") for file in files)


@pytest.mark.parametrize("opened", services.EVERY)
def test_books_get_two_bills_each_with_its_own_sheets(
    tmp_path: Path, readers: extraction.Readers, opened: Callable[[Path], Any]
) -> None:
    with opened(tmp_path) as company:
        company.bring(content=PILE)
        parted(company, readers)
        company.round()
        assert told_apart(services.files(company))
        with company.database.read() as session:
            assert all(one.sent_at for one in session.query(models.Delivery))
            (came,) = {one.sha256 for one in session.query(models.Document)}
        assert company.stored.read(came) == PILE


def test_with_the_whole_file_instead_each_would_hold_the_others_sheet(
    tmp_path: Path, readers: extraction.Readers
) -> None:
    with books.opened(tmp_path) as company:
        company.bring(content=PILE)
        parted(company, readers)
        with company.database.write() as session:
            session.query(models.Document).update({"first_page": None})
        company.round()
        assert services.files(company) == [PILE, PILE]


def test_what_was_about_to_go_as_one_is_put_together_again_as_two(
    tmp_path: Path, readers: extraction.Readers
) -> None:
    with books.opened(tmp_path) as company:
        owed = company.bring(content=PILE, number="PILE")
        with company.database.write() as session:
            delivery = session.get_one(models.Delivery, owed)
            delivery.payload, delivery.settings_version = {"kind": "bill", "record": {}}, 1
        parted(company, readers)
        company.round()
        assert [bill["InvoiceNumber"] for bill in company.bills] == ["F-0", "F-1"]


@pytest.mark.parametrize("kind", ["xero", "folder"])
def test_pages_that_could_not_be_cut_out_wait_for_a_person(
    tmp_path: Path, readers: extraction.Readers, kind: str
) -> None:
    with books.opened(tmp_path) as company:
        owed = company.bring(content=PILE)
        company.change(kind=kind, place=str(tmp_path / "there"))
        with company.database.write() as session:
            session.query(models.Document).update({"first_page": 1, "last_page": 1})
        _send(company, kind)
        assert company.delivery(owed).held_for == "part_of_file"
        assert company.bills == []
        assert not (tmp_path / "there").exists()


def _send(company: books.Company, kind: str) -> None:
    if kind != "folder":
        company.round()
        return
    now = company.at[0]
    with company.database.read() as session:
        owed = outbox.owed(session, now)
    for one in owed:
        outbox.deliver(company.database, company.stored, one, supplier_name=str.title, now=lambda: now)


def test_a_folder_gets_two_files(tmp_path: Path, readers: extraction.Readers) -> None:
    with books.opened(tmp_path) as company:
        company.bring(content=PILE)
        company.change(kind=folders.KIND.id, place=str(tmp_path / "there"))
        parted(company, readers)
        _send(company, "folder")
        assert told_apart([file.read_bytes() for file in sorted((tmp_path / "there").rglob("*.pdf"))])


class _Shelf:
    """A place of files, in memory."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def size(self, name: str) -> int | None:
        return len(self.files[name]) if name in self.files else None

    def put(self, name: str, parcel: Any) -> bool:
        self.files[name] = parcel.path.read_bytes()
        return True


def test_a_place_of_files_gets_two(tmp_path: Path, readers: extraction.Readers) -> None:
    shelf = _Shelf()

    @contextmanager
    def there(_: models.Destination, __: Any) -> Iterator[_Shelf]:
        yield shelf

    with _papers(tmp_path, webhook.KIND, webhook.Webhook, {"url": "https://there.example"}) as company:
        company.bring(content=PILE)
        parted(company, readers)
        drops.deliver(company.target.house, company.row(), company.means, there)  # type: ignore[attr-defined]
        assert told_apart(list(shelf.files.values()))


def _papers(
    folder: Path, kind: Any, target: Any, typed: dict[str, str], secrets: Mapping[str, str] | None = None
) -> AbstractContextManager[Depot]:
    return depot.opened(folder, kind, target, typed, dict(secrets or {}))


def test_a_webhook_brings_the_sheets_of_each(tmp_path: Path, readers: extraction.Readers) -> None:
    listener = Listener(KEY, lambda: connected.NOW.timestamp())
    listener.server.start()
    try:
        typed, secret = {"url": listener.url}, {"secret": "whsec_" + base64.b64encode(KEY).decode()}
        with _papers(tmp_path, webhook.KIND, webhook.Webhook, typed, secret) as company:
            company.bring(content=PILE)
            parted(company, readers)
            company.round()
            heard = list(listener.told.values())
    finally:
        listener.server.stop()
    assert told_apart([file for _, file in heard if file])
    assert [said["document"]["size"] for said, _ in heard] == [len(file or b"") for _, file in heard]


def test_a_letter_brings_both(tmp_path: Path, readers: extraction.Readers) -> None:
    with post.opened() as (office, port):
        typed = {"url": f"smtp://127.0.0.1:{port}", "to": "a@cabinet.example", "sender": "b@firm.example", "login": "b"}  # fmt: skip
        with _papers(tmp_path, letter.KIND, letter.Mail, typed, {"password": post.PASSWORD}) as company:
            company.bring(content=PILE)
            parted(company, readers)
            company.round()
        enclosed = [bytes(file.get_content()) for one in office.letters for file in one.iter_attachments()]
    assert told_apart(enclosed)


def test_getmyinvoices_gets_two_documents(tmp_path: Path, readers: extraction.Readers) -> None:
    def target(company: Seller) -> getmyinvoices.GetMyInvoices:
        return getmyinvoices.GetMyInvoices(company.database, company.stored)

    with asking.connected(tmp_path, GetMyInvoices(), "getmyinvoices", target) as buyer:
        buyer.sell("PILE", PILE, role="ap")
        parted(buyer, readers)
        buyer.round()
        assert told_apart([one["content"] for one in buyer.service.documents.values()])


def test_clearnox_gets_two_documents_of_what_we_sold(tmp_path: Path, readers: extraction.Readers) -> None:
    with asking.opened(tmp_path) as seller:
        seller.service.book(asking.entry("e0", "F-0"), asking.entry("e1", "F-1"))
        seller.sell("PILE", PILE)
        parted(seller, readers)
        seller.round()
        assert seller.service.lacking == []
        assert told_apart([seller.service.received[one][0] for one in ("e0", "e1")])


def test_a_month_holds_both_and_is_the_same_bytes_again(shop: Shop, readers: extraction.Readers) -> None:
    invoice = shop.invoice()
    with shop.database.write() as session:
        session.query(models.Document).filter_by(invoice_id=invoice).delete()
    shop.document(invoice, PILE)
    parted(shop, readers)

    def packed() -> bytes:
        with shop.database.write() as session:
            wanted = asked.Asked(OCTOBER, language="en")
            return b"".join(asked.packed(session, shop.stored, 1, wanted, shop.known).stream())

    with zipfile.ZipFile(io.BytesIO(packed())) as made:
        assert told_apart([made.read(name) for name in made.namelist() if name.endswith(".pdf")])
    assert packed() == packed()
