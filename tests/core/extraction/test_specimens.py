"""The reader on papers in the manner of many trades: what it says of them is true, and where it does not know it says nothing."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

import pytest

from core import nouns
from core.extraction import generic, verdict, witness
from tests.core.extraction import specimens
from tests.core.extraction.press import score

EVERY = list(specimens.every())


@pytest.mark.parametrize("specimen", EVERY, ids=lambda one: one.name)
def test_what_is_read_of_a_paper_is_what_it_says(specimen: specimens.Specimen) -> None:
    reading = generic.read(io.BytesIO(specimen.printed()))
    told = {name: field.value for name, field in reading.fields.items()} | {"kind": reading.kind.value}
    wrong = {
        name: (truth, told.get(name))
        for name, truth in specimen.says.items()
        if not score.same(name, truth, told.get(name, ""))
    }
    assert not wrong


def test_none_is_accepted_on_the_word_of_one_page() -> None:
    readings = [generic.read(io.BytesIO(one.printed())) for one in EVERY]
    assert {verdict.action(reading) for reading in readings if reading.kind is not nouns.Kind.UNKNOWN} == {
        "review"
    }
    assert "accept" not in map(verdict.action, readings)


def listed(says: Mapping[str, str], **changes: object) -> nouns.Listed:
    """The line of a portal that knows what the paper says."""
    said: dict[str, object] = {
        "number": says["number"],
        "date": date.fromisoformat(says["date"]),
        "total": nouns.Money(Decimal(says["total"]), says["currency"]),
        "kind": nouns.Kind(says["kind"]),
    }
    return nouns.Listed("1", nouns.Contract("c"), **(said | changes))  # type: ignore[arg-type]


def test_a_true_line_of_a_portal_lets_most_pass_and_a_wrong_one_none() -> None:
    invoices = [one for one in EVERY if one.says["kind"] == "invoice" and {"number", "date"} <= set(one.says)]
    passed = 0
    for one in invoices:
        reading, day = generic.read(io.BytesIO(one.printed())), date.fromisoformat(one.says["date"])
        passed += verdict.action(witness.confirm(reading, listed(one.says))) == "accept"
        for wrong in (
            {"number": "ZZ-998877"},
            {"date": day - timedelta(days=61)},
            {"total": nouns.Money(Decimal(one.says["total"]) + 1, one.says["currency"])},
            {"total": nouns.Money(Decimal(one.says["total"]), "SEK")},
        ):
            confirmed = witness.confirm(reading, listed(one.says, **wrong))
            assert verdict.action(confirmed) != "accept", (one.name, wrong)
    assert passed >= 0.85 * len(invoices)


def test_there_are_specimens_of_every_language_and_kind() -> None:
    assert {one.name[:2] for one in EVERY} == {"de", "en", "es", "fr", "it", "nl"}
    assert {one.says["kind"] for one in EVERY} >= {"invoice", "credit_note", "reminder", "statement"}
