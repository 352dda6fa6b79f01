"""The archive: bytes by their SHA-256, written so that what is named in the database is always on the disk.

`keep` streams to `inbox/<run>-<n>.part`, `welcome` to `inbox/<word>.arrival`; `put` gives the file its place in `blobs/aa/<sha256>`; `previews/aa/<sha256>.png` is its picture.
"""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from core import errors, nouns
from core.archive import locks

GIB = 1024**3
#: Largest document we take in, in bytes.
CAP = 25 * 1024**2
FOLDER_MODE = 0o770
FILE_MODE = 0o640
NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


class Archive:
    """Documents under one folder. Safe for several threads and processes of one machine."""

    def __init__(self, root: Path) -> None:
        """`root` is made when missing; modes are 0770 and 0640 less the umask, for two users of one group."""
        self.root = root.absolute()
        self.inbox, self.blobs, self.previews = (self.root / part for part in ("inbox", "blobs", "previews"))
        self.mask = _umask()
        for folder in (self.root, self.inbox, self.blobs, self.previews):
            folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)

    def inbox_file(self, run_id: int, n: int) -> Path:
        return self.inbox / f"{run_id}-{n}.part"

    def keep(
        self, chunks: Iterable[bytes], *, name: str, media_type: str, run_id: int, cap: int = CAP
    ) -> nouns.File:
        """Write what was fetched to the inbox, durably, hashing on the way; on any failure nothing stays.

        `cap` is in bytes. Raises NotAnInvoice(reason="too_large") and DiskFull.
        """
        return _kept(*self._new_part(run_id), chunks, name, media_type, cap)

    def welcome(
        self, chunks: Iterable[bytes], *, name: str, media_type: str = "application/pdf", cap: int = CAP
    ) -> nouns.File:
        """The same for a file that somebody brings, under a name that no run has; who reads it may be another user of the group."""
        path = self.inbox / f"{secrets.token_hex(16)}.arrival"
        part = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE & ~self.mask), "wb")
        file = _kept(path, part, chunks, name, media_type, cap)
        sync_folder(self.inbox)
        return file

    def put(self, file: nouns.File) -> Path:
        """Move a kept file to its place for good; equal bytes already there are success. Raises DiskFull."""
        place_of = self.path(file.sha256)
        with room_needed():
            place_of.parent.mkdir(mode=FOLDER_MODE, exist_ok=True)
            with locks.held(self.root):
                place(file.path, place_of, FILE_MODE & ~self.mask)
            sync_folder(place_of.parent)
            sync_folder(self.blobs)
        return place_of

    def path(self, sha256: str) -> Path:
        return self.blobs / sha256[:2] / sha256

    def holds(self, sha256: str) -> bool:
        return self.path(sha256).is_file()

    def open(self, sha256: str) -> BinaryIO:
        return self.path(sha256).open("rb")

    def read(self, sha256: str) -> bytes:
        return self.path(sha256).read_bytes()

    def preview_path(self, sha256: str) -> Path:
        return self.previews / sha256[:2] / f"{sha256}.png"

    def put_preview(self, sha256: str, png: bytes) -> Path:
        """Keep the picture of a document. It can be made again, so it is not synced. Raises DiskFull."""
        picture = self.preview_path(sha256)
        fresh = picture.with_suffix(f".{os.getpid()}.part")
        try:
            with room_needed():
                picture.parent.mkdir(mode=FOLDER_MODE, exist_ok=True)
                fresh.write_bytes(png)
                fresh.chmod(FILE_MODE & ~self.mask)
                fresh.replace(picture)
        finally:
            fresh.unlink(missing_ok=True)
        return picture

    def discard(self, file: nouns.File) -> None:
        """Throw away a kept file that turned out not to be an invoice."""
        file.path.unlink(missing_ok=True)

    def room(self) -> bool:
        """Is there room for new runs: 1 GiB free, or 5 % of a small disk?"""
        disk = shutil.disk_usage(self.root)
        return disk.free >= min(GIB, disk.total // 20)

    def _new_part(self, run_id: int) -> tuple[Path, BinaryIO]:
        n = 1
        while True:
            path = self.inbox_file(run_id, n)
            try:
                return path, os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
            except FileExistsError:
                n += 1


def _kept(
    path: Path, part: BinaryIO, chunks: Iterable[bytes], name: str, media_type: str, cap: int
) -> nouns.File:
    try:
        with part, room_needed():
            sha256, size = _write(part, chunks, cap)
            sync_file(part)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return nouns.File(path=path, sha256=sha256, size=size, name=name, media_type=media_type)


def sync_file(part: BinaryIO) -> None:
    part.flush()
    os.fsync(part.fileno())


def place(part: Path, blob: Path, mode: int) -> None:
    """Rename, unless the same bytes lie there already; then they count as new, so that no sweep takes them."""
    if blob.is_file() and blob.stat().st_size == part.stat().st_size and digest(blob) == blob.name:
        os.utime(blob)
        part.unlink()
        return
    part.chmod(mode)
    part.replace(blob)


def sync_folder(folder: Path) -> None:
    """A rename is durable only once its folder is (POSIX fsync)."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write(part: BinaryIO, chunks: Iterable[bytes], cap: int) -> tuple[str, int]:
    seen, size = hashlib.sha256(), 0
    for chunk in chunks:
        size += len(chunk)
        if size > cap:
            raise errors.NotAnInvoice(f"larger than {cap / 1024**2:.3g} MiB", reason="too_large")
        seen.update(chunk)
        part.write(chunk)
    return seen.hexdigest(), size


@contextmanager
def room_needed() -> Iterator[None]:
    """Names what the system says when the disk is full."""
    try:
        yield
    except OSError as err:
        if err.errno in NO_ROOM:
            raise errors.DiskFull from err
        raise


def _umask() -> int:
    """Only setting the umask tells it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
