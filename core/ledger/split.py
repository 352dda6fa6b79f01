"""One file that holds several Invoices: each gets its own range of pages, and the bytes stay as they are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import nouns
from core.db import models
from core.ledger import acts, documents, search
from core.ledger.acts import CannotAct, Pen

#: What is read of a Document anew, and what undoing puts back whatever was read in between.
_READ = (
    "number", "issued_on", "precision", "total_minor", "currency", "kind", "read_at", "net_minor", "vat_minor", "due_on",
    "period_from", "period_to", "seller", "seller_id", "iban", "customer_ref", "asks_review", "reviewed_at",
    "reviewed_by", "doubts", "twin_of",
)  # fmt: skip


def split(
    session: Session,
    document: models.Document,
    ranges: Sequence[tuple[int, int]],
    *,
    by: int | None,
    now: datetime,
) -> models.ReviewAct:
    """One Invoice for each range of pages (from 1, both ends in it); the first stays with this one.

    Every part waits to be read. `act.before["made"]["invoices"]` are the new ones. Raises CannotAct `pages` or `settled`.
    """
    invoice = session.get_one(models.Invoice, document.invoice_id)
    if invoice.rejected_for is not None or invoice.merged_into is not None:
        raise CannotAct("settled")
    _check(ranges, document)
    act, pen = acts.begin(session, invoice, "split", by=by, now=now), Pen(session, invoice)
    _keep(session, pen, invoice, document)
    (document.first_page, document.last_page), *others = ranges
    document.own_sha256 = document.own_size = None
    document.read_at = invoice.read_at = invoice.reviewed_at = invoice.reviewed_by = None
    _choose_anew(session, document)
    for first, last in others:
        _part(session, pen, invoice, document, (first, last), now)
    return pen.sign(act)


def _choose_anew(session: Session, document: models.Document) -> None:
    """What was about to be sent of the whole file, and surely is nowhere yet, is put together again when its part was read."""
    one = models.Delivery
    for delivery in session.scalars(select(one).where(one.document_id == document.id, one.sent_at.is_(None))):
        if not delivery.receipts:
            delivery.payload = delivery.settings_version = None


def _check(ranges: Sequence[tuple[int, int]], document: models.Document) -> None:
    """At least two, in order, none reaching into the next, within the pages that are this Document."""
    start, end = document.first_page or 1, document.last_page
    in_order = all(first <= last for first, last in ranges) and all(
        one[1] < other[0] for one, other in pairwise(ranges)
    )
    within = bool(ranges) and ranges[0][0] >= start and (end is None or ranges[-1][1] <= end)
    if len(ranges) < 2 or not in_order or not within:
        raise CannotAct("pages")


def _keep(session: Session, pen: Pen, invoice: models.Invoice, document: models.Document) -> None:
    pen.keep(invoice, *_READ)
    pen.keep(document, "first_page", "last_page", "own_sha256", "own_size")
    pen.keep(document, "read_at", "read_failures", "quarantined_for")
    if words := session.get(models.InvoiceText, invoice.id):
        pen.keep(words, "words")
    pen.forget_readings_of(document)


def _part(
    session: Session,
    pen: Pen,
    invoice: models.Invoice,
    document: models.Document,
    pages: tuple[int, int],
    now: datetime,
) -> None:
    made = models.Invoice(
        workspace_id=invoice.workspace_id,
        account_id=invoice.account_id,
        contract_id=invoice.contract_id,
        supplier=invoice.supplier,
        precision=nouns.Precision.DAY,
        kind=nouns.Kind.INVOICE,
        role=invoice.role,
        received_at=invoice.received_at,
        doubts=[],
    )
    pen.made(made)
    part = models.Document(
        **{name: getattr(document, name) for name in _SAME},
        invoice_id=made.id,
        first_page=pages[0],
        last_page=pages[1],
    )
    pen.made(part)
    search.tell(session, made)
    documents.owe(session, part.workspace_id, part, now)


_SAME = (
    "workspace_id", "account_id", "run_id", "sha256", "size", "name", "media_type", "channel", "received_at",
)  # fmt: skip
