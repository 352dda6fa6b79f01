"""One lock for the whole archive, across threads and processes: placing a blob and sweeping it never overlap."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def held(root: Path) -> Iterator[None]:
    """Each taking opens the file anew, so that `flock` also keeps threads of one process apart."""
    handle = os.open(root / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
