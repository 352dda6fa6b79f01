"""What people taught of one layout of a Supplier: an anchor or more for each field, and by what the layout is known again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core import nouns
from core.extraction import anchors, layouts, lines, pointing, sorts
from core.extraction.anchors import Anchor

FIELDS = tuple(sorts.OF_FIELD)
#: A taught place, and one that is not quite as it was taught.
TAUGHT, ODD = 0.9, 0.6
#: So many of the fields that have labels stand at them, as a share and at least, where little else is as it was.
THERE, FEWEST = 0.8, 3
#: How a paper fits that is known by its labels alone.
LEAST = 0.01


@dataclass(frozen=True, slots=True)
class Template:
    """A version of what was taught; 0 came with the farm. Anchors of one field stand in the order in which they are asked."""

    supplier: str
    version: int
    layout: str
    anchors: tuple[Anchor, ...]

    @property
    def source(self) -> str:
        return f"template:{self.supplier}/{self.version}"


def fingerprint(words: Sequence[lines.Word]) -> str:
    return layouts.fingerprint(words)


def propose(words: Sequence[lines.Word], field: str, box: nouns.Box) -> Anchor | None:
    """The likeliest anchor for the value in this box; None when nothing of the field's sort stands there."""
    return next(iter(pointing.proposals(words, field, box)), None)


def unpacked(said: Mapping[str, Any]) -> Template:
    """A template from its JSON, as it stands in the table or in a shipped file."""
    told = tuple(map(anchors.unpacked, said["anchors"]))
    return Template(str(said["supplier"]), int(said["version"]), str(said["layout"]), told)


def fitting(offered: Sequence[Template], words: Sequence[lines.Word]) -> Template | None:
    """The one whose layout this document has; what people here taught before what is shipped, then the best, then the newest."""
    rated = [(one.version > 0, _fit(one, words), one.version, one) for one in offered]
    return max((one for one in rated if one[1]), key=lambda one: one[:3], default=(None,))[-1]


def _fit(template: Template, words: Sequence[lines.Word]) -> float:
    """How well the layout fits; 0 is another. Where most of a paper is new each time, the labels that were taught tell."""
    fit = layouts.fits(template.layout, words)
    if fit >= layouts.SAME:
        return fit
    labelled = {one.field for one in template.anchors if one.label}
    read = apply(template, words)
    sure = [name for name in labelled if name in read and read[name].confidence >= TAUGHT]
    return max(fit, LEAST) if len(sure) >= max(FEWEST, THERE * len(labelled)) else 0.0


def apply(template: Template, words: Sequence[lines.Word]) -> dict[str, nouns.FieldRead]:
    """Every taught field that is found again, whatever the layout; ask `fitting` first."""
    paper = lines.gathered(words)
    read: dict[str, nouns.FieldRead] = {}
    for anchor in template.anchors:
        if anchor.field not in read and (found := anchors.hits(anchor, paper)):
            read[anchor.field] = _field(template, anchor, found)
    return read


def _field(template: Template, anchor: Anchor, found: Sequence[anchors.Hit]) -> nouns.FieldRead:
    """Where the label stands several times and the values differ, nothing is sure."""
    hit = found[-1] if anchor.last else found[0]
    others = dict.fromkeys(one.value for one in found if one.value != hit.value)
    sure = not others and not hit.odd and anchor.side != anchors.SPOT
    return nouns.FieldRead(
        value=hit.value,
        source=template.source,
        confidence=TAUGHT if sure else ODD,
        raw=hit.raw,
        box=hit.box,
        rejected=tuple(nouns.Rejected(one, "stands at the same words elsewhere") for one in list(others)[:5]),
    )
