"""Zips as programs send them, honest and hostile."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable
from typing import Any

Files = Iterable[tuple[str, bytes]]


def of(files: Files, documents: Any = None, *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """These files, and a slip with these lines when there are any."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as target:
        for name, content in [*files, *_slip(documents)]:
            told = zipfile.ZipInfo(name)  # of no day, so the same files are the same zip
            told.compress_type = method
            target.writestr(told, content)
    return made.getvalue()


def _slip(documents: Any) -> Files:
    return [] if documents is None else [("metadata.json", json.dumps({"documents": documents}).encode())]


def line(name: str, *entries: int | str, **more: Any) -> dict[str, Any]:
    return {"fileName": name, "entryIds": [str(one) for one in entries], **more}


def overlapping(times: int = 400) -> bytes:
    """One run of zeros that the directory names many times: each is modest, together they are not."""
    whole = of([("a.pdf", bytes(900_000))])
    start = whole.index(b"PK\x01\x02")
    directory, end = whole[start : whole.index(b"PK\x05\x06")], bytearray(whole[-22:])
    body = directory * times
    end[8:12] = times.to_bytes(2, "little") * 2
    end[12:16] = len(body).to_bytes(4, "little")
    return whole[:start] + body + bytes(end)
