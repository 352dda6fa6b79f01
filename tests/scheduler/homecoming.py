"""An Invoice that has just come home, in a farm that is open."""

from __future__ import annotations

from datetime import date
from typing import Any

from core.db import models
from core.ledger import documents
from scheduler import farm

PDF = b"%PDF-1.7\n%a bill\n%%EOF\n"


def bring(one: farm.Farm, number: str = "F-1") -> None:
    """Read, with one PDF, and owed to every destination that takes it."""
    now, stored = one.now(), one.archive
    file = stored.welcome([PDF], name="facture.pdf")
    stored.put(file)
    says: dict[str, Any] = {
        "number": number, "issued_on": date(2026, 11, 3), "precision": "day", "currency": "EUR",
        "total_minor": 4590, "net_minor": 3825, "vat_minor": 765, "received_at": now, "read_at": now,
    }  # fmt: skip
    with one.database.write() as session:
        invoice = models.Invoice(workspace_id=1, supplier="mandarine", kind="invoice", doubts=[], **says)
        session.add(invoice)
        session.flush()
        paper = models.Document(
            workspace_id=1, invoice_id=invoice.id, sha256=file.sha256, size=file.size, name="facture.pdf",
            media_type="application/pdf", channel="upload", received_at=now, read_at=now,
        )  # fmt: skip
        session.add(paper)
        session.flush()
        documents.owe(session, 1, paper, now)
