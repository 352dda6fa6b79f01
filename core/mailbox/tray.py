"""Letters that were handed to the farm itself lie in the archive's inbox until they are taken in: `<when>-<word>.letter`.

The first line says for whom, when, and how long the letter is; the letter follows. One that is not whole was never said yes to.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core import archive

#: Seconds after which what is not whole is swept away, and for which a letter waits that could not be taken in.
GRACE, PAUSE = 86_400.0, 600.0


@dataclass(frozen=True, slots=True)
class Handed:
    """`received_at` is when the farm said yes."""

    recipients: tuple[str, ...]
    received_at: datetime
    raw: bytes


class Tray:
    """Safe for several threads and processes of one machine."""

    def __init__(self, kept: archive.Archive) -> None:
        self.folder = kept.inbox

    def put(self, raw: bytes, recipients: Sequence[str], now: datetime) -> Path:
        """On the disk for good when it returns. Raises DiskFull, and then nothing stays."""
        path = self.folder / f"{time.time_ns():020}-{secrets.token_hex(8)}.letter"
        slip = {"to": list(recipients), "at": now.isoformat(), "size": len(raw)}
        with archive.room_needed():
            try:
                with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as part:
                    part.write(json.dumps(slip).encode() + b"\n" + raw)
                    archive.sync_file(part)
            except BaseException:
                path.unlink(missing_ok=True)
                raise
            archive.sync_folder(self.folder)
        return path

    def lying(self) -> list[Path]:
        """The oldest first, without those that are to wait."""
        now = time.time()
        return [path for path in sorted(self.folder.glob("*.letter")) if _time(path, now) <= now]

    @contextmanager
    def held(self, path: Path) -> Iterator[Handed | None]:
        """Nobody else takes it meanwhile; None when somebody does or did, or it is not whole."""
        try:
            file = path.open("rb")
        except FileNotFoundError:
            yield None
            return
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield None
                return
            handed = _read(file.read()) if path.exists() else None
            if handed is None and _time(path, time.time()) < time.time() - GRACE:
                path.unlink(missing_ok=True)
            yield handed

    def done(self, path: Path) -> None:
        path.unlink(missing_ok=True)

    def postpone(self, path: Path) -> None:
        """It waits for a while, so that the others go on."""
        later = time.time() + PAUSE
        os.utime(path, (later, later))


def _read(content: bytes) -> Handed | None:
    head, _, raw = content.partition(b"\n")
    try:
        slip = json.loads(head)
        if len(raw) != slip["size"]:
            return None
        return Handed(tuple(slip["to"]), datetime.fromisoformat(slip["at"]), raw)
    except (ValueError, KeyError, TypeError):
        return None


def _time(path: Path, otherwise: float) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return otherwise
