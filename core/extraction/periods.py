"""The time that a bill is for: two days with "from … to" between them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from core import nouns
from core.extraction import dates, lines
from core.extraction.evidence import Evidence, Spot

_BETWEEN = re.compile(
    r"\s*(?:-|au|to|until|through|bis(?: zum)?|al|hasta(?: el)?|tot(?: en met)?|t/m|a(?: il)?|/|->)\s*"
)
_NAMED = re.compile(
    r"period|zeitraum|competenza|consommation|abonnement|usage|verbrauch|consumo|verbruik|\bdu\b|\bfrom\b|\bvom\b|\bdel\b|\bdal\b|\bvan\b|\bdesde\b|service"
)
LONGEST_DAYS = 800


def read(evidence: Evidence) -> dict[str, nouns.FieldRead]:
    """The fields `period_from` and `period_to`; of several spans the first that is called a period, else none."""
    turned = _turned(evidence.lines)
    for index, line in enumerate(evidence.lines):
        for first, last in pairwise(dates.found(line.folded)):
            if not _BETWEEN.fullmatch(line.folded[first.end : last.start]):
                continue
            days = [day.other if turned and day.other else day.value for day in (first, last)]
            if 0 < (days[1] - days[0]).days <= LONGEST_DAYS and _named(evidence, index, first):
                spots = (Spot(index, first.start, first.end), Spot(index, last.start, last.end))
                return {
                    name: nouns.FieldRead(day.isoformat(), "generic", 0.5, line.text[spot.start : spot.end], evidence.box(spot))
                    for name, day, spot in zip(("period_from", "period_to"), days, spots, strict=True)
                }  # fmt: skip
    return {}


def _named(evidence: Evidence, index: int, first: dates.Day) -> bool:
    """Words before it, or the line above, call it a period."""
    before = evidence.lines[index].folded[: first.start]
    over = evidence.lines[index - 1].folded if index else ""
    return bool(_NAMED.search(before) or (len(before) < 3 and _NAMED.search(over)))


def _turned(paper: Sequence[lines.Line]) -> bool:
    days = [day for line in paper for day in dates.found(line.folded)]
    return dates.month_first("\n".join(line.folded for line in paper), days)
