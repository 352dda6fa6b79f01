"""The time that a bill is for."""

from __future__ import annotations

import pytest

from core.extraction import doubts
from tests.core.extraction import papers


@pytest.mark.parametrize(
    "row",
    [
        "Période du 01/10/2026 au 31/10/2026",
        "Billing period: 1 October 2026 - 31 October 2026",
        "Leistungszeitraum: 01.10.2026 bis 31.10.2026",
        "Periodo dal 01/10/2026 al 31/10/2026",
        "Periodo: del 1 de octubre de 2026 al 31 de octubre de 2026",
        "Periode: 01-10-2026 t/m 31-10-2026",
    ],
)
def test_a_period_is_read_in_six_languages(row: str) -> None:
    read = papers.values(papers.read([row]))
    assert (read["period_from"], read["period_to"]) == ("2026-10-01", "2026-10-31")


@pytest.mark.parametrize(
    "row", ["01/10/2026 - 31/10/2026", "Période du 31/10/2026 au 01/10/2026", "Période : octobre"]
)
def test_two_days_that_nobody_calls_a_period_are_none(row: str) -> None:
    assert "period_from" not in papers.read([row]).fields


def test_a_day_that_no_calendar_has_is_doubted_where_it_counts() -> None:
    assert doubts.NO_SUCH_DAY in papers.read(["Date de facture : 30/02/2026"]).doubts
    assert doubts.NO_SUCH_DAY not in papers.read(["Date de livraison : 30/02/2026"]).doubts
    assert doubts.NO_SUCH_DAY not in papers.read(["Date de facture : 28/02/2026"]).doubts
