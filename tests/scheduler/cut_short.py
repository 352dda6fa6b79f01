"""A worker that is killed while it takes in a zip: `python -m tests.scheduler.cut_short FOLDER DATABASE POINT TIME [hasty]`.

The plug is pulled the TIMEth time that it comes to the point.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

from core import archive, intake
from core.ledger import named
from core.ledger import uploads as rows
from scheduler import uploads
from tests.scheduler import dying

ACTS: dict[str, tuple[Any, str]] = {
    "copy": (archive.Archive, "welcome"),
    "plan": (rows, "begin"),
    "place": (archive.Archive, "put"),
    "row": (rows, "receive"),
    "read": (intake, "take_in"),
    "tie": (named, "tie"),
    "end": (rows, "end"),
    "unlink": (Path, "unlink"),
}
#: Each act, the first and the second time, before and after; `row` happens within its transaction.
POINTS = [(f"{when}-{act}", time) for act in ACTS for when in ("before", "after") for time in (1, 2)]
#: What happens once for a whole zip.
ONCE = ("plan", "end")


def _deadly(act: Callable[..., Any], when: str, time: int) -> Callable[..., Any]:
    times = count(1)

    def wrapped(*args: Any, **how: Any) -> Any:
        last = next(times) == time
        if last and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        said = act(*args, **how)
        if last:
            os.kill(os.getpid(), signal.SIGKILL)
        return said

    return wrapped


def _hasty(act: Callable[..., Any]) -> Callable[..., Any]:
    """The fault put back: a document's outcome is told before the Document is there."""

    def wrapped(farm: Any, upload_id: int, at: int, line: Any, bundle: Any) -> None:
        farm.writer.now(lambda s: rows.tell(rows.held(s, upload_id), at, outcome=rows.REFUSED, why="hasty"))
        act(farm, upload_id, at, line, bundle)

    return wrapped


def main(folder: str, database: str, point: str, time: str, fault: str = "") -> None:
    when, _, act = point.partition("-")
    place, name = ACTS[act]
    if fault == "hasty":
        uploads._document = _hasty(uploads._document)
    with dying.farm(Path(folder), database) as here:
        setattr(place, name, _deadly(getattr(place, name), when, int(time)))
        uploads.take_in(here)


if __name__ == "__main__":
    main(*sys.argv[1:])
