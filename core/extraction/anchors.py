"""Where a value stands for those who know the layout: after, before or under words that never change."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from core import nouns
from core.extraction import dates, lines, sorts

AFTER, BEFORE, UNDER, SPOT, SAME, SIGN = "after", "before", "under", "spot", "same", "sign"
#: How far a value may have moved against its header or its place on the page, in points.
SLACK = 8.0
SPOT_SLACK = 24.0
#: Words of a label that are kept; more of a sentence only makes it fail when a word of it changes.
LONGEST = 6
#: A run of figures, dates or months within a label, which changes from bill to bill.
FIGURES = "0"
_FIGURE = r"[^\s\d]*+\d\S*+"
_MONTH = "|".join(sorted(dates.MONTH_OF, key=len, reverse=True))
#: It never gives back what it took, so that no line of figures takes long. As a group: before Python 3.11.5 a possessive
#: quantifier loses its place in a part that goes back itself (gh-106052).
_FIGURES = rf"{_FIGURE}(?>(?:\s+(?:{_FIGURE}|(?:{_MONTH})\.?(?![a-z])))*)"
#: Words that may stand between a label and its value without being another label.
BETWEEN = {"eur", "euro", "euros", "usd", "gbp", "chf"}
_EDGES = " \t:.,;*()[]#|-–=€$£/"


@dataclass(frozen=True, slots=True)
class Anchor:
    """How one field is found. `label` is folded words, figures in it as `0`; `opens` says that it begins a cell of its line.

    `skip` counts the values of the same sort between label and value. `at` is where the value stands: against its header (`under`) or
    on the first page (`spot`), as x0, x1 and top in points. Of several places, `last` says that the last one counts.
    """

    field: str
    side: str
    label: str
    shape: str = ""
    opens: bool = False
    skip: int = 0
    at: tuple[float, float, float] = (0.0, 0.0, 0.0)
    last: bool = False

    @property
    def sort(self) -> str:
        return sorts.OF_FIELD[self.field]


@dataclass(frozen=True, slots=True)
class Hit:
    """A value that an anchor finds, and where; `odd` when it is not written as the one that was taught."""

    value: str
    raw: str
    box: nouns.Box
    odd: bool = False


def packed(anchor: Anchor) -> dict[str, Any]:
    return asdict(anchor)


def unpacked(said: Mapping[str, Any]) -> Anchor:
    """Raises TypeError or ValueError for what is no anchor."""
    x0, x1, top = (float(one) for one in said.get("at", (0, 0, 0)))
    anchor = Anchor(**{**said, "at": (x0, x1, top)})
    if anchor.field not in sorts.OF_FIELD or anchor.side not in SIDES:
        raise ValueError(f"no anchor for {anchor.field!r}")
    return anchor


def hits(anchor: Anchor, paper: Sequence[lines.Line]) -> list[Hit]:
    """Every place where this anchor finds a value, from the top of the first page on."""
    return list(SIDES[anchor.side](anchor, paper))


def pattern(label: str) -> re.Pattern[str]:
    """A label as it is looked for in a folded line: its words, with whatever dots and spaces between them."""
    words = (_FIGURES if word == FIGURES else re.escape(word) for word in label.split())
    return re.compile(r"(?<![a-z0-9])" + r"[\W_]{1,8}?".join(words) + r"(?![a-z])")


def label_of(folded: str) -> str:
    """The words of a text as a label: figures masked, brackets and stops gone. Empty when it has no letters."""
    masked = re.sub(_FIGURES, FIGURES, folded)
    words = [bare for word in masked.split() if (bare := word.strip(_EDGES))]
    return " ".join(words) if re.search("[a-z]", masked) else ""


def _after(anchor: Anchor, paper: Sequence[lines.Line]) -> Iterator[Hit]:
    for line in paper:
        for label in _labels(anchor, line):
            behind = [one for one in _values(anchor, line) if one[0].start >= label.end()]
            if len(behind) > anchor.skip and _bare(line, label.end(), behind[: anchor.skip + 1]):
                yield _hit(line, *behind[anchor.skip])


def _before(anchor: Anchor, paper: Sequence[lines.Line]) -> Iterator[Hit]:
    for line in paper:
        for label in _labels(anchor, line):
            ahead = [one for one in _values(anchor, line) if one[0].end <= label.start()]
            if ahead and not re.search(r"[a-z]{2}|\d", line.folded[ahead[-1][0].end : label.start()]):
                yield _hit(line, *ahead[-1])


def _under(anchor: Anchor, paper: Sequence[lines.Line]) -> Iterator[Hit]:
    for index, line in enumerate(paper):
        for label in _labels(anchor, line):
            head = line.box(label.start(), label.end())
            if hit := _below(anchor, head, paper[index + 1 :]):
                yield hit


def _below(anchor: Anchor, head: nouns.Box, paper: Sequence[lines.Line]) -> Hit | None:
    """The first line with such a value in the header's column."""
    left, right, down = anchor.at
    for line in paper:
        if line.page != head.page or line.words[0].top - head.top > 1.5 * down + SLACK:
            return None
        for value, odd in _values(anchor, line):
            box = line.box(value.start, value.end)
            if (
                abs(box.x0 - head.x0 - left) < SLACK
                or abs(box.x1 - head.x1 - right) < SLACK
                or abs(box.x0 + box.x1 - head.x0 - head.x1 - left - right) < SLACK
            ):
                return _hit(line, value, odd)
    return None


def _spot(anchor: Anchor, paper: Sequence[lines.Line]) -> Iterator[Hit]:
    """The one value near its place on the first page; none when there are several."""
    x0, x1, top = anchor.at
    near = [
        _hit(line, value, odd)
        for line in paper
        if line.page == 1 and abs(line.words[0].top - top) < SPOT_SLACK
        for value, odd in _values(anchor, line)
        if (box := line.box(value.start, value.end)) and min(abs(box.x0 - x0), abs(box.x1 - x1)) < SLACK
    ]
    yield from near if len(near) == 1 else ()


def _same(anchor: Anchor, paper: Sequence[lines.Line]) -> Iterator[Hit]:
    """What is the same on every bill, wherever it stands."""
    words = r"\s+".join(map(re.escape, lines.fold(anchor.shape).split()))
    for line in paper:
        for place in re.finditer(rf"(?<!\w){words}(?!\w)", line.folded):
            yield Hit(anchor.shape, line.text[slice(*place.span())], line.box(*place.span()))


def _sign(anchor: Anchor, paper: Sequence[lines.Line]) -> Iterator[Hit]:
    """The taught currency, as long as most amounts that name one are in it."""
    named = [(line, one) for line in paper for one in sorts.found(sorts.CURRENCY, line)]
    usual = Counter(one.text for _, one in named).most_common(1)
    if usual and usual[0][0] == anchor.shape:
        line, one = next((line, one) for line, one in named if one.text == anchor.shape)
        yield _hit(line, one, False)


def _labels(anchor: Anchor, line: lines.Line) -> Iterator[re.Match[str]]:
    for place in pattern(anchor.label).finditer(line.folded):
        begins = line.folded[: place.start()].rstrip(_EDGES.replace(" ", ""))
        if not anchor.opens or not begins or begins.endswith("  "):
            yield place


def _values(anchor: Anchor, line: lines.Line) -> list[tuple[sorts.Value, bool]]:
    """The values as they were taught to look; where there is none, codes of another look, as odd ones."""
    alike = [(one, False) for one in sorts.alike(anchor.sort, line, anchor.shape)]
    if alike or anchor.sort != sorts.CODE:
        return alike
    return [(one, True) for one in sorts.found(sorts.CODE, line)]


def _bare(line: lines.Line, start: int, values: Sequence[tuple[sorts.Value, bool]]) -> bool:
    """Does nothing but figures and currencies stand between the label, these values, and each other?"""
    for value, _ in values:
        if any(word not in BETWEEN for word in re.findall(r"[a-z]{2,}", line.folded[start : value.start])):
            return False
        start = value.end
    return True


def _hit(line: lines.Line, value: sorts.Value, odd: bool) -> Hit:
    return Hit(value.text, line.text[value.start : value.end], line.box(value.start, value.end), odd)


SIDES = {AFTER: _after, BEFORE: _before, UNDER: _under, SPOT: _spot, SAME: _same, SIGN: _sign}
