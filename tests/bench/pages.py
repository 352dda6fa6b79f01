"""The status page of a company with 50 accounts and 10,000 invoices, as the web process makes it, and as many visits as its accounts have."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path
from statistics import quantiles
from typing import Any

from core.db import models
from tests.web import visits, world
from web import server

ACCOUNTS, INVOICES, VISITS = 50, 10_000, 100


def status(*, count: int) -> dict[str, Any]:
    """CPU seconds of each of `count` answers of this process, and the size of the page in bytes."""
    firm = _firm(Path("status"))
    with firm.app.test_client() as client:
        client.set_cookie("moisson", world.sign_in_cookie(firm), domain="localhost")
        size = len(client.get("/").data)
        server.settle()
        times = [_asked(client) for _ in range(count)]
    return {"p95": quantiles(times, n=20)[-1], "size": size}


def _asked(client: Any) -> float:
    start = time.process_time()
    assert client.get("/").status_code == 200
    return time.process_time() - start


def _firm(folder: Path) -> world.World:
    folder.mkdir()
    firm = world.full(folder)
    with firm.database.write() as session:
        there = session.query(models.Account).filter(models.Account.deleted_at.is_(None)).count()
        ids = [
            visits.account(session, f"bench-{place}", label=f"{place}") for place in range(ACCOUNTS - there)
        ]
        for account in ids:
            for place in range(VISITS):
                visits.run(session, account, "done", hours=24 * (VISITS - place))
        session.add_all(_invoice(ids[place % len(ids)], place) for place in range(INVOICES))
    return firm


def _invoice(account: int, place: int) -> models.Invoice:
    at = world.NOW - timedelta(days=place % 700)
    return models.Invoice(
        workspace_id=1,
        account_id=account,
        supplier="mandarine",
        number=f"B-{place}",
        issued_on=at.date(),
        precision="day",
        total_minor=4590,
        currency="EUR",
        kind="invoice",
        received_at=at,
        read_at=at,
        doubts=[],
    )
