"""One payment for several documents, several payments for one, credit notes taken off: sums that fit, of one supplier.

Only what no pair has taken is looked at, at most CANDIDATES at a time, and every sum of at most MOST of them is tried.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np

from core.matching import aliases, blocking, features, names
from core.matching.columns import NONE, Bools, Floats, Ints

CANDIDATES, MOST, MOST_PAYMENTS = 12, 5, 4
#: Days from the oldest document to its payment, and from a payment to a document issued after it.
LONGEST, EARLIEST = 110, 12
FACETS = {
    "sum": 3, "size": 4, "credit": 2, "numbers": 4, "due": 3, "spread": 5, "late": 6, "rivals": 4, "parts": 2, "rate": 8, "named": 3,
    "room": 4, "even": 2,
}  # fmt: skip


@dataclass(frozen=True)
class Group:
    """Lines that together pay units: one of both is alone."""

    lines: tuple[int, ...]
    units: tuple[int, ...]
    sum: int
    steps: dict[str, int]


@cache
def _masks(count: int, most: int) -> Ints:
    """Every choice of 2 to `most` among `count`, as rows of zeros and ones."""
    rows = [
        [int(at in chosen) for at in range(count)]
        for size in range(2, min(most, count) + 1)
        for chosen in itertools.combinations(range(count), size)
    ]
    return np.array(rows, np.int64).reshape(-1, count)


@dataclass
class Leftovers:
    """What no pair took: `lines` and `units` are open. `refused` are pairs that nobody wants to see again."""

    scene: features.Scene
    lines: Bools
    units: Bools
    refused: frozenset[tuple[int, int]] = frozenset()

    def found(self) -> Iterator[Group]:
        """Every sum that fits, with what is seen of it."""
        for group in self._sums():
            if self.refused.isdisjoint(itertools.product(group.lines, group.units)):
                yield group

    def _sums(self) -> Iterator[Group]:
        lines, units = self._by_supplier()
        for supplier in sorted(set(lines) & set(units)):
            for line in lines[supplier]:
                yield from self._documents_of(line, units[supplier])
            known = [line for line in lines[supplier] if self._is_known(line, supplier)]
            for unit in units[supplier]:
                yield from self._payments_of(unit, known)

    def _is_known(self, line: int, supplier: int) -> bool:
        """Among the many small payments to a payee that is only guessed some always add up to an invoice."""
        lines, who = self.scene.lines, np.array([supplier])
        said = max(self.scene.table.level(each, who)[0] for each in (lines.core[[line]], lines.party[[line]]))
        learned = self.scene.aliases.level(lines.core[[line]], who)[0]
        return bool(said >= names.CUT or learned == aliases.MOST)

    def _by_supplier(self) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
        lines, units = defaultdict(list), defaultdict(list)
        for line in np.flatnonzero(self.lines & (self.scene.payee != NONE)).tolist():
            lines[int(self.scene.payee[line])].append(line)
        for unit in np.flatnonzero(self.units).tolist():
            units[int(self.scene.units.supplier[unit])].append(unit)
        return lines, units

    def _documents_of(self, line: int, units: list[int]) -> Iterator[Group]:
        mine, owed = self.scene.lines, self.scene.units
        here = np.array(units)
        lag = mine.bought[line] - owed.day[here]
        here = here[(lag >= -EARLIEST) & (lag <= LONGEST) & (owed.money[here] == self._currency(line, here))]
        here = here[np.lexsort((here, np.abs(mine.bought[line] - owed.day[here])))][:CANDIDATES]
        if len(here) < 2:
            return
        masks = _masks(len(here), MOST)
        sums = masks @ owed.cents[here]
        kind, fits = self._fits(line, int(owed.money[here[0]]), sums)
        chosen = [here[row.astype(bool)] for row in masks[fits]]
        ratios = self._ratio(line, int(owed.money[here[0]]), sums[fits])
        for picked, ratio in zip(chosen, ratios, strict=True):
            steps = self._steps(line, picked, len(chosen), len(here), ratio, kind)
            yield Group((line,), tuple(sorted(picked.tolist())), kind, steps)

    def _currency(self, line: int, here: Ints) -> int:
        """That of the payment where the supplier asks it, else what the shop asked, else the commonest foreign one."""
        lines, asked = self.scene.lines, self.scene.units.money[here]
        for money in (int(lines.money[line]), int(lines.asked_money[line])):
            if (asked == money).any():
                return money
        return int(np.bincount(asked).argmax()) if len(asked) else NONE

    def _fits(self, line: int, money: int, sums: Ints) -> tuple[int, Bools]:
        lines = self.scene.lines
        if money == lines.money[line]:
            return 0, sums == -lines.cents[line]
        if money == lines.asked_money[line]:
            return 1, sums * -np.sign(lines.cents[line]) == lines.asked[line]
        ratio = self._ratio(line, money, sums)
        return 2, (ratio >= blocking.CHEAPEST) & (ratio <= blocking.DEAREST)

    def _ratio(self, line: int, money: int, sums: Ints) -> Floats:
        lines, changes = self.scene.lines, self.scene.changes
        day = lines.bought[[line]]
        paid = -lines.cents[line] * changes.euros(lines.money[[line]], day)[0]
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(paid / (sums * changes.euros(np.array([money]), day)[0]))

    def _payments_of(self, unit: int, lines: list[int]) -> Iterator[Group]:
        mine, owed = self.scene.lines, self.scene.units
        here = np.array(lines, np.int64)
        lag = mine.bought[here] - owed.day[unit]
        smaller = np.sign(mine.cents[here]) == -np.sign(owed.cents[unit])
        here = here[(lag >= -EARLIEST) & (lag <= LONGEST) & smaller]
        here = here[np.lexsort((here, np.abs(mine.bought[here] - owed.day[unit])))][:CANDIDATES]
        if len(here) < 2:
            return
        masks = _masks(len(here), MOST_PAYMENTS)
        kind, fits, ratios = self._together(unit, here, masks)
        for row, ratio in zip(masks[fits], ratios[fits], strict=True):
            picked = here[row.astype(bool)]
            steps = self._part_steps(unit, picked, int(fits.sum()), len(here), ratio, kind)
            yield Group(tuple(sorted(picked.tolist())), (unit,), kind, steps)

    def _together(self, unit: int, here: Ints, masks: Ints) -> tuple[int, Bools, Floats]:
        """How sums of these payments meet the unit."""
        lines, units, changes = self.scene.lines, self.scene.units, self.scene.changes
        owed, money = int(units.cents[unit]), int(units.money[unit])
        ones = np.ones(len(masks))
        if (lines.money[here] == money).all():
            return 0, masks @ -lines.cents[here] == owed, ones
        euros = -lines.cents[here] * changes.euros(lines.money[here], lines.bought[here])
        worth = owed * changes.euros(units.money[[unit] * len(here)], lines.bought[here])
        with np.errstate(divide="ignore", invalid="ignore"):
            ratios = np.asarray(masks @ (euros / worth))
        asked = (lines.asked_money[here] == money) @ masks.T == masks.sum(1)
        exact = masks @ np.where(lines.asked_money[here] == money, lines.asked[here], 0) == abs(owed)
        between = (ratios >= blocking.CHEAPEST) & (ratios <= blocking.DEAREST)
        return 2, np.where(asked, exact, between), ratios

    def _steps(
        self, line: int, picked: Ints, rivals: int, room: int, ratio: float, kind: int
    ) -> dict[str, int]:
        lines, units = self.scene.lines, self.scene.units
        due, day = units.due[picked], units.day[picked]
        debts = units.cents[picked] > 0
        said = self.scene.lines.references.of(line)
        named = sum(units.numbers[unit] in said for unit in picked[debts])
        return {
            "sum": kind,
            "size": len(picked) - 2,
            "credit": int(not debts.all()),
            "numbers": _share(named, int(debts.sum()), bool(said)),
            "due": _due(due[debts]),
            "spread": int(np.searchsorted((4, 9, 16, 32), int(day.max() - day.min()), side="right")),
            "late": int(
                np.searchsorted((0, 4, 10, 31, 71), int(lines.bought[line] - day.max()), side="right")
            ),
            "rivals": int(np.searchsorted((2, 3, 6), rivals, side="right")),
            "parts": 0,
            "rate": int(np.searchsorted(features.RATES, ratio, side="right")) if kind == 2 else 3,
            "named": self._named(line, int(picked[0])),
            "room": int(np.searchsorted((3, 5, 9), room, side="right")),
            "even": 0,
        }

    def _part_steps(
        self, unit: int, picked: Ints, rivals: int, room: int, ratio: float, kind: int
    ) -> dict[str, int]:
        lines, units = self.scene.lines, self.scene.units
        number = units.numbers[unit]
        said = [self.scene.lines.references.of(line) for line in picked.tolist()]
        named = sum(number in each for each in said)
        day, cents = lines.bought[picked], np.abs(lines.cents[picked])
        return {
            "sum": kind,
            "size": len(picked) - 2,
            "credit": 0,
            "numbers": _share(named, len(picked), any(said)),
            "due": 2,
            "spread": int(np.searchsorted((4, 9, 16, 32), int(day.max() - day.min()), side="right")),
            "late": int(np.searchsorted((0, 4, 10, 31, 71), int(day.min() - units.day[unit]), side="right")),
            "rivals": int(np.searchsorted((2, 3, 6), rivals, side="right")),
            "parts": 1,
            "rate": int(np.searchsorted(features.RATES, ratio, side="right")) if kind == 2 else 3,
            "named": self._named(int(picked[0]), unit),
            "room": int(np.searchsorted((3, 5, 9), room, side="right")),
            "even": int(cents.max() - cents.min() <= len(cents)),
        }

    def _named(self, line: int, unit: int) -> int:
        """By an alias, by the start of a name, by its name."""
        lines, supplier = self.scene.lines, self.scene.units.supplier[[unit]]
        level = max(
            int(self.scene.table.level(lines.core[[line]], supplier)[0]),
            int(self.scene.table.level(lines.party[[line]], supplier)[0]),
        )
        return max(0, level - 3)


def _share(named: int, of: int, said: bool) -> int:
    """Numbers in the label: none said, all of these, some, others."""
    if named:
        return 1 if named == of else 2
    return 3 if said else 0


def _due(due: Ints) -> int:
    """All due on one day, on several, not said."""
    if (due == NONE).any() or not len(due):
        return 2
    return int(due.max() != due.min())


def score(group: Group, weights: dict[str, list[float]]) -> float:
    """Log-odds that the sum is no chance."""
    return weights["base"][0] + sum(weights[facet][step] for facet, step in group.steps.items())


def best(groups: list[tuple[float, Group]], least: float) -> list[tuple[float, Group]]:
    """Surest first, no line and no unit twice."""
    lines, units, kept = set[int](), set[int](), []
    for worth, group in sorted(groups, key=lambda each: (-each[0], each[1].lines, each[1].units)):
        if worth > least and not (lines & set(group.lines) or units & set(group.units)):
            lines |= set(group.lines)
            units |= set(group.units)
            kept.append((worth, group))
    return kept
