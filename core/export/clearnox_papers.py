"""What Clearnox can be given: the documents of the invoices that a company has sent to its customers."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import ledger, nouns
from core.db import models
from core.export import contents
from core.export.clearnox_matching import Paper


def papers(session: Session, workspace_id: int) -> list[Paper]:
    """The newest PDF of every Invoice that the company has sent to a customer; of a larger file its own pages."""
    invoice, document = models.Invoice, models.Document
    ours = (
        invoice.workspace_id == workspace_id,
        invoice.role == "ar",
        invoice.merged_into.is_(None),
        invoice.rejected_for.is_(None),
        document.media_type == "application/pdf",
        contents.ARE_THERE,
        document.read_at.is_not(None),
    )
    rows = session.execute(
        select(
            invoice.id, invoice.number, invoice.issued_on, invoice.precision, invoice.total_minor, invoice.currency,
            invoice.customer_ref, invoice.asks_review, invoice.reviewed_at, document.id, contents.SHA256, contents.SIZE,
        ).join(document, document.invoice_id == invoice.id).where(*ours).order_by(document.id)
    )  # fmt: skip
    return list({row[0]: _paper(*tuple(row)) for row in rows}.values())


def _paper(
    invoice_id: int, number: str | None, day: Any, precision: str, total: int | None, currency: str | None,
    customer: str | None, asks: bool, reviewed: Any, document_id: int, sha256: str, size: int,
) -> Paper:  # fmt: skip
    money = ledger.money(total, currency)
    return Paper(
        invoice_id,
        document_id,
        sha256,
        size,
        number or "",
        day if precision == nouns.Precision.DAY else None,
        money.amount if money else None,
        currency,
        customer or "",
        not asks or reviewed is not None,
    )
