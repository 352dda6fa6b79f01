"""The reader on papers in the manner of many trades: what it says of them is true, and where it does not know it says nothing."""

from __future__ import annotations

import io

import pytest

from core.extraction import generic, verdict
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
    assert {verdict.action(reading) for reading in readings} == {"review"}


def test_there_are_specimens_of_every_language_and_kind() -> None:
    assert {one.name[:2] for one in EVERY} == {"de", "en", "es", "fr", "it", "nl"}
    assert {one.says["kind"] for one in EVERY} >= {"invoice", "credit_note", "reminder", "statement"}
