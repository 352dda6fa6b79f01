"""How the farm and a reader child talk: frames of four length bytes and a body, on one socket pair, with the document as an open file."""

from __future__ import annotations

import json
import os
import socket
import struct
import time
from dataclasses import asdict
from typing import Any, BinaryIO

from core import nouns

#: The largest frame either side takes, in bytes; a page of text and a picture fit well within.
LARGEST = 8 * 1024**2
LENGTH = struct.Struct("!I")


def send(line: socket.socket, body: bytes) -> None:
    line.sendall(LENGTH.pack(len(body)) + body)


def receive(line: socket.socket, until: float | None = None) -> bytes:
    """The next frame. Raises EOFError when the other side is gone, OverflowError when it says too much, and
    TimeoutError when the monotonic clock passes `until`."""
    (length,) = LENGTH.unpack(_exactly(line, LENGTH.size, until))
    if length > LARGEST:
        raise OverflowError
    return _exactly(line, length, until)


def send_file(line: socket.socket, content: bytes) -> None:
    """In as many frames as it takes; how large it is was told before."""
    for start in range(0, len(content), LARGEST):
        send(line, content[start : start + LARGEST])


def receive_file(line: socket.socket, size: int, until: float | None = None) -> bytes:
    """All of it. Raises as `receive` does, and OverflowError when it is not of that size."""
    content = bytearray()
    while len(content) < size:
        content += receive(line, until)
    if len(content) > size:
        raise OverflowError
    return bytes(content)


def ask(line: socket.socket, request: dict[str, Any], document: int) -> None:
    """A request, with the open document riding on its first bytes."""
    body = encoded(request)
    socket.send_fds(line, [LENGTH.pack(len(body))], [document])
    line.sendall(body)


def asked(line: socket.socket) -> tuple[dict[str, Any], BinaryIO] | None:
    """The next request and its document, from the first byte; None when the other side is gone."""
    head, handles, _, _ = socket.recv_fds(line, LENGTH.size, 1)
    if not head:
        return None
    document = os.fdopen(handles[0], "rb")
    document.seek(0)
    (length,) = LENGTH.unpack(head + _exactly(line, LENGTH.size - len(head), None))
    return json.loads(_exactly(line, length, None)), document


def _exactly(line: socket.socket, count: int, until: float | None) -> bytes:
    parts = bytearray()
    while len(parts) < count:
        line.settimeout(None if until is None else max(0.001, until - time.monotonic()))
        part = line.recv(min(count - len(parts), 65536))
        if not part:
            raise EOFError
        parts += part
    return bytes(parts)


def packed(reading: nouns.Reading) -> dict[str, Any]:
    return asdict(reading)


def unpacked(said: dict[str, Any]) -> nouns.Reading:
    """What a child said, as a Reading; anything of another shape raises, and its sender is not believed."""
    return nouns.Reading(
        fields={str(name): field(read) for name, read in said["fields"].items()},
        kind=nouns.Kind(said["kind"]),
        pages=int(said["pages"]),
        text=str(said["text"]),
        doubts=tuple(map(str, said["doubts"])),
    )


def field(said: dict[str, Any]) -> nouns.FieldRead:
    """One field from its JSON, as it also stands in the table of readings."""
    return nouns.FieldRead(
        value=str(said["value"]),
        source=str(said["source"]),
        confidence=float(said["confidence"]),
        raw=str(said["raw"]),
        box=nouns.Box(**said["box"]) if said["box"] else None,
        rejected=tuple(nouns.Rejected(str(one["value"]), str(one["why"])) for one in said["rejected"]),
    )


def encoded(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
