"""A reader child: an own process without secrets, network or files, that reads one document at a time and answers in JSON.

Started by `sandbox` as `python -m core.extraction.child <fd>`; ends when its socket does.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, BinaryIO

from core import errors
from core.extraction import leaf, limits, templates, wire


def main(line: socket.socket) -> None:
    limits.bound()
    # Imported only here, behind the first limits, and once for all the documents of this child.
    from core.extraction import excerpt, ocr, pages, reader, taught

    def read(document: BinaryIO, offered: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        known = [templates.unpacked(one) for one in offered]
        return {"reading": wire.packed(reader.read(document, partial(taught.read, offered=known)))}

    def read_part(
        document: BinaryIO, offered: Sequence[Mapping[str, Any]], first: int, last: int
    ) -> dict[str, Any]:
        known = [templates.unpacked(one) for one in offered]
        part = reader.read(excerpt.of(document, first, last), partial(taught.read, offered=known))
        return {"reading": wire.packed(excerpt.placed(part, first))}

    def made_out(document: BinaryIO, languages: str, only: Sequence[int] | None) -> dict[str, Any]:
        if only is None:
            return {"reading": wire.packed(ocr.read(document, languages))}
        first, last = only
        return {
            "reading": wire.packed(
                excerpt.placed(ocr.read(excerpt.of(document, first, last), languages), first)
            )
        }

    def cut_out(document: BinaryIO, first: int, last: int) -> bytes:
        return excerpt.of(document, first, last).read()

    def looked_at(document: BinaryIO, page: int) -> dict[str, Any]:
        return {"leaf": leaf.packed(pages.leaf(document, page))}

    wire.send(line, wire.encoded(limits.wall_in()))
    while (asked := wire.asked(line)) is not None:
        request, document = asked
        limits.allow_cpu(int(request["cpu"]))
        with document:
            if languages := request.get("ocr"):
                wire.send(line, _said(partial(made_out, document, languages, request["pages"])))
            elif only := request.get("pages"):
                wire.send(line, _said(partial(read_part, document, request["templates"], *only)))
            elif request.get("read"):
                wire.send(line, _said(partial(read, document, request["templates"])))
            if cut := request.get("excerpt"):
                _hand_out(line, partial(cut_out, document, *cut))
            if page := request.get("words"):
                wire.send(line, _said(partial(looked_at, document, page)))
            if drawn := request.get("picture"):
                wire.send(line, _drawn(partial(pages.picture, document, *drawn)))


def _said(look: Callable[[], dict[str, Any]]) -> bytes:
    return wire.encoded(_answer(look))


def _answer(look: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    try:
        return look()
    except errors.NotAnInvoice as err:
        return {"not_an_invoice": err.reason, "said": err.said}
    except MemoryError:
        return {"failed": "it needs more memory than a document may use", "way": "memory"}
    except Exception as err:  # noqa: BLE001 - whatever a parser trips over on a hostile page is an answer
        return {"failed": f"the parser gave up: {type(err).__name__}"}


def _hand_out(line: socket.socket, cut: Callable[[], bytes]) -> None:
    """What was cut out, behind an answer that tells its size."""
    made: list[bytes] = []

    def told() -> dict[str, Any]:
        made.append(cut())
        return {"excerpt": len(made[0])}

    wire.send(line, _said(told))
    for own in made:
        wire.send_file(line, own)


def _drawn(picture: Callable[[], bytes]) -> bytes:
    try:
        return picture()
    except Exception:  # noqa: BLE001 - a page that cannot be drawn has no picture, and its reading still counts
        return b""


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
