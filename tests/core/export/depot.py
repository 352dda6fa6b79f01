"""A company whose papers go to a place of files or messages: real database, real archive, real servers; only the vault is left out."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from core import archive, partners
from core.db import Database, models
from core.export import kinds
from core.export.papers import House
from core.export.target import Target
from tests.core.export import books, connected, strangers
from tests.core.export.connected import INVOICE, NOW, Connected, Shown

ZONE = "Europe/Paris"


@dataclass
class Depot(Connected):
    database: Database
    stored: archive.Archive
    target: Target
    means: partners.Means
    gate: strangers.Gate
    at: list[datetime]
    destination: int = 0

    def round(self) -> None:
        self.target.deliver(self.row(), self.means)

    def bring(self, number: str | None = "F-1", content: bytes = books.PDF, **says: Any) -> int:
        """An Invoice with its file; the Delivery's id."""
        told = {**INVOICE, "due_on": None, "number": number, "received_at": self.at[0], **says}
        with self.database.write() as session:
            invoice = models.Invoice(**told)
            session.add(invoice)
            session.flush()
            came = self.file(session, invoice.id, content, received_at=invoice.received_at)
            return self.owed(session, came)

    def try_again(self, delivery_id: int) -> None:
        """A person has what is held tried again."""
        with self.database.write() as session:
            one = session.get_one(models.Delivery, delivery_id)
            one.held_for, one.error, one.next_try_at = None, None, self.at[0]


@contextmanager
def opened(
    folder: Path,
    kind: kinds.Kind,
    make: Callable[[House], Target],
    typed: dict[str, str],
    secrets: dict[str, str] | None = None,
) -> Iterator[Depot]:
    """Made an hour ago with what was typed in its form."""
    at, gate, since = [NOW], strangers.Gate(), NOW - timedelta(hours=1)
    here = kinds.Here(str.capitalize, "https://farm.example")
    shown = {name: Shown(text) for name, text in (secrets or {}).items()}
    means = dataclasses.replace(books.means(at), secrets=lambda: shown, door=gate.at)
    typed = {one.name: one.default for one in kind.plain} | typed
    with connected.house(folder) as (database, stored):
        depot = Depot(database, stored, make(House(database, stored, here, ZONE)), means, gate, at)
        depot.connect(kind.id, kind.place(typed), created_at=since, starts_at=since)
        depot.retype(**typed)
        try:
            yield depot
        finally:
            means.http.close()
            gate.close()
