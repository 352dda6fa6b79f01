"""The reader on suppliers that nobody has: a few dozen papers here, hundreds in `./run bench press`."""

from __future__ import annotations

import pytest

from tests.core.extraction import press
from tests.core.extraction.press import score

#: As many papers as there are pairs of language and layout.
FEW = 84
#: A little under what is reached, so that one odd paper is not the end.
AT_LEAST = {
    "number": 0.96, "date": 0.98, "due_date": 0.95, "total": 0.97, "net": 0.96, "vat": 0.95, "currency": 0.98, "supplier": 0.93,
    "supplier_vat": 0.93, "supplier_siren": 0.9, "iban": 0.98, "customer_ref": 0.93, "contract": 0.93, "payable": 0.85,
    "period_from": 0.9, "period_to": 0.9, "vat_rates": 0.8, "kind": 0.97,
}  # fmt: skip


@pytest.fixture(scope="module")
def scored() -> score.Score:
    return score.of(press.bills(FEW, seed=2026))


@pytest.mark.parametrize("name", AT_LEAST)
def test_a_field_is_read_on_papers_of_every_layout_and_language(scored: score.Score, name: str) -> None:
    misses = [miss for miss in scored.misses if f" {name} " in miss]
    assert scored.right[name]
    assert scored.share(name) >= AT_LEAST[name], "\n".join(misses)


def test_nothing_is_accepted_on_the_word_of_one_page(scored: score.Score) -> None:
    assert (scored.accepted, scored.silent) == (0, 0)


def test_the_same_seed_prints_the_same_papers() -> None:
    first, again = ([content for content, _ in press.bills(6, seed=3)] for _ in range(2))
    assert first == again


def test_a_wrong_reading_is_counted_as_wrong() -> None:
    assert not score.same("total", "12.00", "1200.00")
    assert not score.same("supplier", "Vexora Conseil SAS", "Tarnis Services SARL")
    assert score.same("supplier", "Vexora Conseil SAS", "VEXORA CONSEIL")
