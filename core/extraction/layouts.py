"""By what a supplier's layout is known again: its fixed words and how far from the left each one stands.

Amounts, line counts and the number of pages change from bill to bill, and with them how far down a word stands. What is drawn anew
after a redesign stands elsewhere, even where it says the same.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence

from core.extraction import dates, lines

#: Words of a layout that are kept, and the width and height in points within which a word stands in the same place.
KEPT, WIDE, HIGH = 160, 4.0, 16.0
#: So far down the first page, in points, height counts too: what varies in length begins below.
HEAD = 120.0
#: The share of a layout's words that a document of that layout has, unless most of its page is new each time.
SAME = 0.7
#: Fewer words than this are no layout to be known by.
FEWEST = 5
#: Hexadecimal digits of a word's mark, of how far from the left it stands, and of how far down.
_MARK, _LEFT, _DOWN = 4, 3, 2
_SIZE = _MARK + _LEFT + _DOWN
_ANYWHERE = 0xFF

Place = tuple[str, int, int]


def fingerprint(words: Iterable[lines.Word]) -> str:
    """The words without figures and where they stand, as one text; the same for the same paper."""
    marks = sorted(
        {
            f"{mark}{left:0{_LEFT}x}{down if down <= HEAD / HIGH else _ANYWHERE:0{_DOWN}x}"
            for mark, left, down in _placed(words)
        }
    )
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
    here: set[Place] = set()
    for mark, left, down in _placed(words):
        for aside in (left - 1, left, left + 1):
            here |= {(mark, aside, height) for height in (down - 1, down, down + 1, _ANYWHERE)}
    return [mark for mark in marks if _place(mark) in here]


def _place(mark: str) -> Place:
    return mark[:_MARK], int(mark[_MARK:-_DOWN], 16), int(mark[-_DOWN:], 16)


def _placed(words: Iterable[lines.Word]) -> Iterable[Place]:
    for word in _fixed(words):
        mark = hashlib.blake2b(_letters(word).encode(), digest_size=_MARK // 2).hexdigest()
        down = min(int(word.top / HIGH), _ANYWHERE - 2) if word.page == 1 else _ANYWHERE
        yield mark, min(int(word.x0 / WIDE), 0xFFE), down


def _fixed(words: Iterable[lines.Word]) -> Iterable[lines.Word]:
    """Words without figures; what follows a figure closely stands elsewhere when that one is longer, and a month is one too."""
    for line in lines.gathered(words):
        edge = -1.0
        for word in line.words:
            if word.x0 < 0 or word.top < 0:
                continue
            floats = word.x0 - edge < word.height
            if re.search(r"\d", word.text) or _letters(word) in dates.MONTH_OF or (edge >= 0 and floats):
                edge = word.x1
            elif len(_letters(word)) >= 3:
                yield word


def _letters(word: lines.Word) -> str:
    return re.sub(r"[^a-z]", "", lines.fold(word.text))
