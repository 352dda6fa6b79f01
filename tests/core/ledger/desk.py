"""Invoices with their Documents on a reviewer's desk."""

from __future__ import annotations

from datetime import date
from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from core.db import models
from core.ledger import documents, search
from tests.core.ledger import NOW

_HASHES = (f"{n:064x}" for n in count(1))


def invoice(session: Session, page: str = "", *, channel: str = "upload", **says: Any) -> models.Invoice:
    """One of Mandarine that waits for a person, with the Document that says so; `page` is its text."""
    made = models.Invoice(
        **{
            "workspace_id": 1,
            "supplier": "mandarine",
            "number": "F-2026-0042",
            "issued_on": date(2026, 10, 3),
            "precision": "day",
            "total_minor": 4590,
            "net_minor": 3825,
            "vat_minor": 765,
            "currency": "EUR",
            "kind": "invoice",
            "received_at": NOW,
            "read_at": NOW,
            "doubts": [],
            "asks_review": True,
            **says,
        }
    )
    session.add(made)
    session.flush()
    paper = document(session, made, channel=channel)
    search.tell_pages(session, made, paper.id, page)
    session.flush()
    return made


def document(session: Session, of: models.Invoice, *, channel: str = "upload") -> models.Document:
    paper = models.Document(
        workspace_id=of.workspace_id,
        invoice_id=of.id,
        sha256=next(_HASHES),
        size=1,
        name="facture.pdf",
        media_type="application/pdf",
        channel=channel,
        received_at=NOW,
        read_at=NOW,
    )
    session.add(paper)
    session.flush()
    documents.owe(session, of.workspace_id, paper, NOW)
    session.flush()
    return paper


def destination(session: Session) -> None:
    session.add(models.Destination(workspace_id=1, kind="folder", place="x", created_at=NOW))
    session.flush()


#: What people change; acts and corrections themselves are history, and stay.
_TABLES = (models.Invoice, models.Document, models.Delivery, models.InvoiceText, models.ReadingRow)


def rows(session: Session) -> dict[str, list[tuple[Any, ...]]]:
    """Everything that a review can touch, as it stands in the database."""
    session.flush()
    return {
        model.__tablename__: sorted(map(tuple, session.execute(model.__table__.select())), key=repr)
        for model in _TABLES
    }
