"""The choice: pairs first, sums of what they leave, and what each choice is worth."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from core.matching import assignment, confidence, groups, stage, weights
from core.matching.columns import Bools, Floats, Ints
from core.matching.confidence import Standing
from core.matching.features import Scene
from core.matching.groups import Group

#: Log-odds that a pair must exceed to be chosen, and a sum.
EVEN = 0.0
#: A pair below this gives way to a sum that fits.
WEAK = 0.5


@dataclass
class Board:
    """Lines and units `in_play` are chosen for; those that are `spare` are known to be left, and only sums may take them."""

    scene: Scene
    edges: stage.Edges
    lines_in_play: Bools
    units_in_play: Bools
    spare_lines: Bools
    spare_units: Bools
    refused: frozenset[tuple[int, int]] = field(default_factory=frozenset)

    def choose(self) -> Choice:
        """Deterministic: what comes first in the columns wins a tie."""
        matched = pairs = self._pairs()
        weak = pairs[self.edges.score[pairs] < WEAK]
        sums = self._sums(np.setdiff1d(pairs, weak))
        taken = (
            {line for _, group in sums for line in group.lines},
            {unit for _, group in sums for unit in group.units},
        )
        kept = [
            at
            for at in pairs.tolist()
            if int(self.edges.seen.line[at]) not in taken[0] and int(self.edges.seen.unit[at]) not in taken[1]
        ]
        pairs = np.array(kept, np.int64)
        where = confidence.standing(self.scene, self.edges, pairs)
        return Choice(
            matched, pairs, where, confidence.of_pairs(self.edges, pairs, where),
            [group for _, group in sums], confidence.of_groups(sums),
        )  # fmt: skip

    def _pairs(self) -> Ints:
        """Places in the edges."""
        seen = self.edges.seen
        open_ = np.flatnonzero(self.lines_in_play[seen.line] & self.units_in_play[seen.unit])
        kept = assignment.best(seen.line[open_], seen.unit[open_], self.edges.score[open_], EVEN)
        return open_[kept]

    def leftovers(self, sure: Ints | None = None) -> groups.Leftovers:
        """What is open beside these pairs; None is all that are not weak."""
        if sure is None:
            pairs = self._pairs()
            sure = pairs[self.edges.score[pairs] >= WEAK]
        lines, units = self.lines_in_play | self.spare_lines, self.units_in_play | self.spare_units
        lines[self.edges.seen.line[sure]] = False
        units[self.edges.seen.unit[sure]] = False
        return groups.Leftovers(self.scene, lines, units, self.refused)

    def _sums(self, sure: Ints) -> list[tuple[float, Group]]:
        found = self.leftovers(sure).found()
        return groups.best([(groups.score(group, weights.GROUPS), group) for group in found], EVEN)


@dataclass
class Choice:
    """Places in the edges: what was `matched` one to one, and the `pairs` that sums left of it."""

    matched: Ints
    pairs: Ints
    where: Standing
    sure: Floats
    groups: list[Group]
    groups_sure: Floats
