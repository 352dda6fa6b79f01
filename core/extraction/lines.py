"""Words on paper, gathered into lines that can be searched as text and traced back to their place."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from core import nouns

#: Two columns stand apart by more than this share of the letters' height; such a gap is written as two spaces.
COLUMN_GAP = 0.9
INVISIBLE = dict.fromkeys(
    map(ord, "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\ufeff\ufffe\x02")
)
PLAIN = str.maketrans({"’": "'", "‘": "'", "`": "'", "−": "-", "–": "-", "‐": "-", "‑": "-", "º": "°"})


@dataclass(frozen=True, slots=True)
class Word:
    """A word and its place in PDF points from the top left corner; `page` counts from 1."""

    text: str
    page: int
    x0: float
    top: float
    x1: float
    bottom: float

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


@dataclass(frozen=True)
class Line:
    """Words side by side, from left to right."""

    words: tuple[Word, ...]

    @property
    def page(self) -> int:
        return self.words[0].page

    @property
    def middle(self) -> float:
        return self.words[0].middle

    @property
    def height(self) -> float:
        return max(word.height for word in self.words)

    @cached_property
    def text(self) -> str:
        """The words with one space between them, two where a column begins."""
        parts = [self.words[0].text]
        for before, word in zip(self.words, self.words[1:], strict=False):
            parts += ["  " if _apart(before, word) else " ", word.text]
        return "".join(parts)

    @cached_property
    def folded(self) -> str:
        """As `text`, letter for letter, in lower case and without accents."""
        return fold(self.text)

    @cached_property
    def starts(self) -> list[int]:
        """Where in `text` each word begins."""
        starts, at = [], 0
        for word in self.words:
            at = self.text.index(word.text, at)
            starts.append(at)
            at += len(word.text)
        return starts

    def box(self, start: int, end: int) -> nouns.Box:
        """The place of the words that `text[start:end]` touches."""
        first = max(0, bisect_right(self.starts, start) - 1)
        last = max(first, bisect_right(self.starts, max(start, end - 1)) - 1)
        words = self.words[first : last + 1]
        return nouns.Box(
            page=self.page,
            x0=round(words[0].x0, 1),
            top=round(min(word.top for word in words), 1),
            x1=round(words[-1].x1, 1),
            bottom=round(max(word.bottom for word in words), 1),
        )


def gathered(words: Iterable[Word]) -> list[Line]:
    """Lines from the top of the first page to the bottom of the last."""
    lines: list[list[Word]] = []
    for word in sorted(words, key=lambda one: (one.page, one.middle)):
        if lines and _level(lines[-1][0], word):
            lines[-1].append(word)
        else:
            lines.append([word])
    return [Line(tuple(sorted(line, key=lambda one: one.x0))) for line in lines]


def clean(text: str) -> str:
    """Without what cannot be seen; ligatures, no-break spaces and full-width digits in their plain form."""
    return unicodedata.normalize("NFKC", text.translate(INVISIBLE).replace("º", "°")).translate(PLAIN)


def fold(text: str) -> str:
    return text.lower() if text.isascii() else text.translate(_BASES)


class _Bases(dict[int, str]):
    """Each letter's base, found once."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        self[code] = unicodedata.normalize("NFKD", letter)[0].lower()[:1] or letter
        return self[code]


_BASES = _Bases()


def _level(one: Word, other: Word) -> bool:
    return one.page == other.page and abs(one.middle - other.middle) < 0.45 * min(one.height, other.height)


def _apart(before: Word, word: Word) -> bool:
    return word.x0 - before.x1 > COLUMN_GAP * min(before.height, word.height)
