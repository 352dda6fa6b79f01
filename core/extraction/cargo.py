"""What a PDF carries that could act: scripts, calls to start a program, programs. Nothing of it is ever run; that it is there is said."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from core.extraction import doubts

#: An action by its name (ISO 32000-1, 12.6.4), as it stands in the file or in a packed run of its objects.
_ACTION = re.compile(rb"/S\s*/(JavaScript|Launch)(?![A-Za-z])")
_PACKED = re.compile(rb"/ObjStm\b.{0,400}?stream\r?\n", re.S)
#: A letter of a name may be written as its number: /#4aavaScript.
_SPELT = re.compile(rb"#([0-9A-Fa-f]{2})")
#: How many packed runs are looked into, and how many bytes of each.
MOST_PACKED, PACKED_CAP = 500, 1024**2
PROGRAMS = (
    b"MZ",
    b"\x7fELF",
    b"#!",
    b"\xca\xfe\xba\xbe",
    b"\xcf\xfa\xed\xfe",
    b"L\x00\x00\x00\x01\x14\x02\x00",
)
_NAMED = re.compile(
    r"\.(?:exe|scr|com|bat|cmd|ps1|js|jse|vbs|vbe|wsf|hta|msi|jar|lnk|dll|sh|apk|app)[\s.\0]*$", re.I
)


@dataclass(frozen=True, slots=True)
class Attached:
    """A file inside a PDF, under the name that it says it has."""

    name: str
    body: bytes


def found(document: BinaryIO, carried: Sequence[Attached]) -> tuple[str, ...]:
    """The doubts that a person should see: of a script, and of what would start a program."""
    document.seek(0)
    actions = set(_actions(document.read()))
    starts = b"Launch" in actions or any(map(_is_program, carried))
    return (*((doubts.SCRIPT,) if b"JavaScript" in actions else ()), *((doubts.PROGRAM,) if starts else ()))


def _actions(content: bytes) -> Iterator[bytes]:
    for part in (content, *_unpacked(content)):
        spelt = _SPELT.sub(lambda one: bytes([int(one[1], 16)]), part) if b"#" in part else part
        yield from (match[1] for match in _ACTION.finditer(spelt))


def _unpacked(content: bytes) -> Iterator[bytes]:
    for at, packed in enumerate(_PACKED.finditer(content)):
        if at == MOST_PACKED:
            return
        try:
            yield zlib.decompressobj().decompress(
                content[packed.end() : packed.end() + PACKED_CAP], PACKED_CAP
            )
        except zlib.error:
            continue  # packed in another way, or not at all: then it stands in the file as it is


def _is_program(file: Attached) -> bool:
    return file.body.startswith(PROGRAMS) or bool(_NAMED.search(file.name))
