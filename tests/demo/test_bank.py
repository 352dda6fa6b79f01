"""The company's bank on the stage: its files are read by the farm, and each says the same."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import httpx
import pytest

from core import payments
from core.payments import eurofxref
from demo import bank, panel, portals
from tests.demo import visits

TODAY = date(2026, 11, 20)


@pytest.fixture
def paid(bleu: portals.Portal, nimbus: portals.Portal, mandarine: portals.Portal) -> list[bank.Paid]:
    bleu.house.shelf.publish(issued=TODAY, cents=5555)
    return bank.lines((bleu, nimbus, mandarine), TODAY)


def read(content: bytes) -> payments.Statement:
    (one,) = payments.read(content).statements
    return one


@pytest.mark.parametrize("ending", bank.FILES)
def test_every_file_says_the_same(paid: list[bank.Paid], ending: str) -> None:
    found = read(bank.FILES[ending][0](paid))
    assert [(one.booked_on, one.amount.amount, one.label) for one in found.lines] == [
        (line.day, line.amount, line.label) for line in paid
    ]
    assert found.unread == ()
    assert found.balanced is (True if ending == "xml" else None)


def test_what_was_just_published_is_paid_today_under_the_suppliers_own_label(paid: list[bank.Paid]) -> None:
    assert [
        line.cents for line in paid if line.day == TODAY and line.label.startswith("PRLV SEPA BLEU ENERGIE")
    ] == [-5555]
    assert all(TODAY - timedelta(days=125) < line.day <= TODAY for line in paid)


@pytest.mark.parametrize("make", [bank.as_ofx, bank.as_camt])
def test_a_card_payment_in_dollars_says_so(paid: list[bank.Paid], make: object) -> None:
    foreign = [line for line in read(make(paid)).lines if line.original]  # type: ignore[operator]
    assert {line.original.currency for line in foreign if line.original} == {"USD"}
    assert all(
        abs(line.original.amount / line.amount.amount - bank.DOLLARS) < Decimal("0.01")
        for line in foreign
        if line.original
    )


def test_the_rates_of_the_stage_are_read() -> None:
    found = eurofxref.read(bank.rates(TODAY).encode())
    assert {rate.currency for rate in found} == {"USD"}
    assert max(rate.day for rate in found) == TODAY


def test_the_stage_offers_the_files(bleu: portals.Portal) -> None:
    with (
        panel.Panel([bleu], 0) as stage,
        httpx.Client(base_url=stage.url, timeout=visits.PATIENCE) as visitor,
    ):
        page = visitor.get("/").text
        for ending in bank.FILES:
            assert f"/bank/{ending}" in page
            answer = visitor.get(f"/bank/{ending}")
            assert payments.read(answer.content).statements[0].lines
        assert visitor.get("/bank/pdf").status_code == 404
