"""The one door by which a Document becomes an Invoice that people can use: read, confirm, keep the preview.

Everything here is plain code on rows and files; it can run again tomorrow from the archive, without a browser.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import archive, cutting, db, errors, extraction, ledger, meeting, nouns
from core.db import models
from core.extraction import doubts, shipped
from core.ledger import rematch, search, templates

log = structlog.get_logger(__name__)

Seen = tuple[nouns.Reading, bytes]

#: Who read: raise it when the generic reader changes, and what it read may be read again.
READER = "generic/3"
#: A document that ends at the reader's limits twice in the same way, or this often at all, is left to a person.
READ_AT_MOST = 3
Unread = errors.ReaderFailed | errors.NotAnInvoice


def take_in(
    database: db.Database,
    stored: archive.Archive,
    readers: extraction.Readers,
    document_id: int,
    *,
    now: Callable[[], datetime],
    seen: Seen | None = None,
) -> None:
    """Read one Document from the archive and put what it says on its Invoice; the portal's own line confirms.

    `seen` is what was read of these very bytes a moment ago.
    """
    with database.read() as session:
        asked = question(session, document_id)
    try:
        reading, picture = seen or readers.read_and_preview(
            stored.path(asked.sha256), asked.templates, asked.pages
        )
        own = cutting.cut(stored, readers, asked.sha256, asked.pages) if asked.pages else None
    except (errors.ReaderFailed, errors.NotAnInvoice) as err:
        _note_failure(database, document_id, err, now())
        return
    if picture and asked.pages is None:
        stored.put_preview(asked.sha256, picture)
    confirmed = asked.confirmed(reading)
    with database.write() as session:
        _put_on_invoice(session, asked, confirmed, now(), own)


def put_again(session: Session, asked: Question, reading: nouns.Reading, at: datetime) -> None:
    """What a later reading says: kept beside the ones before, and on the Invoice as far as no person has spoken."""
    document = session.get_one(models.Document, asked.document_id)
    _keep(session, document, asked.reader, reading, at)
    _settle(session, document, at)


def is_settled(invoice: models.Invoice) -> bool:
    """A person has looked at it: what the machine reads later changes nothing."""
    return bool(invoice.reviewed_at or invoice.rejected_for or invoice.merged_into)


@dataclasses.dataclass(frozen=True, slots=True)
class Question:
    """A Document, and what its reading is to take into account: the portal's line, and what people taught of its Supplier."""

    document_id: int
    sha256: str
    listed: nouns.Listed | None
    templates: tuple[templates.Values, ...]
    #: The only ones that are this Document, from 1, both in it; None is all.
    pages: tuple[int, int] | None = None

    @property
    def reader(self) -> str:
        return reader(self.templates)

    def confirmed(self, reading: nouns.Reading) -> nouns.Reading:
        return extraction.confirm(reading, self.listed) if self.listed else reading


def reader(known: Sequence[templates.Values]) -> str:
    """Who reads, by version; a document that another has read may be read otherwise now."""
    return "+".join([READER, *(f"{one['supplier']}/{one['version']}" for one in known)])


def question(session: Session, document_id: int) -> Question:
    document = session.get_one(models.Document, document_id)
    invoice = session.get_one(models.Invoice, document.invoice_id)
    known = taught(session, document.workspace_id, invoice.supplier)
    return Question(document_id, document.sha256, _listed(session, document), tuple(known), part(document))


def part(document: models.Document) -> tuple[int, int] | None:
    """The pages of its file that are this Document; None is all."""
    return (document.first_page, document.last_page) if document.first_page and document.last_page else None


def taught(session: Session, workspace_id: int, supplier: str) -> list[templates.Values]:
    """What is known of a Supplier's paper: what people taught here, then what came with the farm."""
    return [*templates.in_use(session, workspace_id, supplier), *shipped.of(supplier)]


def unread(session: Session, *, limit: int = 100) -> list[int]:
    """Documents in the archive that nobody has read yet, such as those of a worker that was killed."""
    waiting = models.Document.read_at.is_(None), models.Document.quarantined_for.is_(None)
    return list(
        session.scalars(select(models.Document.id).where(*waiting).order_by(models.Document.id).limit(limit))
    )


def _listed(session: Session, document: models.Document) -> nouns.Listed | None:
    row = session.get(models.ListedRow, document.listed_id) if document.listed_id else None
    if row is None:
        return None
    contract = session.get_one(models.ContractRow, row.contract_id)
    return nouns.Listed(
        identity=row.identity,
        contract=nouns.Contract(contract.portal_id, contract.label),
        number=row.number,
        date=row.date,
        precision=nouns.Precision(row.precision),
        total=ledger.money(row.total_minor, row.currency),
        kind=nouns.Kind(row.kind),
    )


def _note_failure(database: db.Database, document_id: int, err: Unread, at: datetime) -> None:
    way = err.reason if isinstance(err, errors.NotAnInvoice) else err.way
    log.warning("document.unread", document=document_id, error=type(err).__name__, way=way)
    if way == "gone":
        return  # the farm was stopping, which says nothing of the document
    with database.write() as session:
        document = session.get_one(models.Document, document_id)
        document.read_failures += 1
        again, document.failed_as = document.failed_as == way, way
        if again or document.read_failures >= READ_AT_MOST:
            _quarantine(session, document, way, at)


def _quarantine(session: Session, document: models.Document, way: str, at: datetime) -> None:
    """No reader tries it again; its bytes stay as they came, and a person looks at them."""
    document.quarantined_for, document.read_at = way, at
    if not _is_replaced(session, document):
        invoice = session.get_one(models.Invoice, document.invoice_id)
        invoice.read_at, invoice.asks_review = at, True
        invoice.doubts = [*invoice.doubts, doubts.QUARANTINED.get(way, doubts.DAMAGED)]


def _put_on_invoice(
    session: Session, asked: Question, reading: nouns.Reading, at: datetime, own: nouns.File | None = None
) -> None:
    """`own` are its pages as a file of their own, where they are not the whole file."""
    document = session.get_one(models.Document, asked.document_id)
    if document.read_at is not None or part(document) != asked.pages:
        return
    document.own_sha256, document.own_size = (own.sha256, own.size) if own else (None, None)
    _keep(session, document, asked.reader, reading, at)
    document.read_at = at
    _settle(session, document, at)


def _settle(session: Session, document: models.Document, at: datetime) -> None:
    if not _is_replaced(session, document):
        meeting.settle(session, session.get_one(models.Invoice, document.invoice_id), at)
        rematch.ask_if_any(session, document.workspace_id, at, invoices=[document.invoice_id])


def _keep(
    session: Session, document: models.Document, reader: str, reading: nouns.Reading, at: datetime
) -> None:
    session.add(
        models.ReadingRow(
            workspace_id=document.workspace_id,
            document_id=document.id,
            reader=reader,
            at=at,
            fields={name: dataclasses.asdict(field) for name, field in reading.fields.items()},
            kind=reading.kind,
            doubts=list(reading.doubts),
        )
    )
    if reading.text:
        invoice = session.get_one(models.Invoice, document.invoice_id)
        search.tell_pages(session, invoice, document.id, reading.text)


def _is_replaced(session: Session, document: models.Document) -> bool:
    """A newer revision came home before this one was read: the Invoice is what that one says."""
    later = (
        models.Document.listed_id == document.listed_id,
        models.Document.revision > document.revision,
    )
    return (
        document.listed_id is not None
        and session.scalar(select(models.Document.id).where(*later)) is not None
    )
