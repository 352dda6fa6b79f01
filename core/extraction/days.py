"""Which of the dates on paper is the day of issue, and which the day by which to pay."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from core import nouns
from core.extraction import dates, words
from core.extraction.evidence import Evidence, Spot

#: The share of a first page in which a date without a label may still be that of the letter, and points of it that always count.
LETTERHEAD, HEAD = 0.45, 250.0


@dataclass(frozen=True, slots=True)
class Dated:
    """A date on paper and how surely its labels call it the issue date, the due date or another."""

    day: dates.Day
    spot: Spot
    hints: Mapping[str, float]

    def score(self, role: str) -> float:
        score = self.hints.get(role, 0.0)
        return score if score and score >= max(self.hints.values()) else 0.0


def read(evidence: Evidence) -> dict[str, nouns.FieldRead]:
    """The fields `date` and `due_date`, as far as they are told."""
    every = list(_dated(evidence))
    issued = max(every, key=lambda one: (one.score(words.DATE), -one.spot.index), default=None)
    due = max(every, key=lambda one: (one.score(words.DUE), -one.spot.index), default=None)
    fields = {}
    if issued and issued.score(words.DATE):
        fields["date"] = _field(issued, evidence, issued.score(words.DATE), every)
    elif alone := _unnamed(every, evidence):
        fields["date"] = _field(alone, evidence, 0.4, every)
    if due and due.score(words.DUE):
        fields["due_date"] = _field(due, evidence, due.score(words.DUE), [])
    return fields


def impossible(evidence: Evidence) -> bool:
    """Does a label of the issue or due date stand beside a day that no calendar has?"""
    spots = [
        Spot(index, *span)
        for index, line in enumerate(evidence.lines)
        for span in dates.impossible(line.folded)
    ]
    hints = [evidence.hints(spot, "date") for spot in spots]
    return any(max(one.get(words.DATE, 0.0), one.get(words.DUE, 0.0)) >= words.LIKELY for one in hints)


def _dated(evidence: Evidence) -> Iterator[Dated]:
    found = [(index, day) for index, line in enumerate(evidence.lines) for day in dates.found(line.folded)]
    whole = "\n".join(line.folded for line in evidence.lines)
    turned = dates.month_first(whole, [day for _, day in found])
    for index, day in found:
        spot = Spot(index, day.start, day.end)
        value = day.other if turned and day.other else day.value
        yield Dated(replace(day, value=value), spot, evidence.hints(spot, "date"))


def _unnamed(every: list[Dated], evidence: Evidence) -> Dated | None:
    """The first date in the letterhead that no label calls something else."""
    bottom = max((line.words[0].bottom for line in evidence.lines if line.page == 1), default=0.0)
    return next(
        (
            one
            for one in every
            if not one.hints
            and evidence.box(one.spot).page == 1
            and evidence.box(one.spot).top < max(HEAD, LETTERHEAD * bottom)
        ),
        None,
    )


def _field(one: Dated, evidence: Evidence, score: float, every: list[Dated]) -> nouns.FieldRead:
    line = evidence.lines[one.spot.index]
    others = {other.day.value: other for other in every if other.day.value != one.day.value}
    return nouns.FieldRead(
        value=one.day.value.isoformat(),
        source="generic",
        confidence=round(0.5 * min(1.0, score + 0.1), 2),
        raw=line.text[one.spot.start : one.spot.end],
        box=evidence.box(one.spot),
        rejected=tuple(
            nouns.Rejected(day.isoformat(), _why(other)) for day, other in list(others.items())[:5]
        ),
    )


def _why(other: Dated) -> str:
    if other.score(words.DUE):
        return "named as a due date"
    return "named as another date" if other.score(words.OTHER_DATE) else "named as the issue date less surely"
