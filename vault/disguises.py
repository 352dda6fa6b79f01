"""The forms under which a value turns up in logs, pages and requests, so that all of them can be masked."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterator
from urllib.parse import quote, quote_plus

#: A shorter piece of base64 would be found in ordinary words.
_SHORTEST_PIECE = 6


def of(value: str) -> set[str]:
    """The value itself and its URL, JSON, HTML, Python, hexadecimal and base64 forms."""
    return {
        value,
        *_in_urls(value),
        *_in_code(value),
        *_in_html(value),
        *_in_base64(value.encode()),
        value.encode().hex(),
    }


def _in_urls(value: str) -> Iterator[str]:
    for quoted in (quote(value), quote(value, safe=""), quote_plus(value)):
        yield quoted
        yield re.sub("%..", lambda escape: escape[0].lower(), quoted)


def _in_code(value: str) -> Iterator[str]:
    for quoted in (json.dumps(value), json.dumps(value, ensure_ascii=False), repr(value), ascii(value)):
        yield quoted[1:-1]
        yield quoted[1:-1].replace("/", "\\/")  # as PHP writes JSON
    yield repr(value.encode())[2:-1]


def _in_html(value: str) -> Iterator[str]:
    escaped = html.escape(value)
    yield html.escape(value, quote=False)
    yield escaped
    yield escaped.replace("&quot;", "&#34;").replace("&#x27;", "&#39;")  # as Jinja writes them


def _in_base64(value: bytes) -> Iterator[str]:
    """The value alone, and inside of something longer (`Basic` sign-ins): there only the middle characters are its own."""
    for before in range(3):
        code = base64.b64encode(b"\0" * before + value).decode().rstrip("=")
        ends_even = (before + len(value)) % 3 == 0
        pieces = {code[(before * 8 + 5) // 6 : None if ends_even else -1], code if before == 0 else ""}
        for piece in pieces:
            if len(piece) >= _SHORTEST_PIECE:
                yield piece
                yield piece.replace("+", "-").replace("/", "_")
