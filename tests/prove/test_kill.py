"""A small campaign, and the same with a guard taken away. `./run prove kill --n 100` is the large one."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from tests.prove import kill, points


def test_nothing_is_lost_or_doubled_by_kill_9(tmp_path: Path) -> None:
    tallies = [tally for _, tally in kill.campaign(tmp_path, 6, 1, clients=3)]
    tally = tallies[-1]
    assert (tally.breaches, tally.missed) == ([], [])
    assert (tally.n, tally.in_window) == (6, 2)


@pytest.mark.parametrize(
    ("without", "said"), [("order", "row without file: document 1"), ("fence", "lost: NIM-2026-0013-3")]
)
def test_a_guard_taken_away_is_reported(tmp_path: Path, without: str, said: str) -> None:
    found = kill.control(tmp_path, without)
    assert found.missed == []
    assert any(breach.startswith(said) for breach in found.breaches), found.breaches


def test_at_the_same_instants_an_honest_farm_comes_to_no_harm(tmp_path: Path) -> None:
    tally = kill.control(tmp_path)
    assert (tally.breaches, tally.missed, tally.n) == ([], [], 2)


def test_a_hundred_kills_come_by_every_point_and_twenty_times_between_fsync_and_commit() -> None:
    chosen = kill.plan(100, Random(1))
    assert set(chosen) == {*points.EVERY, kill.MOMENT, kill.FREEZE}
    assert sum(point in points.WINDOW for point in chosen) >= 20


def test_every_point_names_a_function_that_exists() -> None:
    for point in points.EVERY:
        holder, name = points.place_of(point.where)
        assert callable(getattr(holder, name)), point.name
