"""Files on their way from a request to the archive's inbox: counted, hashed, synced, and not looked into."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import IO

from core import archive, nouns

#: Bytes of one file, files at once, bytes of one request.
LARGEST = archive.CAP
AT_ONCE = 20
MOST = 64 * 1024**2

_CHUNK = 1 << 16
_LONGEST_NAME = 120


def new_token() -> str:
    """32 bytes of chance, for an address."""
    return secrets.token_urlsafe(32)


def kept(stored: archive.Archive, files: Iterable[tuple[Iterable[bytes], str]]) -> list[nouns.File]:
    """All of them, or none. An empty file is left out. Raises NotAnInvoice (`too_large`) and DiskFull."""
    done: list[nouns.File] = []
    try:
        for body, name in files:
            done.append(stored.welcome(body, name=plain_name(name), cap=LARGEST))
    except BaseException:
        _forget(stored, done)
        raise
    _forget(stored, [file for file in done if not file.size])
    return [file for file in done if file.size]


def chunks(stream: IO[bytes]) -> Iterator[bytes]:
    while chunk := stream.read(_CHUNK):
        yield chunk


def plain_name(told: str) -> str:
    """What somebody calls a file, as one harmless word for a page: no folders, nothing that cannot be seen."""
    last = PurePosixPath(told.replace("\\", "/")).name
    seen = "".join(letter for letter in last if unicodedata.category(letter)[0] != "C").strip(" .")
    return seen[-_LONGEST_NAME:] or "invoice.pdf"


def _forget(stored: archive.Archive, files: Iterable[nouns.File]) -> None:
    for file in files:
        stored.discard(file)
