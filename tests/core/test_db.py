from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session
from sqlalchemy.schema import CreateIndex, CreateTable

from core import errors
from core.db import Database, migrate, models, writer

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def _made(folder: Path) -> Database:
    database = Database(f"sqlite:///{folder / 'moisson.db'}")
    migrate.upgrade(database, folder)
    return database


def test_the_migrations_make_the_very_tables_of_the_models(tmp_path: Path) -> None:
    database = _made(tmp_path)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, models.Base.metadata) == []


def test_a_database_of_a_newer_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    database = _made(tmp_path)
    with sqlite3.connect(tmp_path / "moisson.db") as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(errors.BadSettings, match="9999"):
        migrate.upgrade(database, tmp_path)
    assert migrate.revision(database) == "9999"


def test_postgresql_would_refuse_nothing_of_the_schema() -> None:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    for table in models.Base.metadata.sorted_tables:
        assert str(CreateTable(table).compile(dialect=dialect))
        for index in table.indexes:
            told = str(CreateIndex(index).compile(dialect=dialect))
            where = index.dialect_options["sqlite"]["where"]
            assert (where is None) == (" WHERE " not in told), f"{index.name} is partial on SQLite only"


def test_it_is_durable_and_strict(tmp_path: Path) -> None:
    with _made(tmp_path).engine.connect() as connection:
        told = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert told == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_an_instant_without_a_time_zone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StatementError, match="time zone"), _made(tmp_path).write() as session:
        session.add(models.Workspace(name="x", created_at=datetime(2026, 1, 1)))


def test_a_reader_is_not_stopped_by_a_writer(tmp_path: Path) -> None:
    database = _made(tmp_path)
    with database.write() as session:
        session.add(models.Workspace(name="first", created_at=NOW))
        session.flush()
        with database.read() as other:
            assert other.query(models.Workspace).count() == 0


async def test_a_locked_database_is_waited_for_and_nothing_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.db.BUSY_MS", 1)
    database = _made(tmp_path)
    desk = writer.Writer(database)
    lock = sqlite3.connect(tmp_path / "moisson.db", isolation_level=None, check_same_thread=False)
    lock.execute("BEGIN IMMEDIATE")
    tries: list[int] = []

    def change(session: Session) -> str:
        session.add(models.Workspace(name="late", created_at=NOW))
        session.flush()
        return "written"

    def released(retry_state: object) -> None:
        tries.append(1)
        if len(tries) == 2:
            lock.execute("COMMIT")

    monkeypatch.setattr(writer._patiently, "before_sleep", released)
    assert await desk(change) == "written"
    assert len(tries) >= 2
    desk.close()
