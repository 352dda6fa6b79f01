"""A real PostgreSQL for tests: started from this machine's binaries in a folder of its own, ended with it.

`with postgres.server() as server: database = server.database("ledger")`. Where there are no binaries `require` skips and says
so; where CI is set it fails instead.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from core.db import Database

#: Where Debian and its kin keep them, the newest version last.
INSTALLED = "/usr/lib/postgresql/*/bin/initdb"
#: It refuses to run as root, and needs no other right than to its folder.
ORDINARY = ("postgres", "nobody")
SECONDS = 300


@dataclass(frozen=True)
class Server:
    """Speaks through a socket in its folder only."""

    folder: Path

    def database(self, name: str) -> Database:
        """A new and empty database; its owner closes it."""
        maker = create_engine(self._url("postgres"), isolation_level="AUTOCOMMIT")
        with maker.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{name}"'))
        maker.dispose()
        return Database(self._url(name))

    def _url(self, name: str) -> str:
        return f"postgresql+psycopg://moisson@/{name}?host={self.folder}"


def binaries() -> Path | None:
    found = sorted(Path("/").glob(INSTALLED.removeprefix("/")))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).resolve().parent if on_path else None


def require() -> Path:
    """The folder of the binaries; skips the test where there is none, and says how to have one."""
    folder = binaries()
    if folder is None:
        why = "NO POSTGRESQL on this machine: apt install postgresql (nothing of it has to run)"
        if os.environ.get("CI"):
            pytest.fail(why)
        pytest.skip(why)
    return folder


@contextmanager
def server() -> Iterator[Server]:
    """Ends with the block, and its folder with it. Skips as `require` does."""
    programs, user = require(), _ordinary()
    folder = Path(tempfile.mkdtemp(prefix="moisson-postgres-"))
    try:
        if user:
            shutil.chown(folder, user)
        kept = folder / "kept"
        _run(user, programs / "initdb", "-D", kept, "-U", "moisson", "-A", "trust", "-E", "UTF8", "--no-sync")
        options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off"
        patience = ("-w", "-t", SECONDS - 30)
        _run(user, programs / "pg_ctl", "-D", kept, "-o", options, "-l", folder / "log", *patience, "start")
        try:
            yield Server(folder)
        finally:
            _run(user, programs / "pg_ctl", "-D", kept, "-m", "immediate", *patience, "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(user: str | None, *command: object) -> None:
    said = subprocess.run(
        [str(part) for part in command], user=user, capture_output=True, text=True, timeout=SECONDS, cwd="/"
    )
    if said.returncode:
        raise RuntimeError(f"{command[0]} failed: {said.stdout[-500:]} {said.stderr[-500:]}")


def _ordinary() -> str | None:
    """Whom to run it as; None is whoever runs the tests."""
    if os.geteuid():
        return None
    known = {one.pw_name for one in pwd.getpwall()}
    return next(name for name in ORDINARY if name in known)
