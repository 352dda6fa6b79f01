"""A company whose papers go to a place of files or messages: real database, real archive, real servers; only the vault is left out."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from core import archive, partners
from core.db import Database, models
from core.export import chosen, kinds
from core.export.papers import House
from core.export.target import Target
from core.ledger import documents
from tests.core.export import books, strangers

NOW = books.NOW
ZONE = "Europe/Paris"


@dataclass(frozen=True)
class Shown:
    text: str

    def reveal(self) -> str:
        return self.text


@dataclass
class Depot:
    database: Database
    stored: archive.Archive
    target: Target
    means: partners.Means
    gate: strangers.Gate
    at: list[datetime]
    destination: int = 0

    def round(self) -> None:
        self.target.deliver(self.row(), self.means)

    def later(self, **more: float) -> None:
        self.at[0] += timedelta(**more)

    def row(self) -> models.Destination:
        with self.database.read() as session:
            return session.get_one(models.Destination, self.destination)

    def change(self, **values: Any) -> None:
        with self.database.write() as session:
            for name, value in values.items():
                setattr(session.get_one(models.Destination, self.destination), name, value)

    def choose(self, **typed: str) -> None:
        """A person changes what the form asks."""
        with self.database.write() as session:
            place = session.get_one(models.Destination, self.destination)
            chosen.keep_typed(session, place, typed, by=None, now=self.at[0])

    def bring(self, number: str | None = "F-1", content: bytes = books.PDF, **says: Any) -> int:
        """An Invoice with its file; the Delivery's id."""
        file = self.stored.welcome([content], name="facture.pdf")
        self.stored.put(file)
        at = self.at[0]
        with self.database.write() as session:
            invoice = models.Invoice(**{**_INVOICE, "number": number, "received_at": at, **says})
            session.add(invoice)
            session.flush()
            paper = models.Document(
                workspace_id=1, invoice_id=invoice.id, sha256=file.sha256, size=file.size, name="facture.pdf",
                media_type="application/pdf", channel="upload", received_at=invoice.received_at, read_at=at,
            )  # fmt: skip
            session.add(paper)
            session.flush()
            documents.owe(session, 1, paper, at)
            session.flush()
            return int(session.query(models.Delivery).filter_by(document_id=paper.id).one().id)

    def delivery(self, delivery_id: int) -> models.Delivery:
        with self.database.read() as session:
            return session.get_one(models.Delivery, delivery_id)

    def try_again(self, delivery_id: int) -> None:
        """A person has what is held tried again."""
        with self.database.write() as session:
            one = session.get_one(models.Delivery, delivery_id)
            one.held_for, one.error, one.next_try_at = None, None, self.at[0]


_INVOICE: dict[str, Any] = {
    "workspace_id": 1,
    "supplier": "mandarine",
    "issued_on": date(2026, 11, 3),
    "precision": "day",
    "total_minor": 4590,
    "net_minor": 3825,
    "vat_minor": 765,
    "currency": "EUR",
    "kind": "invoice",
    "read_at": NOW,
    "doubts": [],
}


@contextmanager
def opened(
    folder: Path,
    kind: kinds.Kind,
    make: Callable[[House], Target],
    typed: dict[str, str],
    secrets: dict[str, str] | None = None,
) -> Iterator[Depot]:
    """Made an hour ago with what was typed in its form."""
    at, gate = [NOW], strangers.Gate()
    database = Database(f"sqlite:///{folder / 'farm.db'}")
    models.Base.metadata.create_all(database.engine)
    stored = archive.Archive(folder / "data")
    here = kinds.Here(str.capitalize, "https://farm.example")
    shown = {name: Shown(text) for name, text in (secrets or {}).items()}
    means = dataclasses.replace(books.means(at), secrets=lambda: shown, door=gate.at)
    depot = Depot(database, stored, make(House(database, stored, here, ZONE)), means, gate, at)
    since = NOW - timedelta(hours=1)
    typed = {one.name: one.default for one in kind.plain} | typed
    with database.write() as session:
        session.add(models.Workspace(id=1, name="Atelier Brun", created_at=NOW))
        session.flush()
        place = models.Destination(
            workspace_id=1, kind=kind.id, place=kind.place(typed), created_at=since, starts_at=since
        )
        session.add(place)
        session.flush()
        depot.destination = place.id
    depot.choose(**typed)
    try:
        yield depot
    finally:
        means.http.close()
        gate.close()
        database.close()
