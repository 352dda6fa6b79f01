"""A few papers of the campaign, and the proof that it would notice. `./run prove fuzz` takes two thousand."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from tests.prove import fuzz


def test_no_damaged_paper_is_felt_by_the_farm() -> None:
    # In a process of its own: the largest child is counted among all that a process has ever started.
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as apart:
        tally = apart.submit(fuzz.campaign, 60, 2).result()
    assert tally.breaches == []
    assert (tally.papers, sum(tally.outcomes.values())) == (60, 60)
    assert len(tally.outcomes) > 3


def test_the_same_seed_makes_the_same_papers() -> None:
    assert [fuzz.paper(at, 7) for at in range(12)] == [fuzz.paper(at, 7) for at in range(12)]
    assert fuzz.paper(3, 7) != fuzz.paper(3, 8)


def test_a_parser_outside_the_walls_takes_the_farm_with_it() -> None:
    # Apart, too: what is forked from a process with threads may find their locks taken.
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as apart:
        assert apart.submit(fuzz.control).result() != []
