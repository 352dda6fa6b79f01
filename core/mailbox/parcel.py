"""How an opened letter comes out of the child that opened it: what it says as JSON, then its files in pieces."""

from __future__ import annotations

import socket
from dataclasses import asdict
from typing import Any

from core.extraction import wire
from core.mailbox import heads, leaves
from core.mailbox.letters import ENTRIES, PARTS, TOTAL, Enclosed, Letter

#: Bytes of a file that go in one frame.
PIECE = 4 * 1024**2
#: Links of a letter that are believed (`links.LOOKED_AT`), and of its paper.
LINKS, PAPER = 300, 6 * 1024**2


def said(letter: Letter) -> dict[str, Any]:
    """All but what is in the files, of which it has the length."""
    plain = {name: getattr(letter, name) for name in _PLAIN}
    files = [
        {"name": one.name, "size": one.size, "refused": one.refused, "length": len(one.content)}
        for one in letter.files
    ]
    return {"head": asdict(letter.head), "links": letter.links, "files": files, **plain}


_PLAIN = ("money", "area", "invoice", "code", "author", "paper", "broken")


def send_files(line: socket.socket, letter: Letter) -> None:
    for file in letter.files:
        for at in range(0, len(file.content), PIECE):
            wire.send(line, file.content[at : at + PIECE])


def lengths(told: dict[str, Any]) -> list[int]:
    """Of the files that follow. Raises ValueError for more than a letter may hold."""
    found = [int(one["length"]) for one in told["files"]]
    if len(found) > PARTS + ENTRIES or sum(found) > TOTAL or min(found, default=0) < 0:
        raise ValueError("more than a letter holds")
    return found


def letter(told: dict[str, Any], contents: list[bytes]) -> Letter:
    """What a child said, as a Letter; anything of another shape raises, and its sender is not believed."""
    return Letter(
        head=_head(told["head"]),
        money=bool(told["money"]),
        area=bool(told["area"]),
        invoice=bool(told["invoice"]),
        code=str(told["code"]) if told["code"] else None,
        author=str(told["author"])[: heads.LONGEST],
        links=[(str(at), str(words)) for at, words in told["links"][:LINKS]],
        paper=str(told["paper"])[:PAPER],
        files=[_file(*both) for both in zip(told["files"], contents, strict=True)],
        broken=bool(told["broken"]),
    )


def _head(told: dict[str, Any]) -> heads.Head:
    return heads.Head(
        identity=str(told["identity"])[: heads.LONGEST],
        sender=str(told["sender"])[: heads.LONGEST],
        sender_name=str(told["sender_name"])[: heads.LONGEST],
        recipients=tuple(map(str, told["recipients"])),
        subject=str(told["subject"])[: heads.LONGEST],
        parts=tuple(
            heads.Part(leaves.clean(str(one["name"])), str(one["media_type"])) for one in told["parts"]
        ),
        listed=bool(told["listed"]),
    )


def _file(told: dict[str, Any], content: bytes) -> Enclosed:
    refused = str(told["refused"]) if told["refused"] else None
    return Enclosed(leaves.clean(str(told["name"])), content, int(told["size"]), refused)
