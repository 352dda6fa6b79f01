"""Who sells and how to pay, as far as a code that checks itself tells: the supplier's VAT number and the IBAN."""

from __future__ import annotations

import re
from collections.abc import Callable

from core import nouns
from core.extraction import identifiers
from core.extraction.evidence import Evidence, Spot

_OURS = re.compile(
    r"client|customer|acheteur|buyer|bill to|ship to|kunde|kaufer|klant|votre|your|vos identifiants"
)
Found = tuple[str, int, int]


def read(evidence: Evidence) -> dict[str, nouns.FieldRead]:
    """The fields `supplier_vat` and `iban`; where several differ, the first that is not said to be the customer's."""
    fields = {
        "supplier_vat": _first(evidence, identifiers.vat_numbers),
        "iban": _first(evidence, identifiers.ibans),
    }
    return {name: field for name, field in fields.items() if field}


def _first(evidence: Evidence, codes: Callable[[str], list[Found]]) -> nouns.FieldRead | None:
    spots = [
        (code, Spot(index, start, end))
        for index, line in enumerate(evidence.lines)
        for code, start, end in codes(line.text)
        if not _OURS.search(line.folded[:start])
    ]
    if not spots:
        return None
    code, spot = spots[0]
    others = dict.fromkeys(other for other, _ in spots if other != code)
    return nouns.FieldRead(
        value=code,
        source="generic",
        confidence=0.3 if others else 0.6,
        raw=evidence.lines[spot.index].text[spot.start : spot.end],
        box=evidence.box(spot),
        rejected=tuple(nouns.Rejected(other, "stands further down") for other in list(others)[:5]),
    )
