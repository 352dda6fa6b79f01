"""Dates in six languages; the impossible ones are not dates."""

from __future__ import annotations

from datetime import date

import pytest

from core.extraction import dates, lines


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("1er août 2026", date(2026, 8, 1)),
        ("02 Juillet 2015", date(2015, 7, 2)),
        ("3 févr. 2026", date(2026, 2, 3)),
        ("November 3, 2026", date(2026, 11, 3)),
        ("August 3 , 2014", date(2014, 8, 3)),
        ("Jan 31st, 2022", date(2022, 1, 31)),
        ("11. Juli 2014", date(2014, 7, 11)),
        ("5. März 2026", date(2026, 3, 5)),
        ("19 april 2014", date(2014, 4, 19)),
        ("4 de mayo de 2026", date(2026, 5, 4)),
        ("7 gennaio 2026", date(2026, 1, 7)),
        ("21/09/2022", date(2022, 9, 21)),
        ("05.03.2018", date(2018, 3, 5)),
        ("26.10.22", date(2022, 10, 26)),
        ("2026-11-20", date(2026, 11, 20)),
        ("03-Nov-2026", date(2026, 11, 3)),
        ("29 / 02 / 2028", date(2028, 2, 29)),
        ("10/18/18", date(2018, 10, 18)),
    ],
)
def test_a_date_is_read_as_printed(text: str, day: date) -> None:
    assert [found.value for found in dates.found(lines.fold(text))] == [day]


@pytest.mark.parametrize(
    "text", ["30/02/2026", "31 avril 2026", "2026-13-01", "06.12.34.56.78", "1.2.3", "12/2026"]
)
def test_an_impossible_date_is_none(text: str) -> None:
    assert dates.found(lines.fold(text)) == []


@pytest.mark.parametrize(
    ("text", "turned"),
    [
        ("invoice 03/04/2026 and 10/18/2026, total $5", True),
        ("invoice 03/04/2026 and 18/10/2026, total $5", False),
        ("invoice 03/04/2026, total $5", True),
        ("invoice 03/04/2026, total 5 €", False),
        ("facture 03/04/2026, total $5", False),
        ("invoice 03.04.2026, total $5", True),
    ],
)
def test_month_first_is_told_by_another_date_or_by_the_currency(text: str, turned: bool) -> None:
    assert dates.month_first(text, dates.found(text)) is turned
