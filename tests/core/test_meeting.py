"""What was read meets what is there: other Documents of the Invoice, what people said of it, and other Invoices."""

from __future__ import annotations

import io
from dataclasses import asdict, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pypdfium2
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import archive, db, extraction, intake, meeting, nouns
from core.db import models
from core.extraction import doubts
from core.ledger import review, search
from demo import paper
from tests.core.ledger import NOW, desk
from tests.core.ledger.conftest import database

__all__ = ["database"]

SAID = {"number": "F-2026-0042", "date": "2026-10-03", "total": "45.90", "currency": "EUR"}
SURE = nouns.Reading(
    {name: nouns.FieldRead(value, "portal:row+page", 0.97) for name, value in SAID.items()},
    nouns.Kind.INVOICE,
    1,
)
PAGE = replace(SURE, fields={name: nouns.FieldRead(value, "generic", 0.6) for name, value in SAID.items()})
DATA = replace(SURE, fields={name: nouns.FieldRead(value, "xml:BT", 0.9) for name, value in SAID.items()})


def arrived(session: Session, **says: object) -> models.Invoice:
    """A new Invoice whose Document nobody has read."""
    blank = dict.fromkeys(
        ("number", "issued_on", "total_minor", "net_minor", "vat_minor", "currency", "read_at")
    )
    return desk.invoice(session, **{**blank, "asks_review": False, **says})  # type: ignore[arg-type]


def read(session: Session, invoice: models.Invoice, reading: nouns.Reading) -> None:
    document = select(models.Document).where(models.Document.invoice_id == invoice.id)
    for one in session.scalars(document.order_by(models.Document.id.desc()).limit(1)):
        fields = {name: asdict(field) for name, field in reading.fields.items()}
        session.add(
            models.ReadingRow(
                workspace_id=1,
                document_id=one.id,
                reader="r",
                at=NOW,
                fields=fields,
                kind=reading.kind,
                doubts=list(reading.doubts),
            )
        )
    meeting.settle(session, invoice, NOW)


def with_(reading: nouns.Reading, **values: str) -> nouns.Reading:
    fields = {name: replace(reading.fields["number"], value=value) for name, value in values.items()}
    return replace(reading, fields={**reading.fields, **fields})


def test_what_two_witnesses_say_stands_on_the_invoice_and_asks_nobody(database: db.Database) -> None:
    with database.write() as session:
        invoice = arrived(session)
        read(
            session,
            invoice,
            with_(SURE, net="38.25", vat="7.65", due_date="2026-11-03", iban="FR7630006000011234567890189"),
        )
        assert (invoice.number, invoice.issued_on, invoice.total_minor) == (
            "F-2026-0042",
            date(2026, 10, 3),
            4590,
        )
        assert (invoice.net_minor, invoice.vat_minor, invoice.due_on) == (3825, 765, date(2026, 11, 3))
        assert not invoice.asks_review


def test_what_only_a_page_says_asks_for_a_person(database: db.Database) -> None:
    with database.write() as session:
        invoice = arrived(session)
        read(session, invoice, PAGE)
        assert review.queue(session, 1) == [invoice]


def test_a_persons_word_outlives_every_later_reading(database: db.Database) -> None:
    with database.write() as session:
        invoice = arrived(session)
        read(session, invoice, PAGE)
        act = review.correct(session, invoice, "total", "54,90", by=None, now=NOW)
        read(session, invoice, with_(PAGE, total="47.00", number="F-2026-0043"))
        assert (invoice.total_minor, invoice.number) == (5490, "F-2026-0043")
        read(session, invoice, SURE)
        assert invoice.asks_review
        review.undo(session, act.id, by=None, now=NOW)


def test_a_correction_that_is_undone_leaves_what_was_read_last(database: db.Database) -> None:
    with database.write() as session:
        invoice = arrived(session)
        read(session, invoice, PAGE)
        act = review.correct(session, invoice, "total", "54,90", by=None, now=NOW - timedelta(seconds=1))
        read(session, invoice, with_(PAGE, total="47.00"))
        review.undo(session, act.id, by=None, now=NOW)
        assert invoice.total_minor == 4700


def test_what_a_person_confirmed_no_reading_changes(database: db.Database) -> None:
    with database.write() as session:
        invoice = arrived(session)
        read(session, invoice, PAGE)
        review.confirm(session, invoice, by=None, now=NOW)
        read(session, invoice, with_(PAGE, total="47.00"))
        assert (invoice.total_minor, invoice.reviewed_at) == (4590, NOW)


def test_the_page_by_one_door_and_the_data_by_another_are_one_invoice_that_asks_nobody(
    database: db.Database,
) -> None:
    with database.write() as session:
        page, data = arrived(session), arrived(session)
        read(session, page, PAGE)
        before = desk.rows(session)["invoices"][0]
        read(session, data, DATA)
        assert data.merged_into == page.id
        assert not page.asks_review
        (act,) = review.acts_of(session, data.id)
        assert (act.act, act.by) == ("merge", None)
        review.undo(session, act.id, by=None, now=NOW)
        assert desk.rows(session)["invoices"][0] == before
        assert data.merged_into is None


def test_what_a_person_told_apart_is_not_merged_again(database: db.Database) -> None:
    with database.write() as session:
        page, data = arrived(session), arrived(session)
        read(session, page, PAGE)
        read(session, data, DATA)
        review.unmerge(session, data, by=None, now=NOW)
        read(session, data, DATA)
        assert data.merged_into is None


@pytest.mark.parametrize(
    ("other", "doubt"),
    [
        ({"total": "46.90"}, doubts.SAME_NUMBER),
        ({"date": "2026-10-04"}, doubts.SAME_NUMBER),
    ],
)
def test_the_same_number_on_another_content_is_kept_apart_and_shown_beside_it(
    database: db.Database, other: dict[str, str], doubt: str
) -> None:
    with database.write() as session:
        first, second = arrived(session), arrived(session)
        read(session, first, SURE)
        read(session, second, with_(SURE, **other))
        assert (second.merged_into, second.twin_of, second.asks_review) == (None, first.id, True)
        assert second.doubts.count(doubt) == 1


def test_a_paper_without_a_number_near_another_is_warned_of(database: db.Database) -> None:
    with database.write() as session:
        first, second = arrived(session), arrived(session)
        read(session, first, SURE)
        fields = {
            name: field for name, field in with_(SURE, date="2026-10-05").fields.items() if name != "number"
        }
        read(session, second, replace(SURE, fields=fields))
        assert doubts.NEAR in second.doubts


def test_a_part_of_a_file_is_read_from_its_own_pages_and_found_by_its_own_words(
    database: db.Database, tmp_path: Path
) -> None:
    stored = archive.Archive(tmp_path / "archive")
    both = _joined(
        paper.invoice("F-2026-0001", date(2026, 10, 1), Decimal("12.00")),
        paper.invoice("F-2026-0002", date(2026, 10, 2), Decimal("34.56")),
    )
    file = stored.keep([both], name="deux.pdf", media_type="application/pdf", run_id=1)
    stored.put(file)
    with database.write() as session:
        whole = arrived(session)
        (document,) = session.scalars(select(models.Document))
        document.sha256, document.read_at = file.sha256, None
    with extraction.Readers() as readers:
        _take_in_all(database, stored, readers)
        with database.write() as session:
            (document,) = session.scalars(select(models.Document))
            before = desk.rows(session)
            act = review.split(session, document, [(1, 1), (2, 2)], by=None, now=NOW)
            (part,) = act.before["made"]["invoices"]
        _take_in_all(database, stored, readers)
    with database.write() as session:
        first, second = (session.get_one(models.Invoice, key) for key in (whole.id, part))
        assert (first.number, first.total_minor) == ("F-2026-0001", 1200)
        assert (second.number, second.total_minor) == ("F-2026-0002", 3456)
        assert search.find(session, 1, words="F-2026-0002") == ([second], 1)
        reading = session.scalars(select(models.ReadingRow).order_by(models.ReadingRow.id.desc())).first()
        assert reading is not None
        assert reading.fields["total"]["box"]["page"] == 2
        review.undo(session, act.id, by=None, now=NOW)
        assert desk.rows(session) == before


def _take_in_all(database: db.Database, stored: archive.Archive, readers: extraction.Readers) -> None:
    with database.read() as session:
        waiting = intake.unread(session)
    for document_id in waiting:
        intake.take_in(database, stored, readers, document_id, now=lambda: NOW)


def _joined(*papers: bytes) -> bytes:
    whole, saved = pypdfium2.PdfDocument.new(), io.BytesIO()
    for one in papers:
        whole.import_pages(pypdfium2.PdfDocument(one))
    whole.save(saved)
    return saved.getvalue()
