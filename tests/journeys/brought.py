"""Invoices that have just come home, for journeys that begin there."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from core import archive
from core.db import Database, models
from core.ledger import documents
from tests.journeys.house import House

PDF = b"%PDF-1.4 what was bought"


def bring(house: House, number: str, currency: str = "EUR", **more: Any) -> None:
    """An Invoice that has just come home, and was read; `more` is said of it."""
    stored, now = archive.Archive(house.folder / "data"), datetime.now(UTC)
    file = stored.welcome([PDF, number.encode()], name="facture.pdf")
    stored.put(file)
    database = Database(f"sqlite:///{house.folder / 'data' / 'moisson.db'}")
    with database.write() as session:
        says: dict[str, Any] = {"number": number, "issued_on": date(2026, 11, 3), "precision": "day", "currency": currency}  # fmt: skip
        says |= {"total_minor": 4590, "net_minor": 3825, "vat_minor": 765, **more}
        invoice = models.Invoice(workspace_id=1, supplier="mandarine", kind="invoice", doubts=[], received_at=now, read_at=now, **says)  # fmt: skip
        session.add(invoice)
        session.flush()
        paper = models.Document(workspace_id=1, invoice_id=invoice.id, sha256=file.sha256, size=file.size, name="facture.pdf", media_type="application/pdf", channel="upload", received_at=now, read_at=now)  # fmt: skip
        session.add(paper)
        session.flush()
        documents.owe(session, 1, paper, now)
    database.close()
