"""What a message says before it is opened: its head and the names of its parts. Hostile heads are read as far as they go."""

from __future__ import annotations

import email.errors
import email.header
import email.utils
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesHeaderParser

#: The headers that a source fetches before anything else.
HEADERS = (
    "Message-ID",
    "From",
    "Sender",
    "To",
    "Cc",
    "Delivered-To",
    "X-Original-To",
    "Envelope-To",
    "Subject",
    "Date",
    "List-Id",
)
_TO = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To")
#: Longest header that is kept, what is looked at of one, and what no line of a head may hold. Decoders of headers take the square of
#: their length.
LONGEST, LOOKED_AT = 500, 8_000
#: Headers of one name in which recipients are looked for.
RECIPIENTS = 20
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028-\u202e\u2066-\u2069]+")
#: What old code and old servers raise at heads that no standard allows.
BROKEN = (ValueError, LookupError, TypeError, AttributeError, RecursionError, AssertionError)


@dataclass(frozen=True, slots=True)
class Part:
    """The name and media type of a part that is a file, as the message says them."""

    name: str
    media_type: str

    @property
    def ending(self) -> str:
        """`pdf`, `xml`, … in lower case; empty without."""
        return self.name.rpartition(".")[2].strip().casefold() if "." in self.name else ""


@dataclass(frozen=True, slots=True)
class Head:
    """`sender` and `recipients` are bare addresses in lower case; `parts` are the files that its structure names."""

    identity: str
    sender: str
    sender_name: str
    recipients: tuple[str, ...]
    subject: str
    parts: tuple[Part, ...] = ()
    listed: bool = False

    @property
    def domain(self) -> str:
        return self.sender.rpartition("@")[2]


def read(raw: bytes, parts: Iterable[Part] = ()) -> Head:
    """The head in these bytes; what comes after it is not looked at."""
    return of(BytesHeaderParser().parsebytes(_up_to_body(raw)), parts)


def of(message: Message, parts: Iterable[Part] = ()) -> Head:
    name, sender = _address(text(message, "From") or text(message, "Sender"))
    subject = text(message, "Subject")
    said = "\n".join((sender, text(message, "Date"), subject, text(message, "To")))
    mark = hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:16]
    return Head(
        # Who copies another's Message-ID hides nothing: sender, day and subject count too.
        identity=f"{text(message, 'Message-ID')[:200]}#{mark}",
        sender=sender,
        sender_name=name,
        recipients=tuple(_addresses(message)),
        subject=subject,
        parts=tuple(parts),
        listed="List-Id" in message,
    )


def text(message: Message, name: str) -> str:
    """One header in words, whatever it was written in."""
    return words(str(message.get(name, "") or ""))


def words(header: str) -> str:
    """RFC 2047 decoded as far as it can be, on one line, and of a length that a row can hold."""
    header = header[:LOOKED_AT]
    try:
        pieces = email.header.decode_header(header)
        said = "".join(_decoded(piece, charset) for piece, charset in pieces)
    except (*BROKEN, email.errors.HeaderParseError):
        said = header
    plain = said.encode("utf-8", "replace").decode()
    return _CONTROL.sub(" ", plain).strip()[:LONGEST]


def _decoded(piece: bytes | str, charset: str | None) -> str:
    if isinstance(piece, str):
        return piece
    try:
        return piece.decode(charset or "utf-8", "replace")
    except LookupError:
        return piece.decode("latin-1")


def _address(header: str) -> tuple[str, str]:
    try:
        name, address = email.utils.parseaddr(header)
    except BROKEN:
        return "", ""
    return name, address.strip().casefold()


def _addresses(message: Message) -> Iterable[str]:
    try:
        said = [str(value)[:LOOKED_AT] for name in _TO for value in message.get_all(name, [])[:RECIPIENTS]]
        return list(
            dict.fromkeys(each.casefold() for _, each in email.utils.getaddresses(said) if "@" in each)
        )
    except BROKEN:
        return []


def _up_to_body(raw: bytes) -> bytes:
    """A head has a bound of its own, whatever is in it."""
    head = raw[: 256 * 1024]
    for end in (b"\r\n\r\n", b"\n\n"):
        at = head.find(end)
        if at >= 0:
            return head[: at + len(end)]
    return head
