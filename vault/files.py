"""Small files that are whole or absent, whatever happens, and on the disk before anybody relies on them."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path


def write_once(path: Path, content: bytes, *, mode: int) -> bool:
    """Make the file. False when there is one already, which stays as it is."""
    try:
        _place(path, content, mode, os.link)
    except FileExistsError:
        return False
    return True


def replace(path: Path, content: bytes, *, mode: int) -> None:
    """Make the file, or put it in the place of the one that is there."""
    _place(path, content, mode, os.replace)


def _place(path: Path, content: bytes, mode: int, put: Callable[[Path, Path], None]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        _write(draft, content, mode)
        put(draft, path)
    finally:
        draft.unlink(missing_ok=True)
    _write_through(path.parent)


def _write(path: Path, content: bytes, mode: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, mode)
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(descriptor, mode)
        file.write(content)
        file.flush()
        os.fsync(descriptor)


def _write_through(folder: Path) -> None:
    """A new name is durable only when its folder is."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
