"""A Reading meets what is there: the other Documents of its Invoice, what people said of it, and the other Invoices.

What counts then stands on the Invoice; a person's word is above any reading, and what a person confirmed no reading changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import extraction, nouns
from core.db import models
from core.extraction import blend, checks, doubts, wire
from core.ledger import fill, history, merge, review, search, twins

_LOOKS_LIKE = {twins.Likeness.SAME_NUMBER: doubts.SAME_NUMBER, twins.Likeness.NEAR: doubts.NEAR}


def settle(session: Session, invoice: models.Invoice, at: datetime) -> None:
    """One of its Documents was read: say what counts now, whether a person should look, and which other Invoice it is."""
    invoice.read_at = at
    if invoice.reviewed_at is None:
        _set(invoice, _counts(session, invoice, _believed(session, invoice)))
    search.tell(session, invoice)
    session.flush()
    if invoice.rejected_for is None and invoice.merged_into is None:
        _meet(session, invoice, at)


def _meet(session: Session, invoice: models.Invoice, at: datetime) -> None:
    found = twins.of(session, invoice)
    if found is None:
        return
    likeness, other = found
    if likeness is twins.Likeness.SAME:
        _unite(session, *_elder(invoice, other), at)
    elif invoice.reviewed_at is None:
        invoice.doubts = list(dict.fromkeys([*invoice.doubts, _LOOKS_LIKE[likeness]]))
        invoice.twin_of, invoice.asks_review = other.id, True


def _unite(session: Session, kept: models.Invoice, other: models.Invoice, at: datetime) -> None:
    says: dict[str, Any] = {}
    if kept.reviewed_at is None:
        says = _counts(session, kept, _believed(session, kept, other))
    merge.merge(session, kept, other, by=None, now=at, says=says)


def _elder(one: models.Invoice, other: models.Invoice) -> tuple[models.Invoice, models.Invoice]:
    """Which stays: what a person confirmed, else what was here first."""
    kept, gone = sorted((one, other), key=lambda each: (each.reviewed_at is None, each.id))
    return kept, gone


def _counts(session: Session, invoice: models.Invoice, reading: nouns.Reading) -> dict[str, Any]:
    """The columns of an Invoice that these readings make. What only the portal's line says stands there already."""
    reading = _checked(session, invoice, reading)
    said = {name: field.value for name, field in reading.fields.items() if field.source != "portal:row"}
    corrections = review.corrections_of(session, invoice.id)
    columns = fill.columns(
        {name: value for name, value in said.items() if name not in corrections}, invoice.currency
    )
    if "currency" in corrections:
        columns.pop("currency", None)
    if invoice.kind == nouns.Kind.INVOICE and reading.kind is not nouns.Kind.UNKNOWN:
        columns |= {} if "kind" in corrections else {"kind": reading.kind.value}
    asks = extraction.action(reading) != "accept" or bool(corrections)
    return columns | {"doubts": list(reading.doubts), "asks_review": asks}


def _checked(session: Session, invoice: models.Invoice, reading: nouns.Reading) -> nouns.Reading:
    """Held against the calendar of the day it came, and what is known of its Supplier."""
    number = reading.fields.get("number")
    known = history.of(session, invoice, number.value if number else None)
    return checks.doubted(reading, known, invoice.received_at.date())


def _set(invoice: models.Invoice, columns: dict[str, Any]) -> None:
    for name, value in columns.items():
        setattr(invoice, name, value)


def _believed(session: Session, *invoices: models.Invoice) -> nouns.Reading:
    """The last Reading of each Document, as one."""
    read = [_unpacked(row, invoice) for invoice in invoices for row in _last_readings(session, invoice)]
    return blend.blend(read)


def _last_readings(session: Session, invoice: models.Invoice) -> Sequence[models.ReadingRow]:
    """Of every Document that the portal has not replaced; the one that was here first says what kind it is."""
    document, reading = models.Document, models.ReadingRow
    rows = session.execute(
        select(document.id, document.listed_id, reading)
        .join(reading, reading.document_id == document.id)
        .where(document.invoice_id == invoice.id)
        .order_by(document.revision, document.id, reading.id)
    )
    last = {(listed or f"document {key}"): row for key, listed, row in rows}
    return list(last.values())


def _unpacked(row: models.ReadingRow, invoice: models.Invoice) -> nouns.Reading:
    fields = {name: wire.field(said) for name, said in row.fields.items()}
    return nouns.Reading(fields, nouns.Kind(row.kind or invoice.kind), 0, doubts=tuple(row.doubts))
