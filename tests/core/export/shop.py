"""A company whose October can be exported: invoices of any kind, with their files in a real archive."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from core import archive
from core.db import Database, models
from core.export import asked
from core.export.month import Span
from tests.core.export import NOW

PARIS = ZoneInfo("Europe/Paris")
OCTOBER = Span.month(date(2026, 10, 5), PARIS)
_FILES = count(1)


@dataclass
class Shop:
    """`names` is how its suppliers are called; one that is not in it is called by its id."""

    database: Database
    stored: archive.Archive
    names: dict[str, str] = field(default_factory=dict)

    def named(self, supplier: str) -> str:
        return self.names.get(supplier, supplier)

    @property
    def known(self) -> asked.Catalogue:
        return asked.Catalogue(self.named, lambda supplier: "telecom" if supplier == "orange" else "other")

    def invoice(self, total_minor: int | None = 4590, number: str | None = "F-1", **more: Any) -> int:
        """One of 3 October with one PDF, read and without doubt, unless told otherwise."""
        with self.database.write() as session:
            made = models.Invoice(
                **{
                    "workspace_id": 1,
                    "supplier": "orange",
                    "number": number,
                    "issued_on": date(2026, 10, 3),
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
            self._document(session, made.id)
            return made.id

    def document(self, invoice_id: int, content: bytes | None = None, **more: Any) -> int:
        with self.database.write() as session:
            return self._document(session, invoice_id, content, **more)

    def _document(self, session: Session, invoice_id: int, content: bytes | None = None, **more: Any) -> int:
        content = content or f"%PDF-1.7 {next(_FILES)} ".encode() * 40
        file = self.stored.welcome([content], name="bill.pdf")
        self.stored.put(file)
        made = models.Document(
            **{
                "workspace_id": 1,
                "invoice_id": invoice_id,
                "sha256": file.sha256,
                "size": file.size,
                "name": "bill.pdf",
                "media_type": "application/pdf",
                "channel": "portal",
                "received_at": NOW,
                "read_at": NOW,
                **more,
            }
        )
        session.add(made)
        session.flush()
        return made.id

    def rates_read(self, invoice_id: int, rates: Sequence[Mapping[str, str]]) -> None:
        """What the reader found of VAT, rate by rate."""
        with self.database.write() as session:
            document = session.query(models.Document).filter_by(invoice_id=invoice_id).first()
            assert document
            told = {"value": json.dumps(list(rates)), "source": "generic", "confidence": 0.8}
            session.add(
                models.ReadingRow(
                    workspace_id=1, document_id=document.id, reader="generic", at=NOW, fields={"vat_rates": told}, doubts=[]
                )
            )  # fmt: skip


@contextmanager
def opened(folder: Path) -> Iterator[Shop]:
    database = Database(f"sqlite:///{folder / 'shop.db'}")
    models.Base.metadata.create_all(database.engine)
    with database.write() as session:
        session.add_all([models.Workspace(id=n, name=f"Société {n}", created_at=NOW) for n in (1, 2)])
    yield Shop(database, archive.Archive(folder / "data"), {"orange": "Orange Pro"})
    database.close()
