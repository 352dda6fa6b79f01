from __future__ import annotations

from datetime import date, timedelta

import pytest

from core import matching
from core.matching import Invoice, Payment, Rates
from tests.core.matching import company, scoring

FIRST = date(2026, 1, 10)
NOBODY = Rates()


def month(n: int) -> date:
    return FIRST + timedelta(30 * n)


def bought(n: int, label: str = "CB QUILLPRESS") -> Payment:
    return Payment(f"p{n}", month(n) + timedelta(1), -4200, "EUR", f"{label} {month(n):%d/%m}")


def written(n: int, on: date | None = None, due_on: date | None = None) -> Invoice:
    named = "Quillpress", "Quillpress SAS"
    return Invoice(f"i{n}", "Quillpress", named, f"2026-{n:04}", on or month(n), 4200, "EUR", due_on)


def year(*, without: int) -> tuple[list[Payment], list[Invoice]]:
    """Twelve purchases of one price, and an invoice for each but one."""
    return [bought(n) for n in range(12)], [written(n) for n in range(12) if n != without]


def band(links: matching.Solution, payment: str) -> str:
    return next((each.band for each in links.links if each.payment == payment), "none")


def test_an_invoice_that_an_earlier_purchase_still_waits_for_is_not_taken_unasked() -> None:
    paid, owed = year(without=5)
    found = matching.solve(paid, owed, NOBODY)
    assert [band(found, f"p{n}") for n in (4, 5, 6, 7)] == ["auto", "none", "suggest", "auto"]
    held = next(each for each in found.links if each.payment == "p6")
    assert "another_waits" in [reason.code for reason in held.reasons]


def test_it_is_taken_as_soon_as_the_earlier_purchase_has_its_own() -> None:
    paid, owed = year(without=5)
    field = matching.Field(paid, owed, NOBODY)
    change = field.add_invoice(written(5))
    now = {each: link.band for each, link in change.links.items() if link}
    assert (now["p5"], now["p6"]) == ("auto", "auto")
    assert field.take_invoice("i5").links.keys() >= {"p5", "p6"}
    assert field.links["p6"].band == "suggest"


def test_it_is_taken_when_a_person_closed_the_earlier_purchase() -> None:
    paid, owed = year(without=5)
    field = matching.Field(paid, owed, NOBODY)
    field.take_payment("p5")
    assert field.links["p6"].band == "auto"


def test_a_number_in_the_label_leaves_no_doubt_whose_it_is() -> None:
    paid, owed = year(without=5)
    paid[6] = bought(6, "CB QUILLPRESS 2026-0006")
    assert band(matching.solve(paid, owed, NOBODY), "p6") == "auto"


def test_an_earlier_purchase_that_says_another_number_does_not_wait_for_this_one() -> None:
    paid, owed = year(without=12)
    other = Payment("x", month(6) - timedelta(2), -4200, "EUR", "CB QUILLPRESS 2026-0099")
    assert band(matching.solve([*paid, other], owed, NOBODY), "p6") == "auto"


def test_what_is_due_later_follows_its_invoice_and_is_not_held() -> None:
    other = Payment("x", month(6) - timedelta(11), -4200, "EUR", "PRLV SEPA QUILLPRESS")
    owed = [written(6, month(6) - timedelta(9), month(6))]
    assert band(matching.solve([bought(6), other], owed, NOBODY), "p6") == "auto"


def test_a_purchase_is_tied_to_what_was_written_a_week_after_it_where_no_other_waits() -> None:
    paid, owed = year(without=12)
    owed[7] = written(7, month(7) + timedelta(7))
    assert band(matching.solve(paid, owed, NOBODY), "p7") == "auto"


@pytest.mark.parametrize("seed", [311, 321])
def test_an_invoice_written_weeks_late_hides_no_missing_one(seed: int) -> None:
    made = company.company(2000, seed, belated=0.04)
    links = matching.solve(made.payments, made.invoices, made.rates).links
    auto = scoring.score(made, links, "auto")
    assert auto.missing_fp == 0
    assert auto.recall >= 0.7
