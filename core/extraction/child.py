"""A reader child: an own process without secrets, network or files, that reads one document at a time and answers in JSON.

Started by `sandbox` as `python -m core.extraction.child <fd>`; ends when its socket does.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Callable
from typing import Any, BinaryIO

from core import errors, nouns
from core.extraction import limits, wire


def main(line: socket.socket) -> None:
    limits.bound()
    # Imported only here, behind the first limits, and once for all the documents of this child.
    from core.extraction import generic, pages

    wire.send(line, wire.encoded(limits.wall_in()))
    while (asked := _next(line)) is not None:
        request, document = asked
        limits.allow_cpu(int(request["cpu"]))
        with document:
            if request["read"]:
                wire.send(line, wire.encoded(_answer(document, generic.read)))
            if request["preview"]:
                wire.send(line, _drawn(document, pages.picture))


def _next(line: socket.socket) -> tuple[dict[str, Any], BinaryIO] | None:
    body, handles, _, _ = socket.recv_fds(line, 4096, 1)
    if not body:
        return None
    document = os.fdopen(handles[0], "rb")
    document.seek(0)
    return json.loads(body), document


def _answer(document: BinaryIO, read: Callable[[BinaryIO], nouns.Reading]) -> dict[str, Any]:
    try:
        return {"reading": wire.packed(read(document))}
    except errors.NotAnInvoice as err:
        return {"not_an_invoice": err.reason, "said": err.said}
    except MemoryError:
        return {"failed": "it needs more memory than a document may use"}
    except Exception as err:  # noqa: BLE001 - whatever a parser trips over on a hostile page is an answer
        return {"failed": f"the parser gave up: {type(err).__name__}"}


def _drawn(document: BinaryIO, picture: Callable[[BinaryIO], bytes]) -> bytes:
    try:
        return picture(document)
    except Exception:  # noqa: BLE001 - a page that cannot be drawn has no picture, and its reading still counts
        return b""


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
