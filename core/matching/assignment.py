"""One payment, one unit: the best choice within each connected component, where a payment may also stay alone."""

from __future__ import annotations

import numpy as np

from core.matching.columns import Bools, Floats, Ints

#: Cells of a component beyond which best-first is taken for best.
MOST_CELLS = 4_000_000
#: Payments of a component up to which scipy is not worth its loading.
SMALL = 12


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
    """The number of the component that each pair is in: the smallest label walks along the pairs until nothing changes."""
    ones, row = np.unique(line, return_inverse=True)
    others, column = np.unique(unit, return_inverse=True)
    column = column + len(ones)
    label = np.arange(len(ones) + len(others))
    while True:
        least = np.minimum(label[row], label[column])
        new = label.copy()
        np.minimum.at(new, row, least)
        np.minimum.at(new, column, least)
        new = new[new]
        if (new == label).all():
            return np.asarray(label[row])
        label = new


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
    """Each row has a column of its own that is worth nothing: staying alone."""
    place = np.full((rows, columns + rows), -1)
    worth = np.zeros((rows, columns + rows))
    place[row, column], worth[row, column] = np.arange(len(row)), gain
    chosen = place[np.arange(rows), _small(-worth) if rows <= SMALL else _large(worth)]
    return np.sort(chosen[chosen >= 0])


def _large(worth: Floats) -> Ints:
    # Half a second to load: only where it is needed.
    from scipy.optimize import linear_sum_assignment

    return np.asarray(linear_sum_assignment(worth, maximize=True)[1], np.int64)


def _small(cost: Floats) -> Ints:
    """Kuhn's method with potentials, a row at a time: the column of each row."""
    rows, columns = cost.shape
    by_row, by_column = np.zeros(rows), np.zeros(columns)
    owner = np.full(columns + 1, -1)
    for row in range(rows):
        way, least = np.full(columns, columns), np.full(columns, np.inf)
        done = np.zeros(columns, bool)
        owner[columns], at = row, columns
        while owner[at] != -1:
            current = owner[at]
            if at < columns:
                done[at] = True
            left = cost[current] - by_row[current] - by_column
            better = ~done & (left < least)
            least[better], way[better] = left[better], at
            step = np.where(done, np.inf, least)
            at = int(step.argmin())
            delta = step[at]
            visited = np.append(owner[:columns][done], row)
            by_row[visited] += delta
            by_column[done] -= delta
            least[~done] -= delta
        while at != columns:
            owner[at], at = owner[way[at]], int(way[at])
    found = np.empty(rows, np.int64)
    found[owner[:columns][owner[:columns] >= 0]] = np.flatnonzero(owner[:columns] >= 0)
    return found


def _greedy(row: Ints, column: Ints, gain: Floats) -> Ints:
    """Best first."""
    rows, columns, kept = set[int](), set[int](), []
    for at in np.lexsort((column, row, -gain)).tolist():
        if row[at] not in rows and column[at] not in columns:
            rows.add(row[at])
            columns.add(column[at])
            kept.append(at)
    return np.array(sorted(kept), np.int64)
