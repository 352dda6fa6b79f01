"""The parts of a message, each with its name, its kind and its content as far as they can be made out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.message import Message
from pathlib import PurePosixPath

from core.mailbox import heads

_MAIL = ("message/rfc822", "message/global")
_BAD_NAME = re.compile(r"[\x00-\x1f\x7f<>:\"|?*\u2028-\u202e\u2066-\u2069]")


def of(message: Message, depth: int) -> Iterator[tuple[Message, int]]:
    """Every part that is no container, in order, with how many mails deep it lies. No recursion: a message may nest as it likes."""
    waiting = [(message, depth)]
    while waiting:
        part, within = waiting.pop()
        payload = part.get_payload()
        if isinstance(payload, list):
            inner = within + (kind(part) in _MAIL)
            waiting += [(each, inner) for each in reversed(payload) if isinstance(each, Message)]
        else:
            yield part, within


def kind(part: Message) -> str:
    try:
        return part.get_content_type()
    except heads.BROKEN:
        return "application/octet-stream"


def name(part: Message) -> str:
    try:
        return clean(heads.words(part.get_filename() or ""))
    except heads.BROKEN:
        return "unnamed"


def content(part: Message) -> bytes | None:
    try:
        found = part.get_payload(decode=True)
    except heads.BROKEN:
        return None
    return found if isinstance(found, bytes) else None


def text(part: Message) -> str:
    found = content(part) or b""
    try:
        return found.decode(part.get_content_charset() or "utf-8", "replace")
    except heads.BROKEN:
        return found.decode("latin-1")


def clean(said: str) -> str:
    """A name that is no path, for people and for rows; the archive never uses it as a place."""
    last = PurePosixPath(said.replace("\\", "/")).name
    return _BAD_NAME.sub("", last).strip(" .")[-150:]
