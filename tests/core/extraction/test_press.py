"""The reader on suppliers that nobody has: a few dozen papers here, hundreds in `./run bench unseen`."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest

from core import nouns
from core.extraction import generic, verdict, witness
from tests.core.extraction import papers, press
from tests.core.extraction.press import score, words

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


def listed(bill: press.Bill, **changes: object) -> nouns.Listed:
    """The line of a portal that knows what its paper says."""
    said: dict[str, object] = {
        "number": bill.number,
        "date": bill.issued,
        "total": nouns.Money(bill.total, bill.currency),
        "kind": bill.kind,
    }
    return nouns.Listed("1", nouns.Contract("c"), **(said | changes))  # type: ignore[arg-type]


def test_with_the_portals_line_beside_it_what_is_sure_is_accepted_and_a_wrong_line_never_is() -> None:
    accepted = 0
    for content, bill in press.bills(FEW, seed=7):
        reading = generic.read(io.BytesIO(content))
        accepted += verdict.action(witness.confirm(reading, listed(bill))) == "accept"
        for wrong in (
            {"number": "ZZ-998877"},
            {"date": bill.issued - timedelta(days=61)},
            {"total": nouns.Money(bill.total + 1, bill.currency)},
            {"total": nouns.Money(bill.total, "SEK")},
        ):
            assert verdict.action(witness.confirm(reading, listed(bill, **wrong))) != "accept", (
                bill.says,
                wrong,
            )
    assert accepted >= 0.85 * FEW


@pytest.mark.parametrize("language", words.IN)
@pytest.mark.parametrize(
    ("what", "kind"),
    [
        ("title", nouns.Kind.INVOICE),
        ("credit", nouns.Kind.CREDIT_NOTE),
        ("reminder", nouns.Kind.REMINDER),
        ("statement", nouns.Kind.STATEMENT),
        ("receipt", nouns.Kind.INVOICE),
        ("quote", nouns.Kind.UNKNOWN),
        ("proforma", nouns.Kind.UNKNOWN),
        ("delivery", nouns.Kind.UNKNOWN),
    ],
)
def test_the_title_tells_the_kind_in_every_language(language: str, what: str, kind: nouns.Kind) -> None:
    for title in words.IN[language][what]:
        assert papers.read(["120,00"], title=title).kind is kind, title


def test_the_same_seed_prints_the_same_papers() -> None:
    first, again = ([content for content, _ in press.bills(6, seed=3)] for _ in range(2))
    assert first == again


def test_a_wrong_reading_is_counted_as_wrong() -> None:
    assert not score.same("total", "12.00", "1200.00")
    assert not score.same("supplier", "Vexora Conseil SAS", "Tarnis Services SARL")
    assert score.same("supplier", "Vexora Conseil SAS", "VEXORA CONSEIL")
