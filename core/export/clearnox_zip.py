"""Zips of documents and the `metadata.json` that says which entries each belongs to: flat, in parts, the same bytes whenever they are the same."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from core.export import names as file_names
from core.export import zipped
from core.export.clearnox_names import Names

MIB = 1024 * 1024
#: What a file takes in a zip beside its bytes, twice its name and its line: at most so many bytes.
_AROUND = 512


@dataclass(frozen=True, slots=True)
class Line:
    """One document of a zip. `told` is what `metadata.json` says of it; `size` in bytes; `part` the zip that it was in before, if any."""

    delivery_id: int
    name: str
    told: Mapping[str, Any]
    path: Path
    size: int
    part: str = ""

    @property
    def weight(self) -> int:
        """Bytes that it takes of a zip, or somewhat less."""
        return self.size + 2 * len(self.name.encode()) + len(json.dumps(self.told)) + _AROUND


@dataclass(frozen=True)
class Zip:
    """`sha256` names it: the same lines have the same."""

    file: BinaryIO
    size: int
    sha256: str


def told(names: Names, name: str, entries: Sequence[str], sha256: str, number: str) -> dict[str, Any]:
    """What `metadata.json` says of one document; what has no name there is left out."""
    whole = {
        names.file_key: name,
        names.entries_key: list(entries),
        names.hash_key: sha256,
        names.number_key: number,
    }
    return {key: value for key, value in whole.items() if key and value}


def name(number: str, document_id: int, suffix: str, taken: Collection[str] = (), *, round_: int = 1) -> str:
    """The invoice's number as a file's name. When that is taken (whatever the case), the document's own number stands behind it.

    What goes again on purpose (`round_`) has another name, so that no zip is taken for one that was there before.
    """
    stem = file_names.safe(number or f"document-{document_id}")
    stem = f"{stem}_{round_}" if round_ > 1 else stem
    plain = f"{stem}{suffix}"
    return plain if plain.casefold() not in taken else f"{stem}_{document_id}{suffix}"


def parts(lines: Sequence[Line], names: Names) -> Iterator[list[Line]]:
    """No zip has more files or bytes than it may. What was in one zip before is in one again: then its bytes are the same."""
    most, largest = names.whole("most_files"), limit(names)
    for before in dict.fromkeys(line.part for line in lines):
        part: list[Line] = []
        for line in (one for one in lines if one.part == before):
            if part and (len(part) == most or sum(one.weight for one in (*part, line)) > largest):
                yield part
                part = []
            part.append(line)
        yield part


def limit(names: Names) -> int:
    """Bytes of one zip, less what it has for itself."""
    return names.whole("largest_mib") * MIB - _AROUND


@contextmanager
def made(part: Sequence[Line], names: Names) -> Iterator[Zip]:
    """The zip, in a file that nobody else sees and that is gone afterwards."""
    slip: Any = [dict(line.told) for line in part]
    slip = json.dumps({names.metadata_root: slip} if names.metadata_root else slip, ensure_ascii=False)
    members = [zipped.Member(names.metadata_file, slip.encode())]
    members += [zipped.Member(line.name, line.path) for line in part]
    seen = hashlib.sha256()
    with tempfile.TemporaryFile() as file:
        for piece in zipped.stream(members):
            seen.update(piece)
            file.write(piece)
        size = file.tell()
        file.seek(0)
        yield Zip(file, size, seen.hexdigest())
