"""The archive read again, after a template or a reader has changed: first what would change, then, when a person wants it, the change.

Only Documents that another reader has read are asked, so that what was interrupted goes on where it stood.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core import archive, db, errors, extraction, intake, nouns, teaching
from core.db import models
from core.extraction import doubts, wire
from core.teaching import Change


@dataclass(frozen=True, slots=True)
class Reread:
    """One Document read again. `settled`: a person has spoken, and its Invoice stays; `failed` says why nothing was read."""

    document_id: int
    invoice_id: int
    supplier: str
    name: str
    changes: tuple[Change, ...] = ()
    settled: bool = False
    failed: str = ""


def in_words(one: Reread) -> str:
    """One line for people."""
    if one.failed:
        return f"{one.supplier} {one.name}: not read ({one.failed})"
    told = (f"{each.field} {each.was or '-'} → {each.would_be or '-'}" for each in one.changes)
    stays = " (confirmed by a person: it stays)" if one.settled else ""
    return f"{one.supplier} {one.name}: {', '.join(told)}{stays}"


def waiting(
    session: Session, workspace_id: int, supplier: str | None = None, *, scans: bool = False
) -> list[int]:
    """The company's Documents, oldest first, that were read by other readers than those of today.

    With `scans`, also those of which nothing could be read, since they are pictures.
    """
    document, invoice, reading = models.Document, models.Invoice, models.ReadingRow
    last = (
        select(func.max(reading.id)).where(reading.workspace_id == workspace_id).group_by(reading.document_id)
    )
    chosen = (
        select(document.id, invoice.supplier, reading.reader, reading.doubts)
        .join(invoice, invoice.id == document.invoice_id)
        .join(reading, reading.document_id == document.id)
        .where(
            document.workspace_id == workspace_id, reading.id.in_(last), document.quarantined_for.is_(None)
        )
        .order_by(document.id)
    )
    if supplier is not None:
        chosen = chosen.where(invoice.supplier == supplier)
    today = cache(partial(_reader, session, workspace_id))
    return [
        number
        for number, whose, reader, said in session.execute(chosen)
        if reader != today(whose) or (scans and doubts.NO_TEXT in said)
    ]


def _reader(session: Session, workspace_id: int, supplier: str) -> str:
    return intake.reader(intake.taught(session, workspace_id, supplier))


def again(
    database: db.Database,
    stored: archive.Archive,
    readers: extraction.Readers,
    document_ids: list[int],
    *,
    apply: bool,
    now: Callable[[], datetime],
) -> Iterator[Reread]:
    """Each as it is read, as many at a time as there are children; without `apply` nothing is changed."""
    look = partial(_look, database, stored, readers, apply=apply, now=now)
    with ThreadPoolExecutor(len(readers.seats)) as pool:
        try:
            yield from pool.map(look, document_ids)
        finally:
            pool.shutdown(cancel_futures=True)


def _look(
    database: db.Database,
    stored: archive.Archive,
    readers: extraction.Readers,
    document_id: int,
    *,
    apply: bool,
    now: Callable[[], datetime],
) -> Reread:
    with database.read() as session:
        asked = intake.question(session, document_id)
        document = session.get_one(models.Document, document_id)
        invoice = session.get_one(models.Invoice, document.invoice_id)
        was = _last(session, document)
    told = partial(Reread, document.id, invoice.id, invoice.supplier, document.name)
    try:
        reading = asked.confirmed(readers.read(stored.path(asked.sha256), asked.templates, asked.pages))
    except (errors.MoissonError, OSError) as err:
        return told(failed=type(err).__name__)
    if apply:
        with database.write() as session:
            intake.put_again(session, asked, reading, now())
    return told(teaching.changed(was, reading), intake.is_settled(invoice))


def _last(session: Session, document: models.Document) -> nouns.Reading:
    reading = models.ReadingRow
    row = session.scalars(
        select(reading).where(reading.document_id == document.id).order_by(reading.id.desc()).limit(1)
    ).one()
    fields = {name: wire.field(said) for name, said in row.fields.items()}
    return nouns.Reading(fields, nouns.Kind(row.kind or nouns.Kind.UNKNOWN), 0)
