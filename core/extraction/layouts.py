"""By what a supplier's layout is known again: its fixed words and how far from the left each one stands.

Amounts, line counts and the number of pages change from bill to bill, and with them how far down a word stands. What is drawn anew
after a redesign stands elsewhere, even where it says the same.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence

from core.extraction import lines

#: Words of a layout that are kept, and the width and height in points within which a word stands in the same place.
KEPT, WIDE, HIGH = 160, 4.0, 12.0
#: So far down the first page, in points, height counts too: what varies in length begins below.
HEAD = 120.0
#: The share of a layout's words that a document of that layout has at least.
SAME = 0.65
#: Fewer words than this are no layout to be known by.
FEWEST = 5
#: Hexadecimal digits of a word's mark, of how far from the left it stands, and of how far down.
_MARK, _LEFT, _DOWN = 4, 3, 2
_SIZE = _MARK + _LEFT + _DOWN
_ANYWHERE = 0xFF

Place = tuple[str, int, int]


def fingerprint(words: Iterable[lines.Word]) -> str:
    """The words without figures and where they stand, as one text; the same for the same paper."""
    marks = sorted({f"{mark}{left:0{_LEFT}x}{down:0{_DOWN}x}" for mark, left, down in _placed(words)})
    return "".join(marks[:KEPT])


def fits(layout: str, words: Iterable[lines.Word]) -> float:
    """The share (0..1) of the layout's words that stand in their place in this document."""
    marks = _marks(layout)
    return len(_there(marks, words)) / len(marks) if len(marks) >= FEWEST else 0.0


def common(layout: str, words: Iterable[lines.Word]) -> str:
    """What of a layout stands in this document of it too; the layout itself when that is too little."""
    there = _there(_marks(layout), words)
    return "".join(there) if len(there) >= FEWEST else layout


def _marks(layout: str) -> list[str]:
    return [layout[at : at + _SIZE] for at in range(0, len(layout), _SIZE)]


def _there(marks: Sequence[str], words: Iterable[lines.Word]) -> list[str]:
    here = {
        (mark, left + aside, down + below if down != _ANYWHERE else down)
        for mark, left, down in _placed(words)
        for aside in (-1, 0, 1)
        for below in (-1, 0, 1)
    }
    return [mark for mark in marks if _place(mark) in here]


def _place(mark: str) -> Place:
    return mark[:_MARK], int(mark[_MARK:-_DOWN], 16), int(mark[-_DOWN:], 16)


def _placed(words: Iterable[lines.Word]) -> Iterable[Place]:
    for word in words:
        text = re.sub(r"[^a-z]", "", lines.fold(word.text))
        if len(text) < 3 or re.search(r"\d", word.text) or word.x0 < 0 or word.top < 0:
            continue
        mark = hashlib.blake2b(text.encode(), digest_size=_MARK // 2).hexdigest()
        down = int(word.top / HIGH) if word.page == 1 and word.top < HEAD else _ANYWHERE
        yield mark, min(int(word.x0 / WIDE), 0xFFE), down
