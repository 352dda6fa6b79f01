from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session
from sqlalchemy.schema import CreateIndex, CreateTable

from core import errors
from core.db import Database, migrate, models, writer

AT = "2026-11-20 09:00:00.000000"
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)

#: By table, the rows of a database that the first version wrote.
OLD_ROWS = {
    "workspaces": {"id": 1, "name": "Firm", "created_at": AT},
    "accounts": {
        "id": 1,
        "workspace_id": 1,
        "supplier": "x",
        "label": "",
        "masked_login": "",
        "login_hash": "",
        "secret_version": 1,
        "origins": "",
        "terms_version": "1",
        "terms_accepted_at": AT,
        "cadence": 1,
        "trial": False,
        "failures": 0,
        "created_at": AT,
    },
    "challenges": {
        "id": 1,
        "workspace_id": 1,
        "account_id": 1,
        "run_id": 1,
        "kind": "",
        "wants": "",
        "opened_at": AT,
    },
    "wishes": {"id": 1, "workspace_id": 1, "kind": "collect", "asked_at": AT},
    "invoices": {
        "id": 1,
        "workspace_id": 1,
        "account_id": 1,
        "supplier": "x",
        "precision": "day",
        "kind": "invoice",
        "received_at": AT,
        "doubts": "[]",
    },
    "documents": {
        "id": 1,
        "workspace_id": 1,
        "invoice_id": 1,
        "revision": 1,
        "sha256": "0",
        "size": 1,
        "name": "x",
        "media_type": "x",
        "channel": "portal",
        "received_at": AT,
        "read_failures": 0,
    },
}


def _made(folder: Path) -> Database:
    database = Database(f"sqlite:///{folder / 'moisson.db'}")
    migrate.upgrade(database, folder)
    return database


def test_the_migrations_make_the_very_tables_of_the_models(tmp_path: Path) -> None:
    database = _made(tmp_path)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_name": _is_ours}
        )
        assert compare_metadata(context, models.Base.metadata) == []


def _is_ours(name: str | None, kind: str, _: Any) -> bool:
    """The index of words is SQLite's own affair, with tables of its own behind it."""
    return not (kind == "table" and (name or "").startswith("invoice_search"))


def test_what_an_older_version_stored_is_there_after_the_upgrade(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite makes a table anew for some changes, and the rows that point to it would go with the old one."""
    database = Database(f"sqlite:///{tmp_path / 'moisson.db'}")
    with monkeypatch.context() as patch:
        patch.setattr(migrate, "HEAD", "0001")
        migrate.upgrade(database, tmp_path)
    with sqlite3.connect(tmp_path / "moisson.db") as raw:
        for name, row in OLD_ROWS.items():
            marks = ", ".join("?" * len(row))
            raw.execute(f"INSERT INTO {name} ({', '.join(row)}) VALUES ({marks})", tuple(row.values()))
    migrate.upgrade(database, tmp_path)
    with sqlite3.connect(tmp_path / "moisson.db") as raw:
        kept = {name: raw.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in OLD_ROWS}
    assert kept == dict.fromkeys(OLD_ROWS, 1)


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
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert told == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30_000}


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
