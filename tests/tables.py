"""The tables of the tests' databases: the product makes them once, the empty files that follow get a copy."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import pytest
from sqlalchemy import Engine

from core.db import Database, migrate, models

EMPTY = "SELECT count(*) = 0 FROM sqlite_master"


@contextmanager
def made_once() -> Iterator[None]:
    """Both those that the models tell and those that the migrations make."""
    kept: dict[str, sqlite3.Connection] = {}
    of_models, migrations = models.Base.metadata.create_all, migrate._go_to_head

    def create_all(engine: Engine) -> None:
        _lay(kept, "models", engine, lambda: of_models(engine))

    def go_to_head(database: Database) -> None:
        _lay(kept, f"migrated to {migrate.HEAD}", database.engine, lambda: migrations(database))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(models.Base.metadata, "create_all", create_all)
        patch.setattr(migrate, "_go_to_head", go_to_head)
        yield
    for copy in kept.values():
        copy.close()


def _lay(kept: dict[str, sqlite3.Connection], name: str, engine: Engine, make: Callable[[], None]) -> None:
    """A file that holds something already, and any other database, is the product's own affair."""
    if engine.dialect.name != "sqlite" or not _is_empty(engine):
        make()
    elif name in kept:
        with closing(engine.raw_connection()) as held:
            kept[name].backup(_file(held.driver_connection))
    else:
        make()
        kept[name] = sqlite3.connect(":memory:", check_same_thread=False)
        with closing(engine.raw_connection()) as held:
            _file(held.driver_connection).backup(kept[name])


def _is_empty(engine: Engine) -> bool:
    with closing(engine.raw_connection()) as held:
        return bool(_file(held.driver_connection).execute(EMPTY).fetchone()[0])


def _file(connection: object) -> sqlite3.Connection:
    assert isinstance(connection, sqlite3.Connection)
    return connection
