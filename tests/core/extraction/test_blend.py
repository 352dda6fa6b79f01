"""Two Documents of one Invoice as one Reading: the better evidence counts, and two witnesses are surer than one."""

from __future__ import annotations

import pytest

from core import nouns
from core.extraction import blend, verdict


def reading(source: str, confidence: float, *doubts: str, **fields: str) -> nouns.Reading:
    said = {name: nouns.FieldRead(value, source, confidence) for name, value in fields.items()}
    return nouns.Reading(said, nouns.Kind.INVOICE, 1, doubts=doubts)


DATA = reading("xml:BT", 0.9, number="F-1", total="45.90", iban="FR76")
PAGE = reading("generic", 0.6, "Odd.", number="f-1", total="45.9", iban="FR99", due_date="2026-11-03")


@pytest.mark.parametrize("both", [[DATA, PAGE], [PAGE, DATA]])
def test_data_counts_more_than_a_page_and_each_fills_what_the_other_lacks(both: list[nouns.Reading]) -> None:
    fields = blend.blend(both).fields
    assert {name: field.value for name, field in fields.items()} == {
        "number": "F-1",
        "total": "45.90",
        "iban": "FR76",
        "due_date": "2026-11-03",
    }
    assert (fields["number"].source, fields["number"].confidence) == ("xml:BT+generic", blend.AGREED)
    assert (fields["iban"].source, fields["iban"].confidence) == ("xml:BT", 0.9)
    assert blend.blend(both).doubts == ("Odd.",)


def test_two_copies_of_one_page_are_one_witness() -> None:
    again = reading("template:x/1", 0.8, number="F-1")
    field = blend.blend([reading("generic", 0.7, number="F-1"), again]).fields["number"]
    assert (field.source, field.confidence) == ("template:x/1", 0.8)


def test_a_page_and_bare_data_that_agree_need_nobody() -> None:
    vital = {"number": "F-1", "date": "2026-10-03", "total": "45.90", "currency": "EUR"}
    data, page = reading("xml:BT", 0.9, **vital), reading("generic", 0.6, **vital)
    assert verdict.action(data) == verdict.action(page) == "review"
    assert verdict.action(blend.blend([page, data])) == "accept"
