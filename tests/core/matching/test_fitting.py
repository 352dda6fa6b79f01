from __future__ import annotations

import copy

import pytest

from core import matching
from core.matching import weights
from tests.core.matching import fitting, scoring


def shipped() -> object:
    tables = weights.PAIRS, weights.GROUPS, weights.CONFIDENCE, weights.GROUP_CONFIDENCE
    return copy.deepcopy(tables)


def test_a_prior_fitted_to_some_companies_holds_on_another_and_the_shipped_one_comes_back() -> None:
    before = shipped()
    stranger = fitting.invented(71)
    with fitting.fitted_to([fitting.invented(seed) for seed in (72, 73)]):
        assert shipped() != before
        links = matching.solve(stranger.payments, stranger.invoices, stranger.rates).links
    assert scoring.score(stranger, links).f1 >= 0.925
    assert scoring.score(stranger, links, "auto").precision >= 0.995
    assert shipped() == before


def test_the_shipped_prior_comes_back_when_what_was_measured_fails() -> None:
    before = shipped()
    with pytest.raises(ZeroDivisionError), fitting.fitted_to([fitting.invented(75)]):
        raise ZeroDivisionError
    assert shipped() == before


def test_what_was_fitted_before_leaves_no_trace() -> None:
    piles = [fitting.invented(72)]
    with fitting.fitted_to(piles):
        first = shipped()
    with fitting.fitted_to([fitting.invented(76)]), fitting.fitted_to(piles):
        assert shipped() == first
