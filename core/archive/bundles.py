"""A zip that somebody brings, from outside in: its directory is judged before a byte is unpacked, and what is unpacked is counted.

Nothing of it is ever written under a name of its own; a member is read by its place in the directory.
"""

from __future__ import annotations

import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from core import archive

#: Bytes of one zip, files in it, bytes of all of them, bytes of its directory.
LARGEST, MOST, UNPACKED, DIRECTORY = 128 * 1024**2, 500, 512 * 1024**2, 1024**2
#: Nothing honest becomes so many times as large; below the second number of bytes nobody counts.
RATIO, SMALL = 100, 1024**2
#: The file that says what the others are.
SLIP = "metadata.json"
_LONGEST_NAME = 120
_CHUNK = 1 << 16
#: End of central directory, and what stands before it in a zip64 (APPNOTE.TXT 4.3.16, 4.3.15).
_END, _END64 = struct.Struct("<4s4H2LH"), 20
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


class NotABundle(Exception):
    """The zip, or one file of it, is not taken.

    `reason` is `not_a_zip`, `too_large`, `too_many` or `bomb` of the whole; `name`, `encrypted`, `method`, `too_large`, `bomb` or
    `damaged` of a file.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Bundle:
    """An open zip whose outside is sound. Raises NotABundle."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        try:
            _check_end(self._file, path.stat().st_size)
            self._zip = zipfile.ZipFile(self._file)
            self.members = self._zip.infolist()
            _check_whole(self.members, path.stat().st_size)
        except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, struct.error) as err:
            self._file.close()
            raise NotABundle("not_a_zip") from err
        except NotABundle:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, err: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._zip.close()
        self._file.close()

    def named(self, name: str) -> list[zipfile.ZipInfo]:
        """Every file of exactly this name; an honest zip has one."""
        return [one for one in self.members if one.orig_filename == name]

    def pieces(self, member: zipfile.ZipInfo) -> Iterator[bytes]:
        """What is in it, never more than its directory says. Raises NotABundle."""
        judge(member)
        try:
            with self._zip.open(member) as opened:
                while piece := opened.read(_CHUNK):
                    yield piece
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as err:
            raise NotABundle("damaged") from err


def judge(member: zipfile.ZipInfo) -> None:
    """Whether a file may be unpacked, by what the directory says of it. Raises NotABundle."""
    if not is_plain(member.orig_filename):
        raise NotABundle("name")
    if member.flag_bits & 1:
        raise NotABundle("encrypted")
    if member.compress_type not in _METHODS:
        raise NotABundle("method")
    if member.file_size > archive.CAP:
        raise NotABundle("too_large")
    if member.file_size > max(SMALL, RATIO * member.compress_size):
        raise NotABundle("bomb")


def is_plain(name: str) -> bool:
    """A name and nothing else: no folder, no way up, nothing that cannot be seen."""
    if not name or len(name) > _LONGEST_NAME or name.startswith(".") or set(name) & set('/\\:"<>|?*'):
        return False
    return all(unicodedata.category(letter)[0] != "C" for letter in name)


def _check_end(file: BinaryIO, size: int) -> None:
    """Before the directory is read into memory: that it is there, alone, and small."""
    if size > LARGEST:
        raise NotABundle("too_large")
    if size < _END.size:
        raise NotABundle("not_a_zip")
    file.seek(max(0, size - _END.size - _END64))
    tail = file.read()
    mark, disk, first, here, files, directory, _, comment = _END.unpack(tail[-_END.size :])
    if mark != b"PK\x05\x06" or disk or first or here != files or comment:
        raise NotABundle("not_a_zip")
    if files > MOST + 1 or directory > DIRECTORY or tail.startswith(b"PK\x06\x07"):
        raise NotABundle("too_many")


def _check_whole(members: list[zipfile.ZipInfo], size: int) -> None:
    """Files that share their bytes in the zip count as often as they are named."""
    if len(members) > MOST + 1:
        raise NotABundle("too_many")
    unpacked = sum(one.file_size for one in members)
    if unpacked > UNPACKED or unpacked > max(SMALL, RATIO * size):
        raise NotABundle("bomb")
