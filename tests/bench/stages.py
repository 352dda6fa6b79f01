"""Parts of the farm by themselves: how many secrets a second, how many documents a second."""

from __future__ import annotations

import asyncio
import time
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from core import intake, ledger, nouns, settings
from core.db import models
from demo import paper
from scheduler import farm, lease
from scheduler.farm import Farm
from tests.bench import accounts
from vault import opening, redact, sealing


def vault(*, count: int) -> dict[str, Any]:
    """Seals and openings a second in one thread, the best of ten rounds: the cryptography and its framing, without the database."""
    database, keyring = farm.unlocked(settings.load())
    with database.read() as session:
        key = sealing.active_key(session, accounts.WORKSPACE)
    binding = sealing.Binding(
        accounts.WORKSPACE, 1, "mandarine", "password", 1, ("https://mandarine.example",)
    )
    private = keyring.private(key.key_id)
    secrets = [f"secret {number}" for number in range(count // 10)]
    seals, opens, whole = [], [], True
    for _ in range(10):
        start = time.perf_counter()
        records = [sealing.seal(key, keyring.trusted, binding, secret) for secret in secrets]
        sealed = time.perf_counter()
        found = [opening.unseal(private, binding, record) for record in records]
        end = time.perf_counter()
        seals.append(len(secrets) / (sealed - start))
        opens.append(len(secrets) / (end - sealed))
        whole = whole and [one.decode() for one in found] == secrets
    return {"seals": max(seals), "opens": max(opens), "whole": whole}


def ingest(*, count: int) -> dict[str, Any]:
    """Documents a second, one after the other: kept, placed, received, read with their picture, put on the Invoice."""
    return asyncio.run(_ingest(count))


async def _ingest(count: int) -> dict[str, Any]:
    papers = [
        paper.invoice(f"B-{place}", date(2026, 1, 1) + timedelta(place % 300), Decimal(place))
        for place in range(count)
    ]
    async with farm.opened(settings.load(), redact.start_logging(level="ERROR")) as opened:
        accounts.settle(opened, accounts.Wanted(warm=1))
        taken = _leased(opened)
        await asyncio.to_thread(
            _take_in, opened, taken, paper.invoice("B-first", date(2026, 1, 1), Decimal(1)), "first"
        )
        start = time.perf_counter()
        for place, pdf in enumerate(papers):
            await asyncio.to_thread(_take_in, opened, taken, pdf, str(place))
        wall = time.perf_counter() - start
        with opened.database.read() as session:
            read = session.query(models.Document).where(models.Document.read_at.is_not(None)).count()
    return {"wall": wall, "documents": count, "whole": read == count + 1}


def _leased(opened: Farm) -> lease.Lease:
    with opened.database.write() as session:
        account = session.get_one(models.Account, 1)
        run = ledger.queue_run(session, account, cause="schedule", now=opened.now())
        assert run
        session.flush()
        return lease.take_these(session, opened.worker_id, [run.id], now=opened.now())[0]


def _take_in(opened: Farm, taken: lease.Lease, pdf: bytes, number: str) -> None:
    file = opened.archive.keep([pdf], name=f"{number}.pdf", media_type="application/pdf", run_id=taken.run_id)
    seen = opened.readers.read_and_preview(file.path)
    opened.archive.put(file)
    listed = nouns.Listed(identity=f"invoice:{number}", contract=nouns.Contract("account"), number=number)
    with opened.database.write() as session:
        account = session.get_one(models.Account, taken.account_id)
        document = ledger.receive(session, taken.run_id, taken.fence, account, listed, file, now=opened.now())
    assert document
    intake.take_in(opened.database, opened.archive, opened.readers, document.id, now=opened.now, seen=seen)
