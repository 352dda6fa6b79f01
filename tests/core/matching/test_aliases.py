from __future__ import annotations

from datetime import date, timedelta

import pytest

from core import matching
from core.matching import Invoice, Memory, Payment, Rates, solving, stage
from tests.core.matching import company

DAY = date(2026, 3, 10)


def level(others: int) -> int:
    """Of a label that paid two invoices of a supplier whose name it does not say, among so many other suppliers."""
    days = [DAY, DAY + timedelta(31)]
    paid = [Payment(f"p{n}", day, -4200 - n, "EUR", "CB ZEBRAPAY") for n, day in enumerate(days)]
    owed = [
        Invoice(f"i{n}", "Quillpress", ("Quillpress",), f"26-{n:04}", day, 4200 + n, "EUR")
        for n, day in enumerate(days)
    ]
    names = [
        f"{one}{two}{three}" for one in company.FIRST for two in company.MIDDLE for three in company.SECOND
    ]
    crowd = [
        Invoice(f"o{n}", name, (name,), f"77-{n:05}", DAY, 1_000_000 + n, "EUR")
        for n, name in enumerate(names[:others])
    ]
    known = stage.look(paid, solving.in_order_of_issue([*owed, *crowd]), Rates(), Memory()).known
    return known.aliases.get((("ZEBRAPAY",), "Quillpress"), 0)


@pytest.mark.parametrize(("others", "expected"), [(10, 2), (90, 2), (5_000, 1)])
def test_the_more_suppliers_there_are_the_less_two_meetings_say(others: int, expected: int) -> None:
    assert level(others) == expected


def parts(label: str) -> list[tuple[str, ...]]:
    """What a shop that is visited often gets, two of whose visits add up to what is left of Quillpress."""
    months = range(3)
    met = [Payment(f"m{n}", DAY + timedelta(30 * n), -4200 - n, "EUR", label) for n in months]
    owed = [
        Invoice(
            f"i{n}", "Quillpress", ("Quillpress",), f"26-{n:04}", DAY + timedelta(30 * n), 4200 + n, "EUR"
        )
        for n in months
    ]
    visits = [Payment(f"v{n}", DAY + timedelta(40 + n), -cents, "EUR", label) for n, cents in enumerate((1250, 1750))]  # fmt: skip
    left = Invoice("left", "Quillpress", ("Quillpress",), "26-0099", DAY + timedelta(39), 3000, "EUR")
    links = matching.solve([*met, *visits], [*owed, left], Rates()).links
    return [link.invoices for link in links if link.payment.startswith("v")]


def test_payments_to_a_payee_that_is_only_guessed_are_not_added_up_to_an_invoice() -> None:
    assert parts("CB QUILLPRESS") == [("left",), ("left",)]
    assert parts("CB ZEBRAPAY") == []
