"""A message's files by name, from the BODYSTRUCTURE that an IMAP server tells (RFC 3501 7.4.2): the message itself stays closed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

from core.mailbox import heads, leaves, letters

_TOKEN = re.compile(rb'"((?:[^"\\]|\\.)*)"|([()])|([^\s()"]+)', re.S)
_TOP = ("text", "image", "audio", "video", "application", "message", "model", "font", "multipart")
#: Tokens that are looked at: far more than a thousand parts have.
MOST = 50_000


def parts(told: bytes) -> list[heads.Part]:
    """Each named file, and each PDF or mail without a name, with its media type. No tree is built, so no nesting is too deep."""
    found: list[heads.Part] = []
    kind, name, opened = "", "", False
    tokens = list(_tokens(told))[:MOST]
    for at, (mark, said) in enumerate(tokens):
        before = tokens[at - 1] if at else ("", "")
        if before == ("(", "") and mark == "s" and said.casefold() in _TOP and at + 1 < len(tokens):
            _note(found, kind, name)
            kind, name, opened = f"{said}/{tokens[at + 1][1]}".casefold(), "", True
        elif opened and mark == "s" and before[0] == "s" and _is_name(before[1]):
            name = name or _plain(before[1], said)
    _note(found, kind, name)
    return found[: letters.PARTS]


def _note(found: list[heads.Part], kind: str, name: str) -> None:
    if name or kind in ("application/pdf", "message/rfc822"):
        found.append(heads.Part(leaves.clean(name), kind))


def _is_name(word: str) -> bool:
    return word.casefold().partition("*")[0] in ("name", "filename")


def _plain(key: str, said: str) -> str:
    """RFC 2231 and RFC 2047, whichever it was written in."""
    if key.endswith("*") and said.count("'") >= 2:
        charset, _, value = said.split("'", 2)
        try:
            return unquote_to_bytes(value).decode(charset or "utf-8", "replace")
        except LookupError:
            return unquote_to_bytes(value).decode("latin-1")
    return heads.words(said)


def _tokens(told: bytes) -> Iterator[tuple[str, str]]:
    for quoted, bracket, atom in _TOKEN.findall(told):
        if bracket:
            yield bracket.decode(), ""
        elif atom:
            yield "a", atom.decode("latin-1")
        else:
            yield "s", re.sub(rb"\\(.)", rb"\1", quoted, flags=re.S).decode("utf-8", "replace")
