"""The ground a browser stands on: a folder of its own, and an environment in which it does not talk."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: Full Chromium makes `.org.chromium.Chromium.a1B2c3/SingletonSocket` in there, and Linux takes 107 bytes for a socket's path.
LONGEST_FOLDER = 107 - 46
#: Each of these makes Playwright print what it types.
_CHATTY = ("DEBUG", "DEBUGP", "DEBUG_FILE", "PWDEBUG")


def own_folder(tmp: Path) -> Path:
    """A folder of this process; those of dead ones are swept away."""
    tmp.mkdir(parents=True, exist_ok=True)
    short = len(str(tmp.absolute())) + len("/moisson-1234567-12345678") <= LONGEST_FOLDER
    base = tmp.absolute() if short else Path(tempfile.gettempdir())
    for old in base.glob("moisson-*-*"):
        pid = old.name.split("-")[1]
        if pid.isdecimal() and not _lives(int(pid)):
            shutil.rmtree(old, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=f"moisson-{os.getpid()}-", dir=base))


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@contextmanager
def surroundings(folder: Path) -> Iterator[None]:
    """The driver takes its environment when it starts: no talk of what it types, its files in our folder."""
    for name in _CHATTY:
        os.environ.pop(name, None)
    tempfile.gettempdir()  # remembered by Python now, so that no other code takes the folder below for it
    before = os.environ.get("TMPDIR")
    os.environ["TMPDIR"] = str(folder)
    try:
        yield
    finally:
        os.environ.pop("TMPDIR") if before is None else os.environ.update(TMPDIR=before)
