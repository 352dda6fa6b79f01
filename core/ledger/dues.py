"""What an Invoice owes, and what confirmed Payments have paid of it."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from core import nouns
from core.db import models


def living() -> ColumnElement[bool]:
    """The Invoices that a Payment can be for: ours to pay, neither put aside nor merged."""
    invoice = models.Invoice
    return (invoice.role == "ap") & invoice.rejected_for.is_(None) & invoice.merged_into.is_(None)


def owed(invoice: models.Invoice) -> int:
    """Minor units of its currency, less than nothing for a credit note; 0 when nobody knows."""
    total = invoice.total_minor or 0
    return -abs(total) if invoice.kind == nouns.Kind.CREDIT_NOTE else total


def paid(session: Session, invoice_ids: Collection[int], *, but: int = 0) -> dict[int, int]:
    """What confirmed Payments (`but` one) in the Invoice's own currency have paid of each, in minor units; a credit note's is negative."""
    match, payment, invoice = models.Match, models.Payment, models.Invoice
    rows = session.execute(
        select(match.invoice_id, func.sum(-match.amount_minor))
        .join(payment, payment.id == match.payment_id)
        .join(invoice, invoice.id == match.invoice_id)
        .where(match.invoice_id.in_(invoice_ids), match.confirmed_at.is_not(None), match.payment_id != but)
        .where(or_(payment.currency == invoice.currency, invoice.currency.is_(None)))
        .group_by(match.invoice_id)
    )
    return {row[0]: int(row[1]) for row in rows}
