"""What comes home of a line: its Document, and the Invoice that it makes or revises; and every Destination is owed it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import nouns
from core.db import models
from core.ledger import lines, runs, search


def receive(
    session: Session,
    run_id: int,
    fence: int,
    account: models.Account,
    listed: nouns.Listed,
    file: nouns.File,
    *,
    now: datetime,
) -> models.Document | None:
    """The bytes are in the archive: one transaction makes the line received and its Invoice and Document, or the next revision.

    None when these very bytes are its newest revision already.
    """
    runs.guard(session, run_id, fence)
    row = lines.row_of(session, run_id, account, listed, now=now)
    lines.tell(row, listed)
    row.received_at, row.held_for, row.held_times = row.received_at or now, None, 0
    newest = _newest(session, row) or _brought(session, account, row, file)
    if newest and newest.sha256 == file.sha256:
        return None
    if newest:
        invoice = _follow(session.get_one(models.Invoice, newest.invoice_id), row)
    else:
        invoice = _invoice(session, account, row, file, now=now)
        account.last_new_at = now
    document = _document(run_id, invoice, row, file, revision=newest.revision + 1 if newest else 1, now=now)
    session.add(document)
    session.flush()
    search.tell(session, invoice)
    owe(session, account.workspace_id, document, now)
    return document


def _document(
    run_id: int,
    invoice: models.Invoice,
    row: models.ListedRow,
    file: nouns.File,
    *,
    revision: int,
    now: datetime,
) -> models.Document:
    return models.Document(
        workspace_id=row.workspace_id,
        account_id=row.account_id,
        invoice_id=invoice.id,
        listed_id=row.id,
        run_id=run_id,
        revision=revision,
        sha256=file.sha256,
        size=file.size,
        name=file.name,
        media_type=file.media_type,
        channel="portal",
        received_at=now,
    )


def _newest(session: Session, row: models.ListedRow) -> models.Document | None:
    return session.scalar(
        select(models.Document)
        .where(models.Document.listed_id == row.id)
        .order_by(models.Document.revision.desc())
        .limit(1)
    )


def _brought(
    session: Session, account: models.Account, row: models.ListedRow, file: nouns.File
) -> models.Document | None:
    """These very bytes came by another door before. It is the line's document from here on, and is read again with what the portal says."""
    document, invoice = models.Document, models.Invoice
    same = (
        document.workspace_id == account.workspace_id,
        document.sha256 == file.sha256,
        document.listed_id.is_(None),
        document.first_page.is_(None),
        invoice.supplier == account.supplier,
    )
    brought = session.scalar(
        select(document).join(invoice, invoice.id == document.invoice_id).where(*same).limit(1)
    )
    if brought is not None:
        brought.listed_id, brought.read_at = row.id, None
        its = session.get_one(models.Invoice, brought.invoice_id)
        its.contract_id = its.contract_id or row.contract_id
    return brought


def _follow(invoice: models.Invoice, row: models.ListedRow) -> models.Invoice:
    """The portal replaced the document: the Invoice says what its line says by now, and waits to be read again; who confirmed it saw another."""
    invoice.number, invoice.issued_on, invoice.precision = row.number, row.date, row.precision
    invoice.total_minor, invoice.currency, invoice.kind = row.total_minor, row.currency, row.kind
    invoice.read_at = invoice.reviewed_at = invoice.reviewed_by = None
    return invoice


def _invoice(
    session: Session, account: models.Account, row: models.ListedRow, file: nouns.File, *, now: datetime
) -> models.Invoice:
    invoice = models.Invoice(
        workspace_id=account.workspace_id,
        account_id=account.id,
        contract_id=row.contract_id,
        supplier=account.supplier,
        number=row.number,
        issued_on=row.date,
        precision=row.precision,
        total_minor=row.total_minor,
        currency=row.currency,
        kind=row.kind,
        received_at=now,
        doubts=[],
        twin_of=_twin(session, account.workspace_id, file.sha256),
    )
    session.add(invoice)
    session.flush()
    return invoice


def _twin(session: Session, workspace_id: int, sha256: str) -> int | None:
    """The Invoice that already holds the same bytes."""
    return session.scalar(
        select(models.Document.invoice_id)
        .where(models.Document.workspace_id == workspace_id, models.Document.sha256 == sha256)
        .order_by(models.Document.id)
        .limit(1)
    )


def owe(session: Session, workspace_id: int, document: models.Document, now: datetime) -> None:
    """Every Destination of the Workspace that is in use is owed this Document."""
    places = session.scalars(
        select(models.Destination.id).where(
            models.Destination.workspace_id == workspace_id, models.Destination.removed_at.is_(None)
        )
    )
    for destination_id in places:
        session.add(
            models.Delivery(
                workspace_id=workspace_id,
                destination_id=destination_id,
                invoice_id=document.invoice_id,
                document_id=document.id,
                queued_at=now,
                next_try_at=now,
            )
        )


def is_known(session: Session, sha256: str) -> bool:
    """Whether a Document came as these bytes, or has its own pages in them."""
    one = models.Document
    mine = (one.sha256 == sha256) | (one.own_sha256 == sha256)
    return session.scalar(select(one.id).where(mine).limit(1)) is not None
