"""An entry gets the document of its number; without one, that of its sum, day and customer; and none where there could be two."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from core.export import clearnox_matching
from core.export.clearnox_matching import Paper
from core.export.clearnox_names import Entry, Names

DAY = date(2026, 10, 3)


def paper(id_: int = 1, number: str = "FA-2026/001", **says: Any) -> Paper:
    told = {"day": DAY, "total": Decimal("45.90"), "currency": "EUR", "customer": "", "usable": True, **says}
    return Paper(id_, id_, told.pop("sha256", f"sha{id_}"), 100, number, **told)


def entry(id_: str = "e1", *numbers: str, **says: Any) -> Entry:
    told = {"day": DAY, "amount": Decimal("45.9"), "currency": "EUR", "account": "", **says}
    return Entry(id_, numbers, **told)


def outcome(asked: Entry, *papers: Paper) -> tuple[str, int | None]:
    answer = clearnox_matching.answers([asked], papers)[asked.id]
    return answer.outcome, answer.paper.invoice_id if answer.paper else None


@pytest.mark.parametrize("number", ["FA-2026/001", "fa2026001", "FA 2026 001", "x", ""])
def test_a_number_is_the_same_however_it_is_spaced(number: str) -> None:
    asked = entry("e1", "other", number, account="411DUPONT")
    assert outcome(asked, paper()) == (("found", 1) if len(number) > 1 else ("not_ours", None))


def test_a_number_whose_sum_and_day_both_say_otherwise_is_another_years() -> None:
    other_year = entry("e1", "FA-2026/001", amount=Decimal(99), day=date(2025, 10, 3))
    assert outcome(other_year, paper()) == ("ambiguous", None)
    assert outcome(entry("e1", "FA-2026/001", amount=Decimal(99)), paper()) == ("found", 1)
    assert outcome(entry("e1", "FA-2026/001", day=date(2025, 10, 3)), paper()) == ("found", 1)


def test_a_short_number_needs_its_sum() -> None:
    assert outcome(entry("e1", "12"), paper(number="12")) == ("found", 1)
    assert outcome(entry("e1", "12", amount=Decimal(99)), paper(number="12")) == ("ambiguous", None)


def test_of_two_documents_of_a_number_the_one_of_its_sum_and_day() -> None:
    asked = entry("e1", "FA-2026/001")
    assert outcome(asked, paper(1), paper(2, total=Decimal(99))) == ("found", 1)
    assert outcome(asked, paper(1), paper(2)) == ("ambiguous", None)
    assert outcome(asked, paper(1, sha256="same"), paper(2, sha256="same")) == ("found", 1)


def test_without_a_number_sum_day_and_customer_decide() -> None:
    asked = entry(account="411DUPONT01")
    assert outcome(asked, paper(customer="DUPONT01")) == ("found", 1)
    assert outcome(asked, paper(customer="MARTIN02")) == ("ambiguous", None)
    assert outcome(asked, paper(customer="")) == ("ambiguous", None)
    assert outcome(entry(), paper(customer="")) == ("found", 1)
    assert outcome(entry(day=date(2026, 10, 4)), paper()) == ("not_ours", None)
    assert outcome(entry(currency="GBP"), paper()) == ("not_ours", None)


def test_another_number_on_both_sides_is_another_invoice() -> None:
    assert outcome(entry("e1", "FA-2026/002"), paper()) == ("not_ours", None)
    assert outcome(entry("e1", "FA-2026/002"), paper(number="")) == ("found", 1)


def test_two_subscribers_of_one_day_and_sum_get_nothing_on_a_guess() -> None:
    asked = [entry("e1"), entry("e2")]
    told = clearnox_matching.answers(asked, [paper(customer="")])
    assert {one.outcome for one in told.values()} == {"ambiguous"}
    assert outcome(entry(), paper(1), paper(2, number="other")) == ("ambiguous", None)


def test_a_credit_note_is_found_whichever_sign_it_has_there() -> None:
    assert outcome(entry(amount=Decimal("-45.90")), paper())[0] == "found"


def test_what_a_person_has_to_look_at_first_is_said() -> None:
    assert outcome(entry("e1", "FA-2026/001"), paper(usable=False)) == ("review", 1)


@pytest.mark.parametrize(
    ("row", "wanted"),
    [
        ({"id": 7, "date": "2026-10-03T00:00:00Z", "amount": "45,90"}, (DAY, Decimal("45.90"))),
        ({"id": "a", "date": "03/10/2026", "amount": Decimal("1")}, (DAY, Decimal(1))),
        ({"id": "a", "date": "soon", "amount": "much"}, (None, None)),
        ({"id": "a", "date": None, "amount": "NaN"}, (None, None)),
        ({"id": "a", "amount": {"value": 1}}, (None, None)),
    ],
)
def test_an_entry_is_read_as_far_as_it_can_be(row: dict[str, Any], wanted: tuple[Any, Any]) -> None:
    read = Names().entry(row)
    assert (read.day, read.amount) == wanted
