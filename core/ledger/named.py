"""The documents of an upload are tied to the Payments that it names: the word of the person whose token brought them."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.db import models
from core.ledger import acts, lacking, matches, uploads

TIED = "tied"


def entries(upload: models.BulkUpload) -> list[str]:
    """The Payments that still wait to be tied to what came for them."""
    found = {
        entry: None for _, line in _here(upload) for entry in line["entryIds"] if entry not in line["ties"]
    }
    return list(found)


def tie(session: Session, upload_id: int, entry: str, *, now: datetime) -> None:
    """One Payment and all documents that name it, in one act; it and its outcome are one transaction."""
    upload = uploads.held(session, upload_id)
    places = [at for at, line in _here(upload) if entry in line["entryIds"] and entry not in line["ties"]]
    by_invoice = defaultdict(list)
    for at in places:
        by_invoice[_invoice(session, upload.outcomes[at]["document"])].append(at)
    said = _tied(session, upload, entry, set(by_invoice), now)
    for invoice_id, its in by_invoice.items():
        for at in its:
            uploads.tell(upload, at, ties={**upload.outcomes[at]["ties"], entry: said[invoice_id]})


def unread(session: Session, upload: models.BulkUpload) -> list[int]:
    """Its Documents that nobody has read yet: what they say decides which part of a Payment is theirs."""
    ids = [line["document"] for _, line in _here(upload)]
    document = models.Document
    waiting = document.id.in_(ids), document.read_at.is_(None), document.quarantined_for.is_(None)
    return list(session.scalars(select(document.id).where(*waiting).order_by(document.id)))


def _here(upload: models.BulkUpload) -> list[tuple[int, uploads.Outcome]]:
    came = (uploads.TAKEN, uploads.KNOWN)
    return [(at, line) for at, line in enumerate(upload.outcomes) if line["outcome"] in came]


def _invoice(session: Session, document_id: int) -> int:
    """What the Document is of by now: it may have turned out to be one that was here."""
    document = session.get_one(models.Document, document_id)
    invoice = session.get_one(models.Invoice, document.invoice_id)
    return invoice.merged_into or invoice.id


def _tied(
    session: Session, upload: models.BulkUpload, entry: str, invoices: set[int], now: datetime
) -> dict[int, str]:
    """By Invoice, `tied` or why not. A Payment that has one of them already keeps it."""
    key = lacking.payments(session, upload.workspace_id, [entry]).get(entry)
    if key is None:
        return dict.fromkeys(invoices, "unknown_entry")
    payment = session.get_one(models.Payment, key)
    has = {one.invoice_id for one in matches.of_payment(session, key) if one.confirmed_at is not None}
    made_by = session.get_one(models.ApiToken, upload.token_id).made_by
    return dict.fromkeys(has, TIED) | _together(session, payment, sorted(invoices - has), made_by, now)


def _together(
    session: Session, payment: models.Payment, invoices: list[int], by: int | None, now: datetime
) -> dict[int, str]:
    """All in one act; one that does not fit keeps no other out."""
    if not invoices:
        return {}
    try:
        matches.tie(session, payment, dict.fromkeys(invoices), by=by, now=now)
    except acts.CannotAct as err:
        if len(invoices) == 1:
            return {invoices[0]: err.reason}
        alone = (_together(session, payment, [one], by, now) for one in invoices)
        return {invoice: said for each in alone for invoice, said in each.items()}
    return dict.fromkeys(invoices, TIED)
