"""One payment, one unit: the best choice within each connected component, where a payment may also stay alone."""

from __future__ import annotations

import numpy as np

from core.matching.columns import Bools, Floats, Ints

#: Cells of a component beyond which best-first is taken for best.
MOST_CELLS = 4_000_000


def best(line: Ints, unit: Ints, score: Floats, none: float) -> Bools:
    """Which pairs to keep: each line and unit at most once, the sum of what exceeds `none` the largest. Order does not matter."""
    kept = np.zeros(len(line), bool)
    open_ = np.flatnonzero(score > none)
    if not len(open_):
        return kept
    by = components(line[open_], unit[open_])
    order = np.argsort(by, kind="stable")
    parts = np.split(open_[order], np.flatnonzero(np.diff(by[order])) + 1)
    for part in parts:
        kept[part[_solved(line[part], unit[part], score[part] - none)]] = True
    return kept


def components(line: Ints, unit: Ints) -> Ints:
    """The number of the component that each pair is in."""
    from scipy.sparse import coo_array, csgraph

    ones, row = np.unique(line, return_inverse=True)
    others, column = np.unique(unit, return_inverse=True)
    size = len(ones) + len(others)
    graph = coo_array((np.ones(len(line), np.int8), (row, len(ones) + column)), shape=(size, size))
    return np.asarray(csgraph.connected_components(graph, directed=False)[1], np.int64)[row]


def _solved(line: Ints, unit: Ints, gain: Floats) -> Ints:
    """Places of the pairs of one component that are kept."""
    if len(line) == 1:
        return np.zeros(1, np.int64)
    ones, row = np.unique(line, return_inverse=True)
    others, column = np.unique(unit, return_inverse=True)
    if min(len(ones), len(others)) == 1:
        return np.array([_first(gain)])
    if len(ones) * (len(others) + len(ones)) > MOST_CELLS:
        return _greedy(row, column, gain)
    return _optimal(row, column, gain, len(ones), len(others))


def _first(gain: Floats) -> int:
    return int(np.argmax(gain))


def _optimal(row: Ints, column: Ints, gain: Floats, rows: int, columns: int) -> Ints:
    from scipy.optimize import linear_sum_assignment

    place = np.full((rows, columns + rows), -1)
    worth = np.zeros((rows, columns + rows))
    place[row, column], worth[row, column] = np.arange(len(row)), gain
    chosen = place[linear_sum_assignment(worth, maximize=True)]
    return np.sort(chosen[chosen >= 0])


def _greedy(row: Ints, column: Ints, gain: Floats) -> Ints:
    """Best first."""
    rows, columns, kept = set[int](), set[int](), []
    for at in np.lexsort((column, row, -gain)).tolist():
        if row[at] not in rows and column[at] not in columns:
            rows.add(row[at])
            columns.add(column[at])
            kept.append(at)
    return np.array(sorted(kept), np.int64)
