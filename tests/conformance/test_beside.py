"""What `moisson collector new` writes goes through the kit as it is; a fault in it is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from collectors.kit import skeleton
from tests.conformance import beside, courses


async def test_a_new_supplier_passes_its_trial_on_the_replica_that_comes_with_it(tmp_path: Path) -> None:
    file, *_ = skeleton.write(tmp_path / "mine", "blue-water")
    outcomes = await beside.trial(file, tmp_path)
    failed = [f"{one.course}: {one.words}" for one in outcomes if not one.passed]
    assert not failed, "\n".join(failed)
    assert len(outcomes) > 25


@pytest.mark.parametrize(
    ("right", "wrong", "course"),
    [
        ('is = "BadCredentials"', 'is = "Locked"', "a refused password"),
        ('paging = { by = "page", size = 10 }', 'paging = { by = "none" }', "the census leaves all"),
        ('style = "cents"', 'style = "point"', "the census leaves all"),
        ('refused = "#code-error"', 'refused = "#never"\ntimes = 1', "a wrong code"),
    ],
)
async def test_a_fault_in_a_collector_is_found(tmp_path: Path, right: str, wrong: str, course: str) -> None:
    file, *_ = skeleton.write(tmp_path / "mine", "blue-water")
    text = file.read_text(encoding="utf-8")
    assert right in text
    file.write_text(text.replace(right, wrong), encoding="utf-8")
    outcomes = {one.course: one for one in await beside.trial(file, tmp_path, _rides(course))}
    assert not outcomes[course].passed


def _rides(course: str) -> list[tuple[courses.Course, ...]]:
    return [ride for ride in courses.RIDES if course in {each.name for each in ride}]
