"""Accounts and lines for the ledger's tests."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from sqlalchemy.orm import Session

from core import ledger, nouns
from core.db import models

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def account(
    session: Session, login: str = "jeanne", *, workspace_id: int = 1, supplier: str = "mandarine"
) -> models.Account:
    return ledger.add_account(
        session,
        workspace_id=workspace_id,
        supplier=supplier,
        label=f"{supplier} de {login}",
        owner_id=None,
        masked_login="j•••@firm.fr",
        login_hash=login,
        origins=("https://a.example",),
        terms_version="1",
        now=NOW,
    )


def leased(session: Session, one: models.Account, *, cause: str = "schedule") -> tuple[int, int]:
    """A run in a worker's hands: its id and fence."""
    run = ledger.queue_run(session, one, cause=cause, now=NOW)
    assert run is not None
    run.state, run.fence = nouns.RunState.LEASED, 1
    session.flush()
    return run.id, 1


def line(identity: str, *, contract: str = "c1", day: date = date(2026, 10, 3)) -> nouns.Listed:
    return nouns.Listed(
        identity=identity,
        contract=nouns.Contract(contract, "Fibre"),
        number=f"F-{identity}",
        date=day,
        total=nouns.Money(Decimal("45.90"), "EUR"),
    )


def file(sha256: str = "ab" * 32) -> nouns.File:
    return nouns.File(Path("nowhere.part"), sha256, 1234, "facture.pdf", "application/pdf")
