"""The same on a real PostgreSQL, where two workers are kept apart by rows and not by one file."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.db import migrate, models
from core.ledger import tokens, uploads
from scheduler import uploads as round_of
from tests import postgres
from tests.core.archive import zips
from tests.core.ledger import NOW
from tests.scheduler import dying
from tests.scheduler.test_uploads import ANOTHER, PDF, both, fates, owing, rows, send, still_open, ties


@pytest.fixture(scope="module")
def server() -> Iterator[postgres.Server]:
    with postgres.server() as started:
        yield started


@pytest.fixture
def address(server: postgres.Server, tmp_path: Path) -> Iterator[str]:
    opened = server.database(f"uploads-{tmp_path.name}")
    migrate.upgrade(opened, tmp_path)
    with opened.write() as session:
        session.add(models.Workspace(id=1, name="Atelier Brun", created_at=NOW))
        session.add(models.Person(id=1, email="anna@firm.fr", password_hash="", created_at=NOW))
        session.flush()
        tokens.make(session, 1, "books", ["documents:write"], by=1, now=NOW)
    yield opened.engine.url.render_as_string(hide_password=False)
    opened.close()


def test_two_workers_take_one_zip_in_once(address: str, tmp_path: Path) -> None:
    with dying.farm(tmp_path / "data", address) as here, dying.farm(tmp_path / "data", address) as other:
        first, second = owing(here, 4590, 1200)
        send(here, both(first, second))
        takers = [threading.Thread(target=round_of.take_in, args=(each,)) for each in (here, other)]
        for taker in takers:
            taker.start()
        for taker in takers:
            taker.join()
        round_of.take_in(here)
        _everything_once(here, first, second)


def _everything_once(here: Any, first: int, second: int) -> None:
    assert fates(here) == [("b1.pdf", "taken", None), ("b2.pdf", "taken", None)]
    assert ties(here) == {(first, "B-1", -4590, "person"), (second, "B-2", -1200, "person")}
    assert len(rows(here, models.Document)) == len(rows(here, models.MatchAct)) == 2
    assert (still_open(here), uploads.WAITING in str(fates(here))) == ([], False)


def test_ids_that_no_database_could_hold_name_nothing(address: str, tmp_path: Path) -> None:
    lines = [zips.line("b1.pdf", 10**9 * 9), zips.line("b2.pdf", 2**31 - 1)]
    with dying.farm(tmp_path / "data", address) as here:
        send(here, zips.of([("b1.pdf", PDF), ("b2.pdf", ANOTHER)], lines))
        round_of.take_in(here)
        assert {why for _, _, why in fates(here)} == {"unknown_entry"}
