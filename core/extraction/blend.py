"""Several Documents of one Invoice, read each for itself, as one Reading: per field the better evidence, surer where two agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation

from core import nouns

#: The order of evidence, best first; `page` is what a page adds to another's source.
ORDER = ("person", "xml", "portal", "template", "generic", "page", "ocr")
#: Data and a page, or a portal and a page, say the same.
AGREED = 0.97


def blend(readings: Sequence[nouns.Reading]) -> nouns.Reading:
    """At least one Reading; the first says what kind it is. Every doubt stays."""
    names = dict.fromkeys(name for reading in readings for name in reading.fields)
    fields = {
        name: _best([reading.fields[name] for reading in readings if name in reading.fields])
        for name in names
    }
    doubts = tuple(dict.fromkeys(doubt for reading in readings for doubt in reading.doubts))
    return replace(readings[0], fields=fields, doubts=doubts)


def _best(said: Sequence[nouns.FieldRead]) -> nouns.FieldRead:
    best = min(said, key=lambda field: (_rank(field), -field.confidence))
    for other in said:
        independent = not _witnesses(best) & _witnesses(other)
        if independent and _same(best.value, other.value):
            sure = max(best.confidence, other.confidence, AGREED)
            best = replace(best, source=f"{best.source}+{other.source}", confidence=sure)
    return best


def _rank(field: nouns.FieldRead) -> int:
    return min((ORDER.index(name) for name in _families(field)), default=len(ORDER))


def _witnesses(field: nouns.FieldRead) -> set[str]:
    """A template and the generic reader look at one and the same page."""
    return {"page" if name in ("template", "generic", "ocr") else name for name in _families(field)}


def _families(field: nouns.FieldRead) -> list[str]:
    names = [part.partition(":")[0] for part in field.source.split("+")]
    return [name for name in names if name in ORDER]


def _same(one: str, other: str) -> bool:
    try:
        return Decimal(one) == Decimal(other)
    except InvalidOperation:
        return one.casefold() == other.casefold()
