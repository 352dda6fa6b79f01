"""What a portal prints as a day, in French and English, and what is refused because it can be two."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.kit import dates
from core.nouns import Precision
from demo import spelling


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-11-03", date(2026, 11, 3)),
        ("2026/11/03", date(2026, 11, 3)),
        ("2026-11-03T23:30:00Z", date(2026, 11, 3)),
        ("1er janvier 2026", date(2026, 1, 1)),
        ("3\u00a0novembre\u202f2026", date(2026, 11, 3)),
        ("12 févr. 2024", date(2024, 2, 12)),
        ("12 Fevr. 2024", date(2024, 2, 12)),
        ("12 Fév. 2024", date(2024, 2, 12)),
        ("12 Avri. 2024", date(2024, 4, 12)),
        ("12 Juil. 2024", date(2024, 7, 12)),
        ("12 juin 2024", date(2024, 6, 12)),
        ("12 Aoû. 2024", date(2024, 8, 12)),
        ("12 Déce. 2024", date(2024, 12, 12)),
        ("Feb 3, 2026", date(2026, 2, 3)),
        ("February 3rd, 2026", date(2026, 2, 3)),
        ("3 Sept 2026", date(2026, 9, 3)),
        ("3-Nov-2026", date(2026, 11, 3)),
        ("Facture n° 12 du 3 novembre 2026", date(2026, 11, 3)),
    ],
)
def test_a_day_is_read_as_it_is_printed(text: str, day: date) -> None:
    assert dates.parse(text) == (day, Precision.DAY)


@pytest.mark.parametrize(
    ("value", "style", "day"),
    [
        ("Facture du 03/11/2026", "day-first", date(2026, 11, 3)),
        ("03.11.2026", "day-first", date(2026, 11, 3)),
        ("11/03/2026", "month-first", date(2026, 11, 3)),
        (1793664000, "epoch", date(2026, 11, 3)),
        ("1793664000000", "epoch-ms", date(2026, 11, 3)),
    ],
)
def test_a_declared_style_settles_what_numbers_mean(value: Any, style: str, day: date) -> None:
    assert dates.parse(value, style) == (day, Precision.DAY)


@pytest.mark.parametrize(
    ("text", "style"),
    [
        ("novembre 2026", "auto"),
        ("Nov. 2026", "auto"),
        ("11/2026", "month"),
        ("2026-11", "month"),
        ("202611", "month"),
    ],
)
def test_a_month_alone_is_its_first_day_with_its_precision(text: str, style: str) -> None:
    assert dates.parse(text, style) == (date(2026, 11, 1), Precision.MONTH)


def test_an_instant_is_a_day_of_the_declared_zone() -> None:
    assert dates.parse("2026-11-02T23:30:00Z", zone="Europe/Paris")[0] == date(2026, 11, 3)
    assert dates.parse(1793662200, "epoch", "Europe/Paris")[0] == date(2026, 11, 3)


@pytest.mark.parametrize(
    ("text", "style", "why"),
    [
        ("03/11/2026", "auto", "declare style"),
        ("3 novembre", "auto", "no date with its year"),
        ("12 Jui. 2024", "auto", "no date"),  # June or July
        ("du 1er janvier 2026 au 31 janvier 2026", "auto", "2 different dates"),
        ("30/02/2026", "day-first", "day"),
        ("soon", "epoch", "could not convert"),
        ("", "auto", "no date"),
    ],
)
def test_what_can_be_two_days_or_none_is_refused(text: str, style: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        dates.parse(text, style)


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.sampled_from(["fr", "en"]))
def test_every_day_of_a_century_comes_back(day: date, language: str) -> None:
    assert dates.parse(spelling.day(day, language))[0] == day
    assert dates.parse(f"{day:%d/%m/%Y}", "day-first")[0] == day
    assert dates.parse(day + timedelta(0))[0] == day


def test_an_abbreviation_of_one_portal_means_what_its_file_says() -> None:
    assert dates.parse("12 Jui. 2024", months={"Jui.": "juin"}) == (date(2024, 6, 12), Precision.DAY)
    assert dates.parse("12 Juil. 2024", months={"jui": "juin"})[0] == date(2024, 7, 12)


@given(
    st.dates(date(1990, 1, 1), date(2090, 1, 1)),
    st.sampled_from(["fr", "en"]),
    st.integers(3, 9),
    st.sampled_from([str.lower, str.title, str.upper]),
    st.booleans(),
    st.booleans(),
)
def test_every_beginning_of_a_month_is_that_month_or_is_refused(
    day: date, language: str, letters: int, case: Callable[[str], str], accents: bool, dot: bool
) -> None:
    name = spelling.MONTHS[language][day.month - 1]
    short = case(name if accents else dates.plain(name))[:letters]
    text = f"{day.day} {short}{'.' if dot else ''}\u00a0{day.year}"
    if dates.plain(short) == "jui":
        with pytest.raises(ValueError, match="no date"):
            dates.parse(text)
    else:
        assert dates.parse(text) == (day, Precision.DAY)
