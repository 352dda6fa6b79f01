"""Brings a database to this version's schema: one start at a time, with a copy of the file before anything changes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from fcntl import LOCK_EX, LOCK_UN, flock
from pathlib import Path

from sqlalchemy import inspect, text

from core import errors
from core.db import Database

_HERE = Path(__file__).parent / "migrations"
#: How far to go.
HEAD = "head"


def upgrade(database: Database, folder: Path) -> None:
    """Make or migrate the schema. Raises BadSettings when the database was written by a newer version of Moisson."""
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder):
        now, known = revision(database), _known()
        if now == known[-1]:
            return
        if now is not None:
            _refuse_newer(now, known)
            _copy_before(database, folder, now)
        _go_to_head(database)


def revision(database: Database) -> str | None:
    """The schema of this database, None when it has none yet."""
    with database.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        version: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return version


def _known() -> list[str]:
    """Every schema of this version, oldest first: its scripts are named `0001_first.py`."""
    return sorted(script.name.partition("_")[0] for script in (_HERE / "versions").glob("[0-9]*_*.py"))


def _go_to_head(database: Database) -> None:
    from alembic import command  # as long to load as a short command takes in all, and rarely needed
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_HERE))
    config.attributes["engine"] = database.engine
    command.upgrade(config, HEAD)


def _refuse_newer(now: str, known: list[str]) -> None:
    if now not in known:
        raise errors.BadSettings(
            f"the database has schema {now}, which this version does not know: start the newer Moisson that wrote it"
        )


def _copy_before(database: Database, folder: Path, now: str) -> None:
    if database.engine.dialect.name != "sqlite":
        return
    original, copy = str(database.engine.url.database), folder / f"before-{now}.db"
    with closing(sqlite3.connect(original)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with (folder / "migrate.lock").open("w") as held:
        flock(held, LOCK_EX)
        try:
            yield
        finally:
            flock(held, LOCK_UN)
