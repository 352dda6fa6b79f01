"""The reader on suppliers that nobody has: a few dozen papers here, hundreds in `./run bench unseen`."""

from __future__ import annotations

import pytest

from tests.core.extraction import press
from tests.core.extraction.press import score

#: As many papers as there are pairs of language and layout.
FEW = 84


@pytest.fixture(scope="module")
def scored() -> score.Score:
    return score.of(press.bills(FEW, seed=2026))


@pytest.mark.parametrize("name", score.AT_LEAST)
def test_a_field_is_read_on_papers_of_every_layout_and_language(scored: score.Score, name: str) -> None:
    misses = [miss for miss in scored.misses if f" {name} " in miss]
    assert scored.right[name]
    assert scored.share(name) >= score.AT_LEAST[name], "\n".join(misses)


def test_nothing_is_accepted_on_the_word_of_one_page(scored: score.Score) -> None:
    assert (scored.accepted, scored.silent) == (0, 0)


def test_the_same_seed_prints_the_same_papers() -> None:
    first, again = ([content for content, _ in press.bills(6, seed=3)] for _ in range(2))
    assert first == again


def test_a_wrong_reading_is_counted_as_wrong() -> None:
    assert not score.same("total", "12.00", "1200.00")
    assert not score.same("supplier", "Vexora Conseil SAS", "Tarnis Services SARL")
    assert score.same("supplier", "Vexora Conseil SAS", "VEXORA CONSEIL")
