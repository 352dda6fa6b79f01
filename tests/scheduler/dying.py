"""A worker that is killed while it takes in what was brought: `python -m tests.scheduler.dying FOLDER DATABASE POINT [hasty]`."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from sqlalchemy.orm import Session

from core import archive, extraction, intake
from core.db import Database, models
from core.db.writer import Writer
from core.ledger import arrivals as rows
from scheduler import arrivals

#: Before each of these acts, and after it, somebody pulls the plug.
ACTS: dict[str, tuple[Any, str]] = {
    "copy": (archive.Archive, "welcome"),
    "read": (extraction.Readers, "read_and_preview"),
    "place": (archive.Archive, "put"),
    "row": (rows, "receive"),
    "take_in": (intake, "take_in"),
    "unlink": (Path, "unlink"),
}
POINTS = [f"{when}-{act}" for act in ACTS for when in ("before", "after")]


@contextmanager
def farm(folder: Path, database: str) -> Iterator[Any]:
    """As much of a farm as the taking in needs."""
    opened = Database(database)
    writer = Writer(opened)
    with extraction.Readers(1) as readers:
        yield SimpleNamespace(
            database=opened,
            writer=writer,
            archive=archive.Archive(folder),
            readers=readers,
            now=lambda: datetime.now(UTC),
        )
    writer.close()
    opened.close()


def _deadly(act: Callable[..., Any], when: str) -> Callable[..., Any]:
    def wrapped(*args: Any, **how: Any) -> Any:
        if when == "after":
            act(*args, **how)
        os.kill(os.getpid(), signal.SIGKILL)

    return wrapped


def _hasty(look: Callable[..., bool]) -> Callable[..., bool]:
    """The fault put back: an Arrival counts as taken before its Document is there."""

    def wrapped(session: Session, arrival_id: int, *, now: datetime) -> bool:
        known = look(session, arrival_id, now=now)
        session.get_one(models.Arrival, arrival_id).taken_at = now
        return known

    return wrapped


def main(folder: str, database: str, point: str, fault: str = "") -> None:
    when, _, act = point.partition("-")
    place, name = ACTS[act]
    if fault == "hasty":
        rows.link_known = _hasty(rows.link_known)
    with farm(Path(folder), database) as here:
        setattr(place, name, _deadly(getattr(place, name), when))
        arrivals.take_in(here)


if __name__ == "__main__":
    main(*sys.argv[1:])
