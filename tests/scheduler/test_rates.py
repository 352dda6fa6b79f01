"""The file of `MOISSON_RATES` is read when it is new, and again when it has changed."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from core.db import Database, models
from core.db.writer import Writer
from scheduler import rates


def _farm(folder: Path, file: Path | None) -> Any:
    database = Database(f"sqlite:///{folder / 'farm.db'}")
    models.Base.metadata.create_all(database.engine)
    return SimpleNamespace(settings=SimpleNamespace(rates=file), database=database, writer=Writer(database))


def _kept(farm: Any) -> int:
    with cast(Database, farm.database).read() as session:
        return session.query(models.ReferenceRate).count()


def test_a_newer_file_is_read_and_a_bad_one_takes_nothing_away(tmp_path: Path) -> None:
    file = tmp_path / "eurofxref.csv"
    farm, renewal = _farm(tmp_path, file), rates.Renewal()
    renewal.look(farm)  # not there yet
    file.write_text("Date,USD,\n2026-11-19,1.08,\n")
    renewal.look(farm)
    assert _kept(farm) == 1
    file.write_text("nothing of it")
    renewal.look(farm)
    assert _kept(farm) == 1
    file.write_text("Date,USD,\n2026-11-19,1.08,\n2026-11-20,1.09,\n")
    renewal.look(farm)
    assert _kept(farm) == 2
    farm.database.close()


def test_a_file_that_did_not_change_is_not_read_again(tmp_path: Path) -> None:
    file = tmp_path / "eurofxref.csv"
    file.write_text("Date,USD,\n2026-11-19,1.08,\n")
    farm, renewal = _farm(tmp_path, file), rates.Renewal()
    renewal.look(farm)
    seen = file.stat()
    file.write_text("Date,USD,\n2026-11-18,1.08,\n")
    os.utime(file, ns=(seen.st_atime_ns, seen.st_mtime_ns))
    renewal.look(farm)
    assert _kept(farm) == 1
    farm.database.close()


def test_without_the_setting_nothing_is_looked_for(tmp_path: Path) -> None:
    farm = _farm(tmp_path, None)
    rates.Renewal().look(farm)
    assert _kept(farm) == 0
    farm.database.close()
