"""The invoice's number, the customer's reference and the contract: what stands beside or below the words that announce them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from core import nouns
from core.extraction import identifiers, labels, lines, words
from core.extraction.evidence import Evidence, Spot

#: The head of a page, in points from its top.
HEAD = 350
_BETWEEN = re.compile(r"[\s:.#*-]*(?:n ?[°o]\.?|no\.|nr\.?|#)?[\s:.#*-]*", re.I)
#: Digits in groups, as some print long numbers: 12 345 678 901.
_GROUPS = re.compile(r"(?:\d{2,5}(?: \d{2,5}){1,4}|\d(?: \d{3}){2,4})(?=$|  | [^\d\s])")
#: A few capitals, a space, and figures: WR 26-4410.
_PREFIXED = re.compile(r"[A-Z]{1,4} \d[\d/.-]{2,20}(?=$|  )")
#: A firm's first bills are number 5, not 0005.
_ONE_DIGIT = re.compile(r"\d(?= (?:del?|du|vom|van|of|dated)\b|  |$)", re.I)


@dataclass(frozen=True, slots=True)
class Numbered:
    """A code on paper and how surely it is the number that a label announces."""

    value: str
    spot: Spot
    score: float


def read(evidence: Evidence) -> dict[str, nouns.FieldRead]:
    """The fields `number`, `customer_ref` and `contract`, as far as they are told."""
    fields = {}
    for name in (words.NUMBER, words.CUSTOMER, words.CONTRACT):
        found = sorted(_announced(evidence, name), key=lambda one: (-one.score, one.spot.index))
        if found:
            fields[name] = _field(found, evidence)
    return fields


def several(evidence: Evidence) -> bool:
    """Do two pages each open with an invoice number of their own?"""
    firsts: dict[int, str] = {}
    for one in _announced(evidence, words.NUMBER):
        if one.score >= words.SURE and evidence.box(one.spot).top < HEAD:
            firsts.setdefault(evidence.box(one.spot).page, one.value)
    return len(set(firsts.values())) > 1


def _announced(evidence: Evidence, role: str) -> Iterator[Numbered]:
    for index, line in enumerate(evidence.lines):
        for label in evidence.labels[index]:
            if label.role != role:
                continue
            beside = _beside(line, index, label)
            if beside:
                yield beside
            elif label.weight > words.WEAK or _is_heading(evidence, index):
                yield from _below(evidence, index, label)


def _is_heading(evidence: Evidence, index: int) -> bool:
    """A row of three names and more, of a date too, and no figure: what is meant stands under each."""
    line = evidence.lines[index]
    dated = any(label.family == "date" for label in evidence.labels[index])
    return dated and line.text.count("  ") >= 2 and not re.search(r"\d", line.text)


def _beside(line: lines.Line, index: int, label: labels.Label) -> Numbered | None:
    gap = _BETWEEN.match(line.text, label.end)
    start = gap.end() if gap else label.end
    code = _code(line.text, start) or (label.weight == words.SURE and _digit(line.text, start))
    if not code or (label.weight == words.WEAK and len(code) < 4):
        return None
    return Numbered(code, Spot(index, start, start + len(code)), label.weight)


def _digit(text: str, start: int) -> str | None:
    alone = _ONE_DIGIT.match(text, start)
    return alone[0] if alone else None


def _below(evidence: Evidence, index: int, label: labels.Label) -> Iterator[Numbered]:
    """The code that starts in the label's column, on one of the two lines under it."""
    line = evidence.lines[index]
    head = line.box(label.start, label.end)
    for steps, (under_index, under) in enumerate(list(enumerate(evidence.lines))[index + 1 : index + 4]):
        if under.page != line.page or under.middle - line.middle > 3.5 * max(line.height, 8):
            return
        for cell in re.finditer(r"\S+(?: \S+)*", under.text):
            box = under.box(cell.start(), cell.end())
            code = _code(under.text, cell.start())
            whole = label.weight in (words.LIKELY, words.SURE) or code == cell[0]
            if code and whole and min(box.x1, head.x1) - max(box.x0, head.x0) > 0:
                yield Numbered(
                    code,
                    Spot(under_index, cell.start(), cell.start() + len(code)),
                    label.weight * (0.8 - 0.1 * steps),
                )
                return


def _code(text: str, start: int) -> str | None:
    groups = _GROUPS.match(text, start) or _PREFIXED.match(text, start)
    match = groups or identifiers.NUMBER.match(text, start)
    if not match or re.match(r"[,.]\d", text[match.end() :]) or not identifiers.looks_like_number(match[0]):
        return None
    return match[0]


def _field(found: list[Numbered], evidence: Evidence) -> nouns.FieldRead:
    best = found[0]
    agreed = sum(one.value == best.value for one in found) > 1
    others = dict.fromkeys(one.value for one in found if one.value != best.value)
    return nouns.FieldRead(
        value=best.value,
        source="generic",
        confidence=round(0.5 * best.score + (0.1 if agreed else 0.0), 2),
        raw=evidence.lines[best.spot.index].text[best.spot.start : best.spot.end],
        box=evidence.box(best.spot),
        rejected=tuple(nouns.Rejected(value, "announced less surely") for value in list(others)[:5]),
    )
