"""A zip as it is made, piece by piece, in the memory of its largest file; the same files give the same bytes.

Files are stored, not deflated: PDFs gain next to nothing, and deflate's bytes differ between versions of zlib.
"""

from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

#: The first day that a zip can tell.
_NO_TIME = (1980, 1, 1, 0, 0, 0)
_CHUNK = 256 * 1024
_READABLE_BY_ALL = 0o100644 << 16
_UNIX = 3


@dataclass(frozen=True, slots=True)
class Member:
    """One file of it: bytes, or where they lie."""

    name: str
    content: bytes | Path


def stream(members: Iterable[Member]) -> Iterator[bytes]:
    """Its bytes in their order, a file at a time. Closed half-way, nothing stays behind. Raises OSError when a file cannot be read."""
    tape = _Tape()
    with closing(tape), zipfile.ZipFile(tape, "w", zipfile.ZIP_STORED) as made:
        for member in members:
            _put(made, member)
            yield tape.cut()
        made.close()
        yield tape.cut()


def _put(made: zipfile.ZipFile, member: Member) -> None:
    told = zipfile.ZipInfo(member.name, _NO_TIME)
    told.create_system, told.external_attr = _UNIX, _READABLE_BY_ALL
    with _opened(member) as source, made.open(told, "w") as target:
        shutil.copyfileobj(source, target, _CHUNK)


def _opened(member: Member) -> BinaryIO:
    if isinstance(member.content, Path):
        return member.content.open("rb")
    return io.BytesIO(member.content)


class _Tape(io.RawIOBase):
    """What was written since the last cut: a file's head is written again once its sum is known, then it can go."""

    def __init__(self) -> None:
        self._held = io.BytesIO()
        self._gone = 0

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._gone + self._held.tell()

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._gone + self._held.seek(offset - self._gone if whence == io.SEEK_SET else offset, whence)

    def write(self, piece: object) -> int:
        return self._held.write(piece)  # type: ignore[arg-type]

    def cut(self) -> bytes:
        """All that was written, and an empty tape."""
        piece = self._held.getvalue()
        self._gone, self._held = self._gone + len(piece), io.BytesIO()
        return piece
