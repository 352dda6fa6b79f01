from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

from collectors import kit
from core import ledger
from core.db import Database, models
from scheduler import keepsake
from tests.core.ledger import NOW, account, leased

PICTURE = kit.Evidence("screenshot", b"\x89PNG")


def _kept(database: Database, data: Path, *, days: int) -> int:
    """A run that left a picture so many days ago."""
    with database.write() as session:
        run_id, _ = leased(session, account(session, f"{days} days"))
        for one in keepsake.save(data, run_id, [PICTURE]):
            at = NOW - timedelta(days=days)
            session.add(models.Evidence(workspace_id=1, run_id=run_id, kind=one.kind, path=one.path, at=at))
    then = (NOW - timedelta(days=days, hours=1)).timestamp()
    os.utime(data / "evidence" / str(run_id), (then, then))
    return run_id


def _tidy(database: Database, data: Path) -> set[str]:
    with database.write() as session:
        kept = keepsake.forget(session, NOW)
    keepsake.clear(data, kept, NOW)
    return {folder.name for folder in (data / "evidence").iterdir()}


def test_evidence_is_kept_seven_days(database: Database, tmp_path: Path) -> None:
    _kept(database, tmp_path, days=8)
    young = _kept(database, tmp_path, days=6)
    assert _tidy(database, tmp_path) == {str(young)}


def test_the_pictures_of_a_removed_account_go_with_it(database: Database, tmp_path: Path) -> None:
    run_id = _kept(database, tmp_path, days=1)
    with database.write() as session:
        run = session.get_one(models.Run, run_id)
        ledger.remove_account(session, session.get_one(models.Account, run.account_id), now=NOW)
    assert _tidy(database, tmp_path) == set()


def test_a_folder_whose_row_is_still_to_come_is_left(database: Database, tmp_path: Path) -> None:
    keepsake.save(tmp_path, 4711, [PICTURE])
    now = NOW.timestamp()
    os.utime(tmp_path / "evidence" / "4711", (now, now))
    assert _tidy(database, tmp_path) == {"4711"}
