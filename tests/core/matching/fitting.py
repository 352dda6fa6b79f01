"""Fits the shipped prior anew: `python -m tests.core.matching.fitting [SETDIR…]`, on ten invented companies and on given sets.

A set's folder has a `truth.json` beside its payments: `links` of (payment, invoice, kind), `payment_class` and `invoice_class`
where several are one. Prints the tables as they stand in `core/matching/weights.py`; hold back a set to see how they do on it.
"""

from __future__ import annotations

import argparse
import json
import pprint
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import sparse

from core.matching import board, confidence, features, groups, sets, solving, stage, weights
from core.matching.columns import Floats
from core.matching.features import Scene
from core.matching.values import Invoice, Payment, Rates
from tests.core.matching import company

COMPANIES = range(101, 111)
SUMS = {"grouped", "split", "net_of_credit"}
Classed = tuple[str, str]


@dataclass(frozen=True)
class Known:
    """A pile of which the truth is known, as `scoring.Truth` wants it."""

    payments: Sequence[Payment]
    invoices: Sequence[Invoice]
    rates: Rates
    kinds: Mapping[Classed, str]
    missing: Set[str]
    noise: Set[str]
    one: Mapping[str, str]

    def scene(self) -> tuple[Scene, stage.Edges, board.Board]:
        paid, owed = solving.in_order(self.payments), solving.in_order_of_issue(self.invoices)
        sight = stage.look(paid, owed, self.rates, solving.NOTHING)
        scene, edges = sight.scene, stage.weighed(sight.seen)
        lines, units = (np.ones(len(each), bool) for each in (scene.lines, scene.units))
        return scene, edges, board.Board(scene, edges, lines, units, ~lines, ~units)

    def true(self, scene: Scene) -> dict[tuple[int, int], str]:
        """By line and unit."""
        lines = {each: at for at, each in enumerate(scene.lines.ids)}
        units = {member: at for at, members in enumerate(scene.units.members) for member in members}
        return {(lines[a], units[b]): kind for (a, b), kind in self.kinds.items()}

    def right(self, scene: Scene, chosen: Sequence[tuple[tuple[int, ...], tuple[int, ...]]]) -> Floats:
        """1 where all pairs of lines and units are true ones, twins aside."""
        true = {(self.one.get(a, a), self.one.get(b, b)) for a, b in self.kinds}

        def told(line: int, unit: int) -> Classed:
            a, b = scene.lines.ids[line], scene.units.members[unit][0]
            return self.one.get(a, a), self.one.get(b, b)

        return np.array(
            [all(told(a, b) in true for a in lines for b in units) for lines, units in chosen], float
        )


def invented(seed: int, belated: float = 0.0) -> Known:
    made = company.company(2000, seed, belated=belated)
    return Known(made.payments, made.invoices, made.rates, made.kinds, made.missing, made.noise, made.one)


def given(folder: Path) -> Known:
    told, truth = sets.load(folder), json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    kinds = {(a, b): kind for a, b, kind in truth["links"]}
    missing = set(truth["missing"])
    noise = {each.id for each in told.payments} - missing - {a for a, _ in kinds}
    one = truth["payment_class"] | truth["invoice_class"]
    return Known(told.payments, told.invoices, told.rates, kinds, missing, noise, one)


@contextmanager
def fitted_to(piles: Sequence[Known]) -> Iterator[None]:
    """The prior of these piles alone, instead of the shipped one."""
    shipped = weights.PAIRS, weights.GROUPS, weights.CONFIDENCE, weights.GROUP_CONFIDENCE
    try:
        fit_pairs(piles)
        fit_sums(piles)
        weights.CONFIDENCE, weights.GROUP_CONFIDENCE = fit_confidence(piles)
        yield
    finally:
        weights.PAIRS, weights.GROUPS, weights.CONFIDENCE, weights.GROUP_CONFIDENCE = shipped


def fit_pairs(piles: Sequence[Known]) -> dict[str, list[float]]:
    """From nothing, so that what is shipped leaves no trace; then twice, for habits are found among pairs that are sure."""
    weights.PAIRS = {"base": [0.0], **{name: [0.0] * steps for name, steps in features.FACETS.items()}}
    for _ in range(3):
        rows = [row for pile in piles for row in _pairs(pile)]
        weights.PAIRS = _fitted([r for r, _ in rows], [y for _, y in rows], features.FACETS, 0.5)
    return weights.PAIRS


def _pairs(pile: Known) -> Iterator[tuple[dict[str, int], bool]]:
    scene, _, _ = pile.scene()
    seen = scene.seen(*stage.candidates(scene))
    true = pile.true(scene)
    for at, pair in enumerate(zip(seen.line.tolist(), seen.unit.tolist(), strict=True)):
        yield {name: int(step[at]) for name, step in seen.steps.items()}, true.get(pair, "split") not in SUMS


def fit_sums(piles: Sequence[Known]) -> dict[str, list[float]]:
    rows = [row for pile in piles for row in _sums(pile)]
    weights.GROUPS = _fitted([r for r, _ in rows], [y for _, y in rows], groups.FACETS, 1.5)
    return weights.GROUPS


def _sums(pile: Known) -> Iterator[tuple[dict[str, int], bool]]:
    scene, _, table = pile.scene()
    of_line, of_unit = defaultdict(set), defaultdict(set)
    for line, unit in pile.true(scene):
        of_line[line].add(unit)
        of_unit[unit].add(line)
    for group in table.leftovers().found():
        one_payment = len(group.lines) == 1 and of_line[group.lines[0]] == set(group.units)
        one_invoice = len(group.units) == 1 and of_unit[group.units[0]] == set(group.lines)
        yield group.steps, one_payment or one_invoice


def fit_confidence(piles: Sequence[Known]) -> tuple[list[float], tuple[float, float]]:
    designs, right, worths, held = [], [], [], []
    for pile in piles:
        scene, edges, table = pile.scene()
        choice = table.choose()
        seen = edges.seen.only(choice.pairs)
        pairs = [((a,), (b,)) for a, b in zip(seen.line.tolist(), seen.unit.tolist(), strict=True)]
        designs.append(confidence.design(edges.score[choice.pairs], choice.where))
        right.append(pile.right(scene, pairs))
        worths += [[groups.score(group, weights.GROUPS), 1.0] for group in choice.groups]
        held.append(pile.right(scene, [(group.lines, group.units) for group in choice.groups]))
    slope, shift = _newton(sparse.csr_array(np.array(worths)), np.concatenate(held), 0.05)
    return _newton(sparse.csr_array(np.concatenate(designs)), np.concatenate(right), 0.05).tolist(), (
        slope,
        shift,
    )


def _fitted(
    rows: list[dict[str, int]], right: list[bool], facets: dict[str, int], ridge: float
) -> dict[str, list[float]]:
    starts = dict(zip(facets, 1 + np.cumsum([0, *list(facets.values())[:-1]]), strict=True))
    picked = np.array([[0, *(starts[name] + row[name] for name in facets)] for row in rows])
    shape = (len(rows), 1 + sum(facets.values()))
    ends = np.arange(0, picked.size + 1, picked.shape[1])
    table = sparse.csr_array((np.ones(picked.size), picked.ravel(), ends), shape=shape)
    found = _newton(table, np.array(right, float), ridge)
    steps = {
        name: found[starts[name] : starts[name] + count].round(2).tolist() for name, count in facets.items()
    }
    return {"base": [round(float(found[0]), 2)], **steps}


def _newton(table: sparse.csr_array, right: Floats, ridge: float) -> Floats:
    """Logistic regression by Newton's method."""
    found = np.zeros(table.shape[1])
    for _ in range(40):
        share = 1 / (1 + np.exp(-(table @ found)))
        slope = table.T @ (right - share) - ridge * found
        bend = (table.T @ sparse.diags_array(share * (1 - share) + 1e-9) @ table).toarray() + ridge * np.eye(
            len(found)
        )
        step = np.linalg.solve(bend, slope)
        found += step
        if np.abs(step).max() < 1e-7:
            break
    return found


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m tests.core.matching.fitting")
    asked.add_argument("folder", nargs="*", type=Path)
    piles = [*map(given, asked.parse_args().folder), *map(invented, COMPANIES)]
    tables: dict[str, Callable[[Sequence[Known]], object]] = {"PAIRS": fit_pairs, "GROUPS": fit_sums, "CONFIDENCE, GROUP_CONFIDENCE": fit_confidence}  # fmt: skip
    for name, fit in tables.items():
        sys.stdout.write(
            f"{name} = {pprint.pformat(fit(piles), width=100, compact=True, sort_dicts=False)}\n"
        )


if __name__ == "__main__":
    main()
