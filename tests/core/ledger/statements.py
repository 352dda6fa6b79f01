"""Bank accounts and files for the ledger's tests."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from datetime import timedelta

from sqlalchemy.orm import Session

from core import payments
from core.db import models
from core.ledger import bank_accounts, batches
from tests.core.ledger import NOW
from tests.core.payments import written
from tests.core.payments.written import Paid


def account(
    session: Session, name: str = "Courant", *, workspace_id: int = 1, number: str | None = None
) -> models.BankAccount:
    return bank_accounts.add(session, workspace_id, name, number=number, by=None, now=NOW)


def statement(content: bytes) -> payments.Statement:
    (one,) = payments.read(content).statements
    return one


def bring(
    session: Session, mine: models.BankAccount, content: bytes, *, another: Collection[int] = ()
) -> models.PaymentBatch | None:
    """Take a file in, as a person does."""
    brought = payments.read(content)
    source = batches.Source("file", brought.format, "octobre", hashlib.sha256(content).hexdigest())
    return batches.take_in(session, mine, brought.statements[0], source, another=another, by=None, now=NOW)


def fates(session: Session, mine: models.BankAccount | None, content: bytes) -> dict[str, int]:
    brought = payments.read(content)
    return batches.trial(session, mine, brought.statements[0], format=brought.format).counts


def labels(session: Session) -> list[str]:
    return [one.label for one in session.query(models.Payment).order_by(models.Payment.id)]


def qif(lines: Sequence[Paid]) -> bytes:
    """A file whose lines bear no reference of the bank's."""
    return written.qif(lines)


def pushed(session: Session, payment: models.Payment, *, kind: str = "xero", after: bool = True) -> None:
    """Its Invoice was confirmed, and sent to a destination."""
    invoice = models.Invoice(
        workspace_id=1, supplier="bleu", precision="day", kind="invoice", received_at=NOW, doubts=[]
    )
    place = models.Destination(workspace_id=1, kind=kind, place="", created_at=NOW)
    session.add_all([invoice, place])
    session.flush()
    document = models.Document(
        workspace_id=1, invoice_id=invoice.id, sha256=f"{payment.id:064}", size=1, name="a.pdf",
        media_type="application/pdf", channel="upload", received_at=NOW,
    )  # fmt: skip
    session.add(document)
    session.flush()
    session.add(
        models.Match(
            workspace_id=1, payment_id=payment.id, invoice_id=invoice.id, amount_minor=payment.amount_minor,
            band="person", reasons=[], made_at=NOW, confirmed_at=NOW,
        )
    )  # fmt: skip
    sent = NOW + timedelta(hours=1 if after else -1)
    session.add(
        models.Delivery(
            workspace_id=1, destination_id=place.id, invoice_id=invoice.id, document_id=document.id,
            queued_at=NOW, next_try_at=NOW, sent_at=sent,
        )
    )  # fmt: skip
    session.flush()
