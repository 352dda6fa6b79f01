"""What earlier invoices of a supplier say of the next."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from core import nouns
from core.db import Database, models
from core.ledger import history
from tests.core.ledger import NOW


def invoice(session: Session, at: int, **facts: Any) -> models.Invoice:
    usual: dict[str, Any] = {"workspace_id": 1, "supplier": "mandarine", "number": f"F-{at}", "total_minor": 100 * at, "currency": "EUR", "precision": "day", "kind": "invoice", "received_at": NOW + timedelta(days=at), "read_at": NOW, "doubts": [], "iban": "FR14", "seller_id": "FR83404833048"}  # fmt: skip
    row = models.Invoice(**(usual | facts))
    session.add(row)
    session.flush()
    return row


def test_what_was_accepted_before_is_known(database: Database) -> None:
    with database.write() as session:
        for at in (1, 2, 3):
            invoice(session, at)
        invoice(session, 4, kind="credit_note")
        known = history.of(session, invoice(session, 5), "F-2")
    assert known.totals == (Decimal(4), Decimal(3), Decimal(2), Decimal(1))
    assert known.numbers == ("F-4", "F-3", "F-2", "F-1")
    assert known.currency == "EUR"
    assert (known.ibans, known.seller_ids) == (frozenset({"FR14"}), frozenset({"FR83404833048"}))
    assert known.known == {"F2": (Decimal(2), "EUR")}
    assert known.credit_notes == 1


def test_what_waits_or_was_put_aside_vouches_for_nothing(database: Database) -> None:
    with database.write() as session:
        kept = invoice(session, 1)
        invoice(session, 2, asks_review=True, iban="DE89")
        invoice(session, 3, rejected_for="wrong", iban="DE88")
        invoice(session, 4, merged_into=kept.id, iban="DE87")
        invoice(session, 5, read_at=None, iban="DE86")
        invoice(session, 6, asks_review=True, reviewed_at=NOW, iban="NL91")
        known = history.of(session, invoice(session, 7), None)
    assert known.ibans == {"FR14", "NL91"}


def test_another_supplier_and_another_company_are_no_history(database: Database) -> None:
    with database.write() as session:
        invoice(session, 1, supplier="nimbus")
        invoice(session, 2, workspace_id=2)
        assert history.of(session, invoice(session, 3), "F-1") == nouns.History()


def test_buyers_are_known_by_the_readings(database: Database) -> None:
    with database.write() as session:
        for at in (1, 2):
            read_of(session, invoice(session, at), {"buyer": "Atelier Brun", "buyer_vat": "FR1"})
        read_of(session, invoice(session, 3), {"buyer_vat": "FR2"})
        known = history.of(session, invoice(session, 4), None)
    assert known.our_names == ("Atelier Brun", "Atelier Brun")
    assert known.our_vats == {"FR1"}


def read_of(session: Session, row: models.Invoice, said: dict[str, str]) -> None:
    document = models.Document(workspace_id=1, invoice_id=row.id, sha256=f"{row.id:064x}", size=1, name="f.pdf", media_type="application/pdf", channel="upload", received_at=NOW)  # fmt: skip
    session.add(document)
    session.flush()
    fields = {name: {"value": value} for name, value in said.items()}
    session.add(models.ReadingRow(workspace_id=1, document_id=document.id, reader="generic/2", at=NOW, fields=fields, kind="invoice", doubts=[]))  # fmt: skip
