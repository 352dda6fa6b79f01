"""A farm's core at home: a database, an archive, a reader child, and documents that somebody brought."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from core import archive, extraction, intake, ledger
from core.db import Database, migrate, models
from core.ledger import arrivals

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@dataclass
class Home:
    """One workspace, one account of a supplier called `workshop`, to which documents are brought."""

    database: Database
    stored: archive.Archive
    readers: extraction.Readers

    def bring(self, content: bytes, name: str = "bill.pdf") -> int:
        """The Document's id, once it is read."""
        file = self.stored.welcome([content], name=name)
        with self.database.write() as session:
            account = session.get_one(models.Account, 1)
            arrival = arrivals.announce(session, account, file, channel="upload", brought_by=None, now=NOW)
            arrival_id = arrival.id
        self.stored.put(file)
        with self.database.write() as session:
            document = arrivals.receive(session, arrival_id, file, now=NOW)
        assert document
        intake.take_in(self.database, self.stored, self.readers, document.id, now=lambda: NOW)
        return document.id

    def invoice(self, document_id: int) -> models.Invoice:
        with self.database.read() as session:
            document = session.get_one(models.Document, document_id)
            return session.get_one(models.Invoice, document.invoice_id)

    def last_reading(self, document_id: int) -> models.ReadingRow:
        with self.database.read() as session:
            mine = session.query(models.ReadingRow).filter_by(document_id=document_id)
            return mine.order_by(models.ReadingRow.id.desc()).first() or models.ReadingRow()


@contextmanager
def opened(folder: Path, readers: extraction.Readers) -> Iterator[Home]:
    database = Database(f"sqlite:///{folder / 'moisson.db'}")
    migrate.upgrade(database, folder)
    with database.write() as session:
        session.add(models.Workspace(id=1, name="Atelier Brun", created_at=NOW))
        session.flush()
        ledger.add_account(
            session,
            workspace_id=1,
            supplier="workshop",
            label="workshop",
            owner_id=None,
            masked_login="j•••@firm.fr",
            login_hash="jeanne",
            origins=("https://a.example",),
            terms_version="1",
            now=NOW,
        )
    yield Home(database, archive.Archive(folder), readers)
    database.close()
