"""What the tests of all destinations stand on: a company with one destination, in a real database, with a real archive and a clock that is turned by hand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from core import archive
from core.db import Database, models
from core.export import chosen
from core.ledger import documents

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
#: An Invoice that is read and without doubt.
INVOICE: dict[str, Any] = {
    "workspace_id": 1,
    "supplier": "mandarine",
    "issued_on": date(2026, 11, 3),
    "due_on": date(2026, 12, 3),
    "precision": "day",
    "total_minor": 4590,
    "net_minor": 3825,
    "vat_minor": 765,
    "currency": "EUR",
    "kind": "invoice",
    "read_at": NOW,
    "doubts": [],
}


@dataclass(frozen=True)
class Shown:
    """A secret that was opened."""

    text: str

    def reveal(self) -> str:
        return self.text


class Connected:
    """`at` holds the hour, `destination` the id of the one that there is."""

    database: Database
    stored: archive.Archive
    at: list[datetime]
    destination: int

    def later(self, **more: float) -> None:
        self.at[0] += timedelta(**more)

    def row(self) -> models.Destination:
        with self.database.read() as session:
            return session.get_one(models.Destination, self.destination)

    def change(self, **values: Any) -> None:
        with self.database.write() as session:
            for name, value in values.items():
                setattr(session.get_one(models.Destination, self.destination), name, value)

    def retype(self, **typed: str) -> None:
        """A person changes what the form asks."""
        with self.database.write() as session:
            place = session.get_one(models.Destination, self.destination)
            chosen.keep_typed(session, place, typed, by=None, now=self.at[0])

    def delivery(self, delivery_id: int) -> models.Delivery:
        with self.database.read() as session:
            return session.get_one(models.Delivery, delivery_id)

    def file(self, session: Session, invoice_id: int, content: bytes, **says: Any) -> models.Document:
        """These bytes come home as a Document of that Invoice, and the destination is owed it."""
        media_type = says.get("media_type", "application/pdf")
        file = self.stored.welcome([content], name="facture.pdf", media_type=media_type)
        self.stored.put(file)
        told = {
            "channel": "upload",
            "received_at": self.at[0],
            "read_at": self.at[0],
            "media_type": media_type,
        }
        told |= {"workspace_id": 1, "invoice_id": invoice_id, "name": file.name}
        paper = models.Document(**{**told, "sha256": file.sha256, "size": file.size, **says})
        session.add(paper)
        session.flush()
        documents.owe(session, 1, paper, self.at[0])
        session.flush()
        return paper

    def owed(self, session: Session, paper: models.Document) -> int:
        """The id of its Delivery."""
        mine = {"document_id": paper.id, "destination_id": self.destination}
        return int(session.query(models.Delivery).filter_by(**mine).one().id)

    def connect(self, kind: str, place: str = "", **says: Any) -> None:
        """A company, and its destination."""
        with self.database.write() as session:
            session.add(models.Workspace(id=1, name="Atelier Brun", created_at=self.at[0]))
            session.flush()
            made = models.Destination(workspace_id=1, kind=kind, place=place, **says)
            session.add(made)
            session.flush()
            self.destination = made.id


@contextmanager
def house(folder: Path) -> Iterator[tuple[Database, archive.Archive]]:
    """Empty."""
    database = Database(f"sqlite:///{folder / 'farm.db'}")
    models.Base.metadata.create_all(database.engine)
    try:
        yield database, archive.Archive(folder / "data")
    finally:
        database.close()
