"""An earlier purchase that stays without: it may be the one that an invoice was written for, so nobody else gets that unasked.

What is paid at once is often written afterwards, by days or by weeks; then it arrives beside the next purchase, whose own invoice may
be the missing one. A debit or a transfer has a due date and follows its invoice: it is not held up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from core.matching import stage
from core.matching.columns import NONE, Bools
from core.matching.features import Scene
from core.matching.values import Link, Reason

#: A label that says the number of another document waits for that.
OTHERS = 2


def before(scene: Scene, edges: stage.Edges) -> Bools:
    """Which pairs are of a purchase and an invoice that was written after it."""
    seen = edges.seen
    at_once = scene.units.due[seen.unit] == NONE
    return np.asarray(at_once & (seen.lag < 0) & (seen.number != OTHERS))


def watched(scene: Scene, edges: stage.Edges, links: Sequence[Link]) -> list[Link]:
    """The links of a whole pile, held where an earlier purchase got nothing."""
    linked = {link.payment for link in links}
    alone = np.array([each not in linked for each in scene.lines.ids], bool)
    met = edges.seen.unit[before(scene, edges) & alone[edges.seen.line]]
    wanted = {scene.units.members[unit][0] for unit in np.unique(met).tolist()}
    return [held(link) if may_be_held(link) and link.invoices[0] in wanted else link for link in links]


def may_be_held(link: Link) -> bool:
    """Unasked, for one invoice, whose number the label does not say."""
    one = len(link.invoices) == 1 and not (link.part or link.confirmed)
    return link.band == "auto" and one and all(each.code != "number_in_label" for each in link.reasons)


def held(link: Link) -> Link:
    """For a person to decide."""
    return replace(link, band="suggest", reasons=(*link.reasons, Reason("another_waits")))
