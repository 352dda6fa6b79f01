"""The database: one engine, short transactions. Writers take the write lock at once (`BEGIN IMMEDIATE`), readers never wait for them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from threading import RLock
from typing import Any, cast

from sqlalchemy import Connection, CursorResult, Engine, Executable, create_engine, event
from sqlalchemy.orm import Session

from core import settings as farm_settings

#: How long a writer waits for another before the database counts as locked, in milliseconds: who holds the lock may be without a
#: processor for a while, and what a person has typed is worth the wait.
BUSY_MS = 30_000


class Database:
    """`with database.read() as s:` looks, `with database.write() as s:` changes and commits; neither may span network or file work."""

    def __init__(self, url: str) -> None:
        self.engine = create_engine(url, hide_parameters=True)
        if self.engine.dialect.name == "sqlite":
            _make_sqlite_strict(self.engine)
        self._writing = self.engine.execution_options(writes=True)
        # SQLite lets its writers poll for their turn, up to a tenth of a second each time; ours wait here for theirs.
        self._turn = RLock() if self.engine.dialect.name == "sqlite" else nullcontext()

    @classmethod
    def of(cls, settings: farm_settings.Settings) -> Database:
        return cls(settings.database_url)

    @contextmanager
    def read(self) -> Iterator[Session]:
        with Session(self.engine, expire_on_commit=False, autoflush=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        with self._turn, Session(self._writing, expire_on_commit=False) as session, session.begin():
            yield session

    def close(self) -> None:
        self.engine.dispose()


def _make_sqlite_strict(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: Any) -> None:
        # pysqlite's own idea of when to begin is switched off: we say BEGIN ourselves.
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_MS}"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def changed(session: Session, statement: Executable) -> int:
    """Execute a conditional UPDATE or DELETE and tell how many rows it met: 0 means somebody else was first."""
    return cast(CursorResult[Any], session.execute(statement)).rowcount
