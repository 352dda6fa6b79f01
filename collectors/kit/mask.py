"""What a visit must not show, hidden in any text: its own secrets in all their spellings, and what is private by its look."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote, quote_plus

DOTS = "•••"
#: Characters from which a cookie's value may be a token; `accepted` and `fr-FR` are none.
TOKEN = 12

_PATTERNS = (
    re.compile(
        r"\b[A-Z]{2}\d{2}(?:[ \u00a0\u202f]?[A-Z0-9]{4}){2,7}(?:[ \u00a0\u202f]?[A-Z0-9]{1,3})?\b"
    ),  # ISO 13616
    re.compile(r"[\w.+-]+(?:@|%40|&#64;)[\w-]+(?:\.[\w-]+)+"),
    re.compile(r"(?<=[?&;])([\w.\[\]-]+=)[^&\"'\s<>#]{6,}"),  # what an address says after its `?`
    re.compile(r"\beyJ[\w-]+\.[\w-]+(?:\.[\w-]*)*"),  # RFC 7519
    re.compile(
        r"(?<![\w-])(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{24,}(?:\.[\w-]{8,})*"
    ),  # tokens, JWT among them
)


class Mask:
    """Hides what one visit knows to be secret, in every spelling that a page or an address gives it."""

    def __init__(self) -> None:
        self._spellings: set[str] = set()
        self._known: re.Pattern[str] | None = None

    def __repr__(self) -> str:
        return f"<Mask of {len(self._spellings)} spellings>"

    def hide(self, *values: str) -> None:
        """Values of fewer than three characters would hide half of every page and are let be."""
        for value in values:
            if len(value) >= 3:
                self._spellings |= _spellings(value)
        longest_first = sorted(self._spellings, key=len, reverse=True)
        self._known = (
            re.compile("|".join(map(re.escape, longest_first)), re.IGNORECASE) if longest_first else None
        )

    def __call__(self, text: str) -> str:
        masked = self._known.sub(DOTS, text) if self._known else text
        for pattern in _PATTERNS:
            masked = pattern.sub(rf"\g<1>{DOTS}" if pattern.groups else DOTS, masked)
        return masked

    def changes(self, texts: Sequence[str]) -> dict[int, str]:
        """Which of the pieces of one page must be written anew, and how. A secret cut in several pieces is found too."""
        anew = {place: masked for place, text in enumerate(texts) if (masked := self(text)) != text}
        if self._known is None:
            return anew
        starts = [0]
        for text in texts:
            starts.append(starts[-1] + len(text))
        for found in self._known.finditer("".join(texts)):
            for place in _touched(starts, found.start(), found.end()):
                anew.setdefault(place, DOTS)
        return anew


def _touched(starts: Sequence[int], start: int, end: int) -> Iterable[int]:
    return (place for place in range(len(starts) - 1) if starts[place] < end and starts[place + 1] > start)


def _spellings(value: str) -> set[str]:
    raw = value.encode()
    return {
        value,
        quote(value, safe=""),
        quote_plus(value),
        html.escape(value),
        json.dumps(value)[1:-1],
        json.dumps(value, ensure_ascii=False)[1:-1],
        base64.b64encode(raw).decode().rstrip("="),
    }


def tokens_in(value: Any) -> list[str]:
    """Every text in a JSON value that is long enough to be a token, and not a word of any page."""
    if isinstance(value, str):
        return [value] if len(value) >= TOKEN else []
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return [text for each in inner for text in tokens_in(each)]
