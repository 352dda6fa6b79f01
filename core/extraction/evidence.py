"""What the labels around a place on paper say of it: to its left on the line, above it in its column, or right behind it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from core import nouns
from core.extraction import labels, lines

#: How far above a value its column's header may stand, in heights of a line.
REACH = 4.0
#: Letters of a column's heading.
LONGEST_HEADING = 30
#: Two labels for one value: invoice date / delivery date.
_JOINED = re.compile(r" ?(?:/|and|et|und|en|y|e) ?")


@dataclass(frozen=True, slots=True)
class Spot:
    """A place on paper: `start:end` of the line at `index`."""

    index: int
    start: int
    end: int


class Evidence:
    """The labels of a whole paper, asked about one spot at a time."""

    def __init__(self, paper: Sequence[lines.Line]) -> None:
        self.lines = paper
        self.labels = [labels.found(line) for line in paper]

    def box(self, spot: Spot) -> nouns.Box:
        return self.lines[spot.index].box(spot.start, spot.end)

    def hints(self, spot: Spot, family: str) -> dict[str, float]:
        """For each role that a nearby label names, how surely it means this spot (0..1)."""
        scores: dict[str, float] = {}
        for role, score in (
            *self._left(spot, family),
            *self._behind(spot, family),
            *self._above(spot, family),
        ):
            scores[role] = max(score, scores.get(role, 0.0))
        return scores

    def _left(self, spot: Spot, family: str) -> list[tuple[str, float]]:
        before = [one for one in self.labels[spot.index] if one.family == family and one.end <= spot.start]
        if not before:
            return []
        label = before[-1]
        between = self.lines[spot.index].text[label.end : spot.start]
        told = [(label.role, label.weight * _closeness(between))]
        if len(before) > 1 and _JOINED.fullmatch(self.lines[spot.index].folded[before[-2].end : label.start]):
            told.append((before[-2].role, before[-2].weight * _closeness(between)))
        return told

    def _behind(self, spot: Spot, family: str) -> list[tuple[str, float]]:
        """The tax word may follow its amount: 29,99 € TTC."""
        line = self.lines[spot.index]
        return [
            (one.role, 0.8 * one.weight)
            for one in self.labels[spot.index]
            if one.family == family == "amount"
            and 0 <= one.start - spot.end <= 1
            and line.text[one.start - 1] == " "
        ]

    def _above(self, spot: Spot, family: str) -> list[tuple[str, float]]:
        place = self.box(spot)
        for steps, index in enumerate(range(spot.index - 1, max(-1, spot.index - 7), -1)):
            line = self.lines[index]
            if line.page != place.page or place.top - line.middle > REACH * max(line.height, 8):
                return []
            alone = not steps and self._stand_alone(spot, index)
            named = [
                one
                for one in self.labels[index]
                if one.family == family and (alone or _over(line, one, place))
            ]
            if named:
                return [(one.role, one.weight * (0.8 - 0.1 * steps)) for one in named]
        return []

    def _stand_alone(self, spot: Spot, over: int) -> bool:
        """Is the value all of its line, and a label all of the one above? They belong together wherever they stand."""
        bare = self.lines[spot.index].text.strip(" .:") == self.lines[spot.index].text[spot.start : spot.end]
        label = self.lines[over].text.strip(" .:")
        return bare and any(one.end - one.start >= len(label) for one in self.labels[over])


def _closeness(between: str) -> float:
    """A label speaks most surely for what follows it at once, and less across other figures and words."""
    if re.fullmatch(r"[\s:.=*€$£()-]*", between):
        return 1.0
    if re.search(r"\d", between):
        return 0.55 if len(between) < 60 else 0.4
    return 0.8 if len(between) < 25 else 0.6


def _over(line: lines.Line, label: labels.Label, place: nouns.Box) -> bool:
    """Do label and value share a column: overlapping in width, or flush on a side? A short heading of amounts counts whole: "VAT EUR"."""
    start = line.text.rfind("  ", 0, label.start) + 2 if "  " in line.text[: label.start] else 0
    end = line.text.find("  ", label.end)
    end = len(line.text) if end < 0 else end
    whole = label.family == "amount" and end - start <= LONGEST_HEADING
    box = line.box(start, end) if whole else line.box(label.start, label.end)
    overlap = min(box.x1, place.x1) - max(box.x0, place.x0)
    return (
        overlap > 0.3 * min(box.x1 - box.x0, place.x1 - place.x0)
        or abs(box.x0 - place.x0) < 4
        or abs(box.x1 - place.x1) < 4
    )
