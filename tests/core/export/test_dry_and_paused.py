"""A folder on a dry day, or paused, gets nothing; the day after it gets all, each once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from core import archive
from core.db import Database, models
from core.export import folder, kinds, outbox

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """One Delivery owed to a folder."""
    made = Database(f"sqlite:///{tmp_path / 'a.db'}")
    models.Base.metadata.create_all(made.engine)
    stored = archive.Archive(tmp_path)
    file = stored.welcome([b"%PDF-1.4"], name="a.pdf")
    stored.put(file)
    with made.write() as session:
        session.add(models.Workspace(id=1, name="Brun", created_at=NOW))
        session.flush()
        session.add(models.Destination(workspace_id=1, kind="folder", place=str(tmp_path / "out"), created_at=NOW))  # fmt: skip
        invoice = models.Invoice(workspace_id=1, supplier="mandarine", kind="invoice", number="F-1", precision="day", doubts=[], received_at=NOW)  # fmt: skip
        session.add(invoice)
        session.flush()
        paper = models.Document(workspace_id=1, invoice_id=invoice.id, sha256=file.sha256, size=file.size, name="a.pdf", media_type="application/pdf", channel="upload", received_at=NOW, read_at=NOW)  # fmt: skip
        session.add(paper)
        session.flush()
        session.add(models.Delivery(workspace_id=1, destination_id=1, invoice_id=1, document_id=1, queued_at=NOW, next_try_at=NOW))  # fmt: skip
    yield made
    made.close()


@pytest.mark.parametrize(
    ("state", "goes"),
    [
        ({}, True),
        ({"dry_until": NOW + DAY}, False),
        ({"dry_until": NOW - DAY}, True),
        ({"paused_at": NOW}, False),
        ({"removed_at": NOW}, False),
    ],
)
def test_what_goes_to_a_folder_now(database: Database, state: dict[str, Any], goes: bool) -> None:
    with database.write() as session:
        for name, value in state.items():
            setattr(session.get_one(models.Destination, 1), name, value)
    with database.read() as session:
        assert outbox.owed(session, NOW) == ([1] if goes else [])


def test_a_preview_names_the_file_that_goes_there(database: Database, tmp_path: Path) -> None:
    with database.read() as session:
        place, delivery = session.get_one(models.Destination, 1), session.get_one(models.Delivery, 1)
        invoice, paper = session.get_one(models.Invoice, 1), session.get_one(models.Document, 1)
        told = folder.draft(session, place, invoice, paper, kinds.Here(str.title))
    outbox.deliver(database, archive.Archive(tmp_path), delivery.id, supplier_name=str.title, now=lambda: NOW)
    assert (tmp_path / "out" / told["name"]).read_bytes() == b"%PDF-1.4"


def test_of_two_workers_who_saw_it_owed_one_sends_it(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sends, sent = folder.deliver, list[int]()

    def deliver() -> None:
        outbox.deliver(database, archive.Archive(tmp_path), 1, supplier_name=str.title, now=lambda: NOW)

    def while_another_comes(*args: Any) -> str:
        sent.append(1)
        if len(sent) == 1:
            deliver()
        return sends(*args)

    monkeypatch.setattr(folder, "deliver", while_another_comes)
    deliver()
    with database.read() as session:
        row = session.get_one(models.Delivery, 1)
    assert (sent, row.tries, row.error) == ([1], 1, None)
    assert row.sent_at
