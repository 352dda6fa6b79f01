"""A month of 10,000 invoices as a zip, streamed as the page does it, in a process that does nothing else.

`python -m tests.bench.exporting '{"count": 100}'` prints what it took as JSON.
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from core import archive, db
from core.db import models
from core.export import asked
from core.export.month import Span
from tests.bench import meter

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
SIZE = 60_000
SUPPLIERS = 40
OCTOBER = Span.month(date(2026, 10, 1), ZoneInfo("Europe/Paris"))


def month(*, count: int) -> dict[str, Any]:
    """Peak memory of this process in MiB, seconds until the first byte and until the last, bytes, and whether twice is the same."""
    folder = Path("export")
    folder.mkdir()
    database, stored = db.Database(f"sqlite:///{folder / 'farm.db'}"), archive.Archive(folder / "data")
    models.Base.metadata.create_all(database.engine)
    _fill(database, stored, count)
    start = time.perf_counter()
    first, size, digest = _streamed(database, stored)
    wall = time.perf_counter() - start
    peak = meter.peak() / meter.MIB
    again = _streamed(database, stored)[2]
    return {"peak": peak, "first": first, "wall": wall, "size": size, "same": again == digest}


def _streamed(database: db.Database, stored: archive.Archive) -> tuple[float, int, str]:
    start, first, size, digest = time.perf_counter(), 0.0, 0, hashlib.sha256()
    wanted = asked.Asked(OCTOBER, frozenset({asked.Part.ZIP, asked.Part.BOOKS}))
    with database.read() as session:
        made = asked.packed(session, stored, 1, wanted, asked.Catalogue(str, str))
    for chunk in made.stream():
        first = first or time.perf_counter() - start
        size += len(chunk)
        digest.update(chunk)
    return first, size, digest.hexdigest()


def _fill(database: db.Database, stored: archive.Archive, count: int) -> None:
    with database.write() as session:
        session.add(models.Workspace(id=1, name="Firm", created_at=NOW))
        for place in range(count):
            content = f"%PDF {place} ".encode() * (SIZE // 12)
            sha256 = hashlib.sha256(content).hexdigest()
            stored.path(sha256).parent.mkdir(exist_ok=True)
            stored.path(sha256).write_bytes(content)
            session.add(_invoice(place))
            session.flush()
            session.add(
                models.Document(
                    workspace_id=1, invoice_id=place + 1, sha256=sha256, size=len(content), name="bill.pdf",
                    media_type="application/pdf", channel="portal", received_at=NOW, read_at=NOW,
                )
            )  # fmt: skip
            if place % 500 == 0:
                session.flush()
                session.expunge_all()


def _invoice(place: int) -> models.Invoice:
    return models.Invoice(
        id=place + 1,
        workspace_id=1,
        supplier=f"supplier-{place % SUPPLIERS}",
        number=f"F-2026-{place:05}",
        issued_on=OCTOBER.first + timedelta(days=place % 31),
        precision="day",
        net_minor=3825,
        vat_minor=765,
        total_minor=4590,
        currency="EUR",
        kind="invoice",
        received_at=NOW,
        read_at=NOW,
        doubts=[],
    )


if __name__ == "__main__":
    sys.stdout.write(json.dumps(month(**json.loads(sys.argv[1]))) + "\n")
