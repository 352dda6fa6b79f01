"""The same on a real PostgreSQL: matching, gaps, the desk's queues and the grid; and two workers at once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select

from core import tying
from core.db import Database, migrate, models
from core.ledger import choices, gaps, matches, missing, radar, rematch
from tests import postgres
from tests.core.ledger import NOW, account, bank

TODAY = date(2026, 11, 20)
NAMES = {"bleu": ("Bleu Énergie", "PRLV SEPA BLEU ENERGIE")}


@pytest.fixture(scope="module")
def server() -> Iterator[postgres.Server]:
    with postgres.server() as started:
        yield started


@pytest.fixture
def database(server: postgres.Server, tmp_path: Path) -> Iterator[Database]:
    opened = server.database(f"tying-{tmp_path.name}")
    migrate.upgrade(opened, tmp_path)
    with opened.write() as session:
        session.add(models.Workspace(id=1, name="Atelier Brun", created_at=NOW))
        session.add(models.Person(id=1, email="anna@firm.fr", password_hash="", created_at=NOW))
    yield opened
    opened.close()


def look(database: Database) -> tying.Outcome:
    return tying.look_again(database, 1, names=NAMES, now=lambda: NOW, today=TODAY)


def _debit(database: Database, month: int) -> int:
    with database.write() as session:
        label, day = f"PRLV SEPA BLEU ENERGIE {month:02}26", date(2026, month, 15)
        return bank.payment(session, -12840 - month, label, core="", unmatched_for=None, booked_on=day).id


def _bill(database: Database, month: int) -> int:
    with database.write() as session:
        day = date(2026, month, 12)
        return bank.invoice(session, 12840 + month, f"BE-{month}", supplier="bleu", issued_on=day).id


def test_from_a_debit_to_its_gap_to_its_invoice_and_back(database: Database) -> None:
    with database.write() as session:
        account(session, supplier="bleu")
    payment_id = _debit(database, 10)
    assert look(database).gaps_opened == 1
    with database.read() as session:
        ((gap, paid),) = missing.find(session, 1, supplier="bleu")[0]
        assert paid
        assert (gap.supplier, paid.id, missing.suppliers(session, 1)) == ("bleu", payment_id, ["bleu"])
        assert missing.left_behind(session, gap, paid) is None
        (row,), _ = missing.grid(session, 1, today=TODAY)
        assert [cell.stand for cell in row.cells[-2:]] == ["late", ""]
        assert choices.place_of(session, 1, choices.Queue.UNLINKED, payment_id) == (1, 1, None, None)
    invoice_id = _bill(database, 10)
    assert look(database).gaps_closed == 1
    with database.write() as session:
        payment = session.get_one(models.Payment, payment_id)
        assert choices.count(session, 1, choices.Queue.PROPOSED) == 1
        act = matches.confirm(session, payment, by=1, now=NOW)
        assert choices.offered(session, payment, ["bleu"], but=[invoice_id]) == []
        matches.undo(session, act.id, by=1, now=NOW)
        assert choices.page(session, 1, choices.Queue.PROPOSED)[1] == 1
        radar.look(session, 1, today=TODAY, now=NOW)
        assert [(asked.workspace_id, asked.all) for asked in rematch.begin(session)] == [(1, True)]
        rematch.end(session, 1, "done", NOW)
        assert not rematch.is_asked(session)


def test_two_workers_at_once_make_each_match_and_each_gap_once(database: Database) -> None:
    for month in range(1, 11):
        _debit(database, month)
        _bill(database, month) if month % 2 else None
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: look(database), range(4)))
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(models.Match)) == 5
        opened = session.scalars(select(models.Gap.payment_id).where(models.Gap.closed_at.is_(None))).all()
        assert len(opened) == len(set(opened)) == 5
        assert all(gaps.of_payment(session, one) for one in opened if one)
