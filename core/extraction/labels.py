"""Where on a line the words stand that announce a value, and of which sort."""

from __future__ import annotations

import re
from dataclasses import dataclass

from core.extraction import lines, words

#: A code may follow its label at once ("n°F2026"); a word may not ("date" is not in "dated").
_END = r"(?:(?<![a-z])|(?![a-z_]))"
_PATTERNS = [
    (role, weight, re.compile(rf"(?<![a-z0-9])(?:{word}){_END}"))
    for role, by_weight in words.WORDS.items()
    for weight, some in by_weight.items()
    for word in some
]


@dataclass(frozen=True, slots=True)
class Label:
    """Words that name a role, at `start:end` of a line."""

    role: str
    weight: float
    start: int
    end: int

    @property
    def family(self) -> str:
        return words.FAMILIES[self.role]


def found(line: lines.Line) -> list[Label]:
    """The labels of a line, from left to right; of overlapping ones of a family the longest, and no mere remark."""
    every = [
        Label(role, weight, match.start(), match.end())
        for role, weight, pattern in _PATTERNS
        for match in pattern.finditer(line.folded)
        if match.end() > match.start()
    ]
    every.sort(key=lambda label: (label.start - label.end, -label.weight))
    kept: list[Label] = []
    for label in every:
        if not any(_overlap(label, other) for other in kept):
            kept.append(label)
    kept.sort(key=lambda label: label.start)
    return [label for label in kept if not _remark(label, kept, line.folded)]


def _remark(label: Label, every: list[Label], folded: str) -> bool:
    """In "total net (excl. vat)" the words in parentheses explain the label before them."""
    opened = folded.rfind("(", 0, label.start)
    inside = opened >= 0 and ")" not in folded[opened : label.start] and ")" in folded[label.end :]
    return inside and any(one.family == label.family and opened - 2 <= one.end <= opened for one in every)


def _overlap(one: Label, other: Label) -> bool:
    return one.family == other.family and one.start < other.end and other.start < one.end
