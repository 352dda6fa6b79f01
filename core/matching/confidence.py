"""How sure a link is, said as a share of links like it that were right; and what may be done with it unasked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.matching import aliases, blocking, names, weights
from core.matching.columns import NONE, Bools, Floats, Ints
from core.matching.features import Scene
from core.matching.groups import Group
from core.matching.stage import Edges

#: Shares from which a link is made unasked, and from which it is shown at all.
AUTO, SHOWN = 0.995, 0.5
#: Log-odds by which an automatic link must beat the next best.
CLEAR = 1.5
#: Days before an invoice that says when it is due from which a payment may as well be of the month before.
EARLY = -3
#: Beyond these nothing becomes surer.
HIGHEST, WIDEST = 7.0, 6.0


@dataclass
class Standing:
    """Of each kept pair: by how much it beats the line's and the unit's next best, what that is, and whether it is a tie."""

    by_line: Floats
    by_unit: Floats
    second: Ints
    tie: Bools


def standing(scene: Scene, edges: Edges, kept: Ints) -> Standing:
    """`kept` are places in `edges`. Units that nobody could tell apart do not compete; they are a tie all the same."""
    rival = _others(edges.seen.line, edges.seen.unit, edges.score, kept, _alike(scene, edges.seen.unit))
    owner = _others(edges.seen.unit, edges.seen.line, edges.score, kept, _same_line(scene, edges.seen.line))
    mine = edges.score[kept]
    tie = rival.twins | owner.twins | (mine - rival.best < 0.05) | (mine - owner.best < 0.05)
    by_line, by_unit = (np.clip(mine - each.best, -WIDEST, WIDEST) for each in (rival, owner))
    return Standing(by_line, by_unit, rival.at, tie)


@dataclass
class _Rivals:
    best: Floats
    at: Ints
    twins: Bools


def _others(side: Ints, other: Ints, score: Floats, kept: Ints, kind: Ints) -> _Rivals:
    """Of each kept pair, the best other pair on the same `side`, where it is of another `kind`; and whether one of the same kind is as good."""
    order = np.lexsort((-score, side))
    first = np.searchsorted(side[order], side[kept])
    last = np.searchsorted(side[order], side[kept], side="right")
    best, at, twins = np.full(len(kept), -np.inf), np.full(len(kept), -1), np.zeros(len(kept), bool)
    for place in np.flatnonzero(last - first > 1).tolist():
        mine = kept[place]
        rest = [each for each in order[first[place] : last[place]].tolist() if each != mine]
        twins[place] = any(kind[each] == kind[mine] and score[each] > score[mine] - 0.5 for each in rest)
        for each in rest:
            if kind[each] != kind[mine]:
                best[place], at[place] = score[each], other[each]
                break
    return _Rivals(best, at, twins)


def _alike(scene: Scene, unit: Ints) -> Ints:
    """Units of one supplier, day and amount are alike."""
    units = scene.units
    keys = np.stack([units.supplier, units.day, units.money, units.cents])
    return _numbered(keys)[unit]


def _same_line(scene: Scene, line: Ints) -> Ints:
    """Lines of one core, day and amount."""
    lines = scene.lines
    return _numbered(np.stack([lines.core, lines.day, lines.money, lines.cents]))[line]


def _numbered(keys: Ints) -> Ints:
    order = np.lexsort(keys)
    changed = np.append(True, (np.diff(keys[:, order], axis=1) != 0).any(axis=0))[: len(order)]
    numbered = np.empty(len(order), np.int64)
    numbered[order] = np.cumsum(changed)
    return numbered


def of_pairs(edges: Edges, kept: Ints, where: Standing) -> Floats:
    """Calibrated on what the shipped weights were fitted with."""
    return _share(design(edges.score[kept], where) @ np.array(weights.CONFIDENCE))


def design(score: Floats, where: Standing) -> Floats:
    """What confidence is made of, a row for each pair."""
    height = np.minimum(score, HIGHEST)
    least = np.minimum(where.by_line, where.by_unit)
    return np.stack(
        [np.ones(len(score)), height, np.maximum(height - 3, 0), least, np.minimum(least, 1.0), where.tie],
        axis=1,
    )


def of_groups(chosen: Sequence[tuple[float, Group]]) -> Floats:
    """Shrunk a little: a sum that fits by chance looks like any other."""
    scale, shift = weights.GROUP_CONFIDENCE
    return _share(np.array([scale * worth + shift for worth, _ in chosen], float))


def _share(odds: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(odds, -20, 9))))


def may_act(scene: Scene, edges: Edges, kept: Ints, where: Standing, sure: Floats) -> Bools:
    """Sure, clear, named, for an amount that is explained, not long before an invoice that is due later, and no other number in the label."""
    seen = edges.seen.only(kept)
    named = (seen.who >= names.CUT) | (seen.number == 1)
    known = named | (seen.alias == aliases.MOST)
    whole = np.isin(seen.amount, (blocking.EQUAL, blocking.ASKED)) | ((seen.amount == blocking.RATED) & named)
    clear = (where.by_line >= CLEAR) & (where.by_unit >= CLEAR) & ~where.tie
    timely = (scene.units.due[seen.unit] == NONE) | (seen.lag >= EARLY) | (seen.number == 1)
    return np.asarray((sure >= AUTO) & clear & known & whole & timely & (seen.number != 2))


def group_may_act(group: Group, sure: float) -> bool:
    """The same of a sum: the only one, of amounts that fit to the cent, every number in the label or one day on which all are due."""
    steps = group.steps
    plain = steps["rivals"] == 0 and steps["sum"] in (0, 1) and steps["named"] > 0
    return sure >= AUTO and plain and (steps["numbers"] == 1 or steps["due"] == 0)
