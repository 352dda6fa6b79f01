"""A document read as people taught it first, and as is known in general where they did not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import product
from typing import BinaryIO

from core import nouns
from core.extraction import doubts, generic, lines, pages, sums, templates
from core.extraction.templates import Template

#: A taught place that the generic reader finds too, or whose sum comes out; and two that differ.
CONFIRMED, AT_ODDS = 0.95, 0.3
#: From here the generic reader's own finding is a statement that confirms or contradicts.
STATED = 0.35


def read(document: BinaryIO, offered: Sequence[Template]) -> nouns.Reading:
    """`offered` are the live templates of the document's supplier. Raises as `generic.read`."""
    paper = pages.paper(document)
    return with_templates(generic.of(paper), offered, [word for line in paper.lines for word in line.words])


def with_templates(
    reading: nouns.Reading, offered: Sequence[Template], words: Sequence[lines.Word]
) -> nouns.Reading:
    """The Reading with what people taught before what is known in general; doubted when nobody taught this layout."""
    template = templates.fitting(offered, words)
    if template is None:
        unknown = words and any(one.version for one in offered)
        return replace(reading, doubts=(*reading.doubts, doubts.NEW_LAYOUT)) if unknown else reading
    fields = dict(reading.fields)
    for name, field in templates.apply(template, words).items():
        fields[name] = _judged(field, reading.fields.get(name), here=template.version > 0)
    fields = _summed(fields, reading.fields)
    other = [one for one in reading.doubts if one not in generic.CHECKED]
    return replace(reading, fields=fields, doubts=(*other, *generic.checked(fields)))


def _judged(field: nouns.FieldRead, known: nouns.FieldRead | None, *, here: bool) -> nouns.FieldRead:
    """The taught value, confirmed by the generic reader, or with what that one said beside it.

    Two that agree are as sure as a sum only when somebody `here` has seen the template read.
    """
    if known is None or (known.value != field.value and known.confidence < STATED):
        return field
    sure = field.confidence >= templates.TAUGHT
    if known.value == field.value:
        stated = here and sure and known.confidence >= STATED
        return replace(field, source=f"{field.source}+generic", confidence=CONFIRMED) if stated else field
    if sure:
        said = nouns.Rejected(known.value, "read otherwise without the template")
        return replace(field, rejected=(said, *field.rejected))
    said = nouns.Rejected(field.value, "stands where it was taught, but is not written so")
    return replace(known, confidence=AT_ODDS, rejected=(said, *known.rejected))


def _summed(
    fields: Mapping[str, nouns.FieldRead], known: Mapping[str, nouns.FieldRead]
) -> dict[str, nouns.FieldRead]:
    """Net and VAT that come out as the taught total confirm it; where the taught ones do not, those of the generic reader may.

    A person who taught the VAT of one rate has not taught the sum of two.
    """
    total = fields.get("total")
    if total is None or not _is_taught(total):
        return dict(fields)
    nets, vats = ([one[name] for one in (fields, known) if name in one] for name in ("net", "vat"))
    for net, vat in product(nets, vats):
        if abs(Decimal(net.value) + Decimal(vat.value) - Decimal(total.value)) <= sums.TOLERANCE:
            return {**fields, "net": _sure(net), "vat": _sure(vat), "total": _sure(total)}
    return dict(fields)


def _sure(field: nouns.FieldRead) -> nouns.FieldRead:
    return replace(field, confidence=max(field.confidence, CONFIRMED)) if _is_taught(field) else field


def _is_taught(field: nouns.FieldRead) -> bool:
    return field.source.startswith("template:")
