from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from core.matching import assignment

WORTHS = st.lists(st.lists(st.integers(-9, 20), min_size=1, max_size=6), min_size=1, max_size=7)


@given(WORTHS)
def test_the_sum_is_the_largest_and_nothing_is_taken_twice(rows: list[list[int]]) -> None:
    width = max(map(len, rows))
    worth = np.array([row + [-9] * (width - len(row)) for row in rows], float)
    line, unit = (each.ravel() for each in np.indices(worth.shape))
    kept = assignment.best(line, unit, worth.ravel(), 0.0)
    alone = np.maximum(worth, 0)
    row, column = linear_sum_assignment(np.hstack([alone, np.zeros((len(rows), len(rows)))]), maximize=True)
    best = np.hstack([alone, np.zeros((len(rows), len(rows)))])[row, column].sum()
    assert worth.ravel()[kept].sum() == best
    assert len(set(line[kept])) == len(line[kept])
    assert len(set(unit[kept])) == len(unit[kept])


def test_large_components_are_solved_by_the_same_rule() -> None:
    rnd = np.random.default_rng(4)
    line, unit = (each.ravel() for each in np.indices((40, 30)))
    worth = rnd.normal(size=1200)
    kept = assignment.best(line, unit, worth, 0.0)
    square = np.hstack([np.maximum(worth.reshape(40, 30), 0), np.zeros((40, 40))])
    best = square[linear_sum_assignment(square, maximize=True)].sum()
    assert abs(worth[kept].sum() - best) < 1e-9
