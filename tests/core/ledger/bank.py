"""A bank account, what was paid from it, and what it was paid for."""

from __future__ import annotations

from datetime import date
from itertools import count
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.db import models
from tests.core.ledger import NOW

_LINES = count(1)


def batch(session: Session, *, workspace_id: int = 1) -> models.PaymentBatch:
    """One file of one bank account, empty."""
    known = select(models.PaymentBatch).where(models.PaymentBatch.workspace_id == workspace_id)
    if found := session.scalar(known.limit(1)):
        return found
    account = models.BankAccount(
        workspace_id=workspace_id, name="Compte courant", kind="bank", currency="EUR", created_at=NOW
    )
    session.add(account)
    session.flush()
    made = models.PaymentBatch(
        workspace_id=workspace_id, bank_account_id=account.id, source="file", format="csv", name="nov.csv",
        sha256="ab" * 32, lines=0, new=0, known=0, left_out=[], unreadable=0, brought_at=NOW,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


def payment(
    session: Session,
    amount_minor: int,
    label: str = "PRLV SEPA MANDARINE",
    *,
    workspace_id: int = 1,
    **more: Any,
) -> models.Payment:
    """A debit when it is negative; the matcher has looked at it and found nothing, unless told otherwise."""
    its = batch(session, workspace_id=workspace_id)
    made = models.Payment(
        **{
            "workspace_id": workspace_id,
            "bank_account_id": its.bank_account_id,
            "batch_id": its.id,
            "identity": f"line-{next(_LINES)}",
            "booked_on": date(2026, 11, 12),
            "amount_minor": amount_minor,
            "currency": "EUR",
            "label": label,
            "core": "MANDARINE",
            "raw": label,
            "unmatched_for": {"code": "no_candidate"},
            **more,
        }
    )
    session.add(made)
    session.flush()
    return made


def invoice(session: Session, total_minor: int, number: str = "F-1", **more: Any) -> models.Invoice:
    made = models.Invoice(
        **{
            "workspace_id": 1,
            "supplier": "mandarine",
            "number": number,
            "issued_on": date(2026, 11, 3),
            "precision": "day",
            "total_minor": total_minor,
            "currency": "EUR",
            "kind": "invoice",
            "received_at": NOW,
            "read_at": NOW,
            "doubts": [],
            **more,
        }
    )
    session.add(made)
    session.flush()
    return made


def proposed(session: Session, payment: models.Payment, *invoices: models.Invoice, **more: Any) -> None:
    """The machine thinks that these belong together."""
    payment.unmatched_for = None
    for invoice in invoices:
        told = {"band": "suggest", "confidence": 0.9, "reasons": [{"code": "amount_equal"}], **more}
        session.add(
            models.Match(
                workspace_id=payment.workspace_id, payment_id=payment.id, invoice_id=invoice.id,
                amount_minor=-(invoice.total_minor or 0), made_at=NOW, **told,
            )
        )  # fmt: skip
    session.flush()
