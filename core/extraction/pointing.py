"""From a place that a person pointed at to the anchors that would find it again, the likeliest first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from core import nouns
from core.extraction import anchors, dates, labels, lines, sorts
from core.extraction.anchors import Anchor

#: How far above a value its header may stand, in points.
REACH = 60.0
#: A header is not much wider than what stands under it, unless it is short.
WIDEST = 200.0
#: Anchors that are kept for one field: the second is asked when the first finds nothing.
KEPT = 3


@dataclass(frozen=True, slots=True)
class Pointed:
    """The value that a box holds, on the line at `index`."""

    field: str
    index: int
    value: sorts.Value


def proposals(words: Sequence[lines.Word], field: str, box: nouns.Box) -> list[Anchor]:
    """Anchors that read exactly this value in this very document; none when the box holds no value of the field's sort."""
    paper = lines.gathered(words)
    spot = pointed(paper, field, box)
    if spot is None:
        return []
    ranked: list[tuple[float, Anchor]] = []
    for anchor, worth in _candidates(paper, spot):
        found = anchors.hits(anchor, paper)
        values = [one.value for one in found]
        if spot.value.text in (values[:1] + values[-1:]):
            last = values[0] != spot.value.text or (
                sorts.OF_FIELD[field] == sorts.AMOUNT and values[-1] == spot.value.text
            )
            ranked.append((worth + (0.5 if len(set(values)) == 1 else 0.0), replace(anchor, last=last)))
    ranked.sort(key=lambda one: -one[0])
    return [anchor for _, anchor in ranked[:KEPT]]


def pointed(paper: Sequence[lines.Line], field: str, box: nouns.Box) -> Pointed | None:
    """The value of the field's sort that lies most within the box."""
    sort = sorts.OF_FIELD[field]
    found = [
        (share, Pointed(field, index, value))
        for index, line in enumerate(paper)
        if line.page == box.page
        for value in _readable(sort, line, paper, box)
        if (share := _shared(line.box(value.start, value.end), box)) > 0
    ]
    return max(found, key=lambda one: one[0], default=(0.0, None))[1]


def _readable(sort: str, line: lines.Line, paper: Sequence[lines.Line], box: nouns.Box) -> list[sorts.Value]:
    """A code or a name is whatever words the box holds; dates are read in the order of the whole paper."""
    if sort in (sorts.CODE, sorts.NAME):
        inside = [at for at, word in enumerate(line.words) if _holds(box, word)]
        if not inside:
            return []
        start = line.starts[inside[0]]
        end = line.starts[inside[-1]] + len(line.words[inside[-1]].text)
        if sort == sorts.NAME:
            name = _name(line.text[start:end], paper)
            return [sorts.Value(name, start, end, name)]
        one = sorts.code(line, start, end)
        return [one] if one else []
    if sort == sorts.DATE:
        shape = sorts.MONTH_FIRST if _turned(paper) else sorts.DAY_FIRST
        return [replace(one, shape=shape) for one in sorts.alike(sort, line, shape)]
    return sorts.found(sort, line)


def _name(text: str, paper: Sequence[lines.Line]) -> str:
    """A name without the sentence's stop behind it, which tells itself where the name stands elsewhere without."""
    name = " ".join(re.sub(r"(?<=\.)\.$|[,;:·-]+$", "", text).split())
    bare = re.compile(r"\s+".join(map(re.escape, name.rstrip(".").split())) + r"(?![\w.])")
    return name.rstrip(".") if any(bare.search(line.text) for line in paper) else name


def _turned(paper: Sequence[lines.Line]) -> bool:
    days = [day for line in paper for day in dates.found(line.folded)]
    return dates.month_first("\n".join(line.folded for line in paper), days)


def _candidates(paper: Sequence[lines.Line], spot: Pointed) -> Iterator[tuple[Anchor, float]]:
    """Each with its worth: words that are known to announce the field count most, then how near they stand."""
    line, value = paper[spot.index], spot.value
    bare = Anchor(spot.field, anchors.SPOT, "", value.shape)
    if bare.sort == sorts.NAME:
        yield Anchor(spot.field, anchors.SAME, "", value.text), 1.0
        return
    if bare.sort == sorts.CURRENCY:
        yield Anchor(spot.field, anchors.SIGN, "", value.text), 1.0
        return
    yield from _beside(line, spot, bare)
    yield from _headed(paper, spot, bare)
    box = line.box(value.start, value.end)
    if box.page == 1:
        yield replace(bare, at=(box.x0, box.x1, box.top)), 0.0


def _beside(line: lines.Line, spot: Pointed, bare: Anchor) -> Iterator[tuple[Anchor, float]]:
    """The words before the value, in its cell or the nearest one; and those right behind it."""
    end, skip = spot.value.start, 0
    for one in reversed(sorts.alike(bare.sort, line, bare.shape)):
        if one.end <= spot.value.start and not re.search(r"[a-z]{2}", _plain(line.folded[one.end : end])):
            end, skip = one.start, skip + 1
    start = _cell_start(line.folded, end)
    words, opens = _last_words(line.folded[start:end])
    if words:
        near = 1.0 if skip == 0 and end - start < 60 else 0.4
        known = 2.0 if _announces(line, spot.field, start, end) else 0.0
        yield replace(bare, side=anchors.AFTER, label=words, opens=opens, skip=skip), near + known + 0.3
    behind = re.match(r" ?\S+(?: \S+){0,2}", line.folded[spot.value.end :])
    if behind and (words := anchors.label_of(behind[0])) and anchors.FIGURES not in words:
        known = 1.5 if _announces(line, spot.field, spot.value.end, spot.value.end + behind.end()) else 0.0
        yield replace(bare, side=anchors.BEFORE, label=words), 0.2 + known


def _headed(paper: Sequence[lines.Line], spot: Pointed, bare: Anchor) -> Iterator[tuple[Anchor, float]]:
    """The nearest words above the value, in its column; a figure between them ends the search."""
    place = paper[spot.index].box(spot.value.start, spot.value.end)
    for line in reversed(paper[: spot.index]):
        if line.page != place.page or place.top - line.words[0].top > REACH:
            return
        for cell in re.finditer(r"\S+(?: \S+)*", line.folded):
            box = line.box(cell.start(), cell.end())
            if (
                min(box.x1, place.x1) - max(box.x0, place.x0) <= 0
                and min(abs(box.x0 - place.x0), abs(box.x1 - place.x1)) > 4
            ):
                continue
            words = anchors.label_of(cell[0])
            if not words or anchors.FIGURES in words or box.x1 - box.x0 > WIDEST:
                return
            known = 2.0 if _announces(line, spot.field, cell.start(), cell.end()) else 0.0
            at = (round(place.x0 - box.x0, 1), round(place.x1 - box.x1, 1), round(place.top - box.top, 1))
            yield replace(bare, side=anchors.UNDER, label=words, opens=True, at=at), 0.8 + known
            return


def _last_words(text: str) -> tuple[str, bool]:
    """The label at the end of a cell, and whether it is the whole of it; figures at its end are no part of it."""
    words = anchors.label_of(text).split()
    while words and words[-1] == anchors.FIGURES:
        words.pop()
    return " ".join(words[-anchors.LONGEST :]), 0 < len(words) <= anchors.LONGEST


def _cell_start(folded: str, end: int) -> int:
    """Where the cell begins that ends here, or the nearest one before it that has letters."""
    start = end
    while start > 0:
        start = folded.rfind("  ", 0, start)
        start = max(start, 0)
        if re.search("[a-z]", anchors.label_of(folded[start:end])):
            return start
    return 0


def _announces(line: lines.Line, field: str, start: int, end: int) -> bool:
    """Is there a label between these that the reader knows for this field?"""
    return any(one.role == field and one.start < end and one.end > start for one in labels.found(line))


def _plain(folded: str) -> str:
    return " ".join(word for word in folded.split() if word.strip(".,:;()") not in anchors.BETWEEN)


def _holds(box: nouns.Box, word: lines.Word) -> bool:
    return _shared(nouns.Box(word.page, word.x0, word.top, word.x1, word.bottom), box) > 0.4 * (
        word.x1 - word.x0
    ) * word.height or (
        word.x0 - 1 <= box.x0
        and box.x1 <= word.x1 + 1
        and word.top - 1 <= box.top
        and box.bottom <= word.bottom + 1
    )


def _shared(one: nouns.Box, other: nouns.Box) -> float:
    """The area in points that two boxes of a page have in common."""
    wide = min(one.x1, other.x1) - max(one.x0, other.x0)
    high = min(one.bottom, other.bottom) - max(one.top, other.top)
    return max(wide, 0.1) * max(high, 0.1) if wide >= 0 and high >= 0 and one.page == other.page else 0.0
