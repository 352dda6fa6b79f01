"""Brings a database to this version's schema: one start at a time, with a copy of the file before anything changes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, LOCK_UN, flock
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from core import errors
from core.db import Database

_HERE = Path(__file__).parent / "migrations"


def upgrade(database: Database, folder: Path) -> None:
    """Make or migrate the schema. Raises BadSettings when the database was written by a newer version of Moisson."""
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder):
        now, head = revision(database), _scripts().get_current_head()
        if now == head:
            return
        if now is not None:
            _refuse_newer(now)
            _copy_before(database, folder, now)
        config = Config()
        config.set_main_option("script_location", str(_HERE))
        config.attributes["engine"] = database.engine
        command.upgrade(config, "head")


def revision(database: Database) -> str | None:
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(_HERE))


def _refuse_newer(now: str) -> None:
    try:
        _scripts().get_revision(now)
    except CommandError:
        raise errors.BadSettings(
            f"the database has schema {now}, which this version does not know: start the newer Moisson that wrote it"
        ) from None


def _copy_before(database: Database, folder: Path, now: str) -> None:
    if database.engine.dialect.name != "sqlite":
        return
    source = sqlite3.connect(str(database.engine.url.database))
    with sqlite3.connect(folder / f"before-{now}.db") as target:
        source.backup(target)
    source.close()


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with (folder / "migrate.lock").open("w") as held:
        flock(held, LOCK_EX)
        try:
            yield
        finally:
            flock(held, LOCK_UN)
