"""The letters of a bank's file: the encoding it is in, or the one that a person says."""

from __future__ import annotations

import codecs

#: In the order that a person finds them to choose from.
ENCODINGS = ("utf-8", "windows-1252", "iso-8859-15", "utf-16", "cp850", "mac_roman")


def encoding_of(content: bytes) -> str:
    """UTF-16 and UTF-8 show themselves; all else is taken for what Windows writes."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "windows-1252"
    return "utf-8"


def decoded(content: bytes, encoding: str | None = None) -> str:
    """Its text, with plain line ends. What the encoding does not know becomes a question mark in a box, and nothing is lost around it."""
    name = encoding if encoding in ENCODINGS else encoding_of(content)
    told = content.decode(name, errors="replace").removeprefix("\ufeff").replace("\0", "")
    return told.replace("\r\n", "\n").replace("\r", "\n")
