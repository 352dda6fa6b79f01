"""The list of 10,000 invoices with a page of text each, asked for words: by the index, and by a plain walk through the same text."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from sqlalchemy import func, select

from core import db
from core.db import models
from core.ledger import search
from tests.web import world

INVOICES, WORDS, VOCABULARY = 10_000, 250, 20_000


def found(*, count: int) -> dict[str, Any]:
    """Seconds of an answer, p95 by the index and the median of a walk; each number is looked for by its last digits."""
    folder = Path("search")
    folder.mkdir()
    database = db.Database(f"sqlite:///{folder / 'farm.db'}")
    models.Base.metadata.create_all(database.engine)
    _fill(database)
    asked = [f"{place:05}" for place in random.Random(1).sample(range(INVOICES), count)]
    indexed = [_timed(database, _by_index, words) for words in asked]
    walked = [_timed(database, _by_walk, words) for words in asked[: max(2, count // 10)]]
    right = all(one[1] >= 1 for one in indexed)
    return {
        "p95": quantiles([one[0] for one in indexed], n=20)[-1],
        "median": median(one[0] for one in indexed),
        "walk": median(one[0] for one in walked),
        "right": right,
    }


def _timed(database: db.Database, ask: Callable[[db.Database, str], int], words: str) -> tuple[float, int]:
    start = time.perf_counter()
    hits = ask(database, words)
    return time.perf_counter() - start, hits


def _by_index(database: db.Database, words: str) -> int:
    with database.read() as session:
        return search.find(session, 1, words=f"facture {words}")[1]


def _by_walk(database: db.Database, words: str) -> int:
    said = models.InvoiceText
    with database.read() as session:
        there = select(func.count()).where(said.words.contains("facture"), said.words.contains(words))
        return session.scalar(there) or 0


def _fill(database: db.Database) -> None:
    dice = random.Random(0)
    vocabulary = [f"mot{n}" for n in range(VOCABULARY)]
    with database.write() as session:
        session.add(models.Workspace(id=1, name="Firm", created_at=world.NOW))
        for place in range(INVOICES):
            at = world.NOW - timedelta(hours=place)
            invoice = models.Invoice(
                workspace_id=1,
                supplier="mandarine",
                number=f"F-2026-{place:05}",
                issued_on=at.date(),
                precision="day",
                total_minor=4590 + place,
                currency="EUR",
                kind="invoice",
                received_at=at,
                read_at=at,
                doubts=[],
            )
            session.add(invoice)
            session.flush()
            search.tell_pages(
                session, invoice, place, " ".join(["Facture", *dice.choices(vocabulary, k=WORDS)])
            )
