"""The one door by which a Document becomes an Invoice that people can use: read, confirm, keep the preview.

Everything here is plain code on rows and files; it can run again tomorrow from the archive, without a browser.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import archive, db, errors, extraction, ledger, nouns
from core.db import models

log = structlog.get_logger(__name__)

Seen = tuple[nouns.Reading, bytes]

#: Who read: raise it when the generic reader changes, and what it read may be read again.
READER = "generic/1"
#: A document that ends at the reader's limits this often is left to a person.
READ_AT_MOST = 2


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
        document = session.get_one(models.Document, document_id)
        listed = _listed(session, document)
    try:
        reading, picture = seen or readers.read_and_preview(stored.path(document.sha256))
    except (errors.ReaderFailed, errors.NotAnInvoice) as err:
        _note_failure(database, document_id, err, now())
        return
    if picture:
        stored.put_preview(document.sha256, picture)
    confirmed = extraction.confirm(reading, listed) if listed else reading
    with database.write() as session:
        _put_on_invoice(session, document_id, confirmed, now())


def unread(session: Session, *, limit: int = 100) -> list[int]:
    """Documents in the archive that nobody has read yet, such as those of a worker that was killed."""
    waiting = models.Document.read_at.is_(None), models.Document.read_failures < READ_AT_MOST
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


def _note_failure(database: db.Database, document_id: int, err: errors.MoissonError, at: datetime) -> None:
    log.warning("document.unread", document=document_id, error=type(err).__name__)
    with database.write() as session:
        document = session.get_one(models.Document, document_id)
        document.read_failures += 1
        if document.read_failures < READ_AT_MOST:
            return
        invoice = session.get_one(models.Invoice, document.invoice_id)
        document.read_at = invoice.read_at = at
        invoice.doubts = [*invoice.doubts, "unreadable"]


def _put_on_invoice(session: Session, document_id: int, reading: nouns.Reading, at: datetime) -> None:
    document = session.get_one(models.Document, document_id)
    if document.read_at is not None:
        return
    session.add(
        models.ReadingRow(
            workspace_id=document.workspace_id,
            document_id=document.id,
            reader=READER,
            at=at,
            fields={name: dataclasses.asdict(field) for name, field in reading.fields.items()},
        )
    )
    document.read_at = at
    if _is_replaced(session, document):
        return
    invoice = session.get_one(models.Invoice, document.invoice_id)
    _fill(invoice, reading)
    invoice.doubts = list(reading.doubts)
    invoice.read_at = at


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


def _fill(invoice: models.Invoice, reading: nouns.Reading) -> None:
    """What the page says and the portal's line confirms; a field that only the portal knows stands there already."""
    fields = {name: field for name, field in reading.fields.items() if field.source != "portal:row"}
    if "number" in fields:
        invoice.number = fields["number"].value
    if "date" in fields:
        invoice.issued_on, invoice.precision = date.fromisoformat(fields["date"].value), nouns.Precision.DAY
    total = _total(fields)
    if total is not None:
        invoice.total_minor, invoice.currency = ledger.minor(total), total.currency
    if invoice.kind == nouns.Kind.INVOICE and reading.kind != nouns.Kind.UNKNOWN:
        invoice.kind = reading.kind


def _total(fields: Mapping[str, nouns.FieldRead]) -> nouns.Money | None:
    total, currency = fields.get("total"), fields.get("currency")
    if total is None or currency is None:
        return None
    try:
        return nouns.Money(Decimal(total.value), currency.value)
    except InvalidOperation:
        return None
