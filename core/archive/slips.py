"""The slip in a zip of documents: `metadata.json` names each file, and the entries that it belongs to.

`{"documents": [{"fileName": …, "entryIds": [ … ], "sha256"?: …, "documentNumber"?: …}]}`; whatever else it says is left aside.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

#: Bytes of a slip, lines of it, entries of one line, letters of a name, a number or an id.
LARGEST, MOST, ENTRIES, LETTERS = 2 * 1024**2, 1_000, 200, 200
_HASH = re.compile(r"[0-9a-fA-F]{64}\Z")


class Unreadable(Exception):
    """It is not the JSON that is described."""


@dataclass(frozen=True, slots=True)
class Line:
    """What the slip says of one file. `sound` is False when it cannot be made out."""

    file: str
    entries: tuple[str, ...] = ()
    sha256: str | None = None
    number: str | None = None
    sound: bool = True


def read(content: bytes) -> list[Line]:
    """Its lines in their order; a line that is wrong spoils no other. Raises Unreadable."""
    try:
        told = json.loads(content)
    except (ValueError, RecursionError) as err:
        raise Unreadable from err
    lines = told.get("documents") if isinstance(told, dict) else None
    if not isinstance(lines, list) or not 0 < len(lines) <= MOST:
        raise Unreadable
    return [_line(one) for one in lines]


def _line(told: Any) -> Line:
    said = told if isinstance(told, dict) else {}
    name, entries = said.get("fileName"), said.get("entryIds")
    sha256, number = said.get("sha256"), said.get("documentNumber")
    named = shown(name) if isinstance(name, str) else ""
    if not (
        isinstance(name, str) and _is_text(name) and isinstance(entries, list) and len(entries) <= ENTRIES
    ):
        return Line(named, sound=False)
    optional = number is None or _is_text(number)
    hashed = sha256 is None or (isinstance(sha256, str) and _HASH.match(sha256))
    if not (optional and hashed and all(map(_is_text, entries))):
        return Line(named, sound=False)
    return Line(name, tuple(dict.fromkeys(entries)), sha256 and sha256.lower(), number or None)


def _is_text(told: Any) -> bool:
    return isinstance(told, str) and len(told) <= LETTERS and told == shown(told)


def shown(told: str) -> str:
    """What a database can keep: no half of a letter, and no nothing (U+0000)."""
    return told.encode("utf-8", "replace").decode().replace("\0", "?")[:LETTERS]
