"""Words as they are searched: without accents, case and signs, and an amount findable however it is written."""

from __future__ import annotations

import re
import unicodedata

#: Digits in groups of three, as `1 234,56`, `1.234`, `356 000 000`.
_GROUPED = re.compile(r"(?<![\d.,])(\d{1,3}(?:([ .,'])\d{3})(?:\2\d{3})*)([.,]\d{1,2})?(?![\d])")
_WORD = re.compile(r"[^\W_]+")
#: Accents that stand for themselves by now, soft hyphens, and characters of no width.
_UNSEEN = re.compile("[\u0300-\u036f\u00ad\u200b-\u200f\u2060\ufeff]")
_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "\u2019": "'"})
#: A shorter part of a number is found in everything.
_SHORTEST = 3
_LONGEST_KEY = 40


def fold(text: str) -> str:
    """Lower case without accents; every kind of space is a plain one."""
    return _UNSEEN.sub("", unicodedata.normalize("NFKD", text)).casefold().translate(_LETTERS)


def of(text: str) -> list[str]:
    """The words of a text, and once more its grouped figures in one piece."""
    folded = fold(text)
    whole = [word for found in _GROUPED.finditer(folded) for word in _WORD.findall(_ungrouped(found))]
    return _WORD.findall(folded) + whole


def asked(text: str) -> list[list[str]]:
    """What somebody looks for: each piece is words in a row, the last of which may go on."""
    pieces = _GROUPED.sub(_ungrouped, " ".join(fold(text).split())).split()
    return [words for words in map(_WORD.findall, pieces) if words]


def key(number: str | None) -> str:
    """A number without what people leave out of it or write otherwise."""
    return "".join(_WORD.findall(fold(number or "")))


def ends(number: str | None) -> list[str]:
    """The number in one piece, and every end of it: people type the last digits."""
    whole = key(number)[:_LONGEST_KEY]
    return [whole[start:] for start in range(max(1, len(whole) - _SHORTEST + 1)) if whole]


def _ungrouped(found: re.Match[str]) -> str:
    whole, mark, cents = found.groups()
    return str(whole).replace(mark, "") + (cents or "")
