"""What the archive needs from time to time: sweeping what a killed run left, and reading every blob again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from core import archive
from core.archive import locks

#: A blob without a row may be of a transaction under way; after this it is an orphan.
GRACE = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Swept:
    """How many leftovers a sweep removed."""

    parts: int = 0
    blobs: int = 0
    previews: int = 0
    arrivals: int = 0


def sweep(
    kept: archive.Archive,
    now: datetime,
    *,
    alive: Callable[[int], bool],
    known: Callable[[str], bool],
    awaited: Callable[[str], bool] = lambda _: False,
) -> Swept:
    """Remove `.part` files of runs that are not `alive`, blobs that no row has `known` for 24 hours, and what was brought,
    is as old, and not `awaited` (any more).

    `now` is an aware instant; `alive` is asked with a run's id, `known` with a SHA-256, `awaited` with a file's name.
    """
    return Swept(
        parts=sum(_remove_part(part, alive) for part in sorted(kept.inbox.glob("*.part"))),
        arrivals=sum(_remove_arrival(one, now, awaited) for one in sorted(kept.inbox.glob("*.arrival"))),
        blobs=sum(_remove_orphan(kept, blob, now, known) for blob in sorted(kept.blobs.glob("*/*"))),
        previews=sum(_remove_picture(kept, png, now) for png in sorted(kept.previews.glob("*/*"))),
    )


def verify(kept: archive.Archive) -> Iterator[str]:
    """Hash every blob again; gives the names of those whose bytes are no longer theirs."""
    for blob in sorted(kept.blobs.glob("*/*")):
        if archive.digest(blob) != blob.name:
            yield blob.name


def _remove_part(part: Path, alive: Callable[[int], bool]) -> bool:
    run_id = part.name.partition("-")[0]
    if run_id.isdecimal() and alive(int(run_id)):
        return False
    part.unlink(missing_ok=True)
    return True


def _remove_arrival(arrival: Path, now: datetime, awaited: Callable[[str], bool]) -> bool:
    if not _old(arrival, now) or awaited(arrival.name):
        return False
    arrival.unlink(missing_ok=True)
    return True


def _remove_orphan(kept: archive.Archive, blob: Path, now: datetime, known: Callable[[str], bool]) -> bool:
    if not _old(blob, now) or known(blob.name):
        return False
    with locks.held(kept.root):
        if not _old(blob, now):
            return False
        blob.unlink(missing_ok=True)
    return True


def _remove_picture(kept: archive.Archive, png: Path, now: datetime) -> bool:
    wanted = png.suffix == ".png" and kept.holds(png.stem)
    if wanted or not _old(png, now):
        return False
    png.unlink(missing_ok=True)
    return True


def _old(path: Path, now: datetime) -> bool:
    try:
        written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except FileNotFoundError:
        return False
    return now - written > GRACE
