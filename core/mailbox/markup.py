"""Pages of mails, written by strangers: read as far as they can be."""

from __future__ import annotations

from contextlib import suppress
from html.parser import HTMLParser


def feed(reader: HTMLParser, page: str) -> None:
    """What was understood of a page that is none is what the reader keeps: the parser gives up with one of these two."""
    with suppress(ValueError, AssertionError):
        reader.feed(page)
        reader.close()
