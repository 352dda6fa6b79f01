"""An account that is behind its own rhythm: the gap opens, and closes itself when the Invoice comes."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import ledger
from core.db import Database, models
from core.ledger import gaps, missing, radar
from tests.core.ledger import NOW, account, bank, leased, line

TODAY = date(2026, 11, 20)


def listed(session: Session, one: models.Account, *days: date) -> None:
    """The census leaves these at the portal."""
    run_id, fence = leased(session, one)
    lines = [line(f"{day}", day=day) for day in days]
    ledger.note_baseline(session, run_id, fence, one, lines=lines, now=NOW)


def monthly(*months: int) -> list[date]:
    return [date(2026, month, 3 + month % 3) for month in months]


def _gaps(session: Session) -> list[tuple[date | None, str | None]]:
    rows = session.scalars(select(models.Gap).order_by(models.Gap.period))
    return [(gap.period, gap.closed_for) for gap in rows]


def test_what_the_census_left_tells_the_rhythm_and_a_late_month_opens_a_gap(database: Database) -> None:
    with database.write() as session:
        one = account(session)
        listed(session, one, *monthly(6, 7, 8, 9, 10))
        assert radar.look(session, 1, today=TODAY, now=NOW) == (1, 0)
        assert _gaps(session) == [(date(2026, 11, 1), None)]
        assert radar.look(session, 1, today=TODAY, now=NOW) == (0, 0)


def test_within_its_usual_days_nothing_is_late(database: Database) -> None:
    with database.write() as session:
        one = account(session)
        listed(session, one, *monthly(6, 7, 8, 9, 10))
        assert radar.look(session, 1, today=date(2026, 11, 8), now=NOW) == (0, 0)


def test_the_invoice_that_comes_by_any_door_closes_the_gap(database: Database) -> None:
    with database.write() as session:
        one = account(session)
        listed(session, one, *monthly(6, 7, 8, 9, 10))
        radar.look(session, 1, today=TODAY, now=NOW)
        bank.invoice(session, 4590, account_id=one.id, issued_on=date(2026, 11, 4))
        assert radar.look(session, 1, today=TODAY, now=NOW) == (0, 1)
        assert _gaps(session) == [(date(2026, 11, 1), gaps.ARRIVED)]


def test_a_gap_that_a_person_explained_stays_so(database: Database) -> None:
    with database.write() as session:
        one = account(session)
        listed(session, one, *monthly(6, 7, 8, 9, 10))
        radar.look(session, 1, today=TODAY, now=NOW)
        gap = session.scalars(select(models.Gap)).one()
        radar.close(session, gap, "other", "moved house", by=None, now=NOW)
        assert radar.look(session, 1, today=TODAY, now=NOW) == (0, 0)
        assert _gaps(session) == [(date(2026, 11, 1), "other")]


def test_a_paused_account_a_young_one_and_another_company_s_expect_nothing(database: Database) -> None:
    with database.write() as session:
        paused, young, theirs = (
            account(session),
            account(session, "max"),
            account(session, "eve", workspace_id=2),
        )
        listed(session, paused, *monthly(6, 7, 8, 9, 10))
        listed(session, young, *monthly(9, 10))
        listed(session, theirs, *monthly(6, 7, 8, 9, 10))
        paused.paused_at = NOW
        assert radar.look(session, 1, today=TODAY, now=NOW) == (0, 0)


def test_the_grid_tells_received_expected_late_explained_and_left_apart(database: Database) -> None:
    with database.write() as session:
        one = account(session)
        listed(session, one, *monthly(6, 7, 8))
        for month in (9, 10):
            bank.invoice(session, 4590, f"F-{month}", account_id=one.id, issued_on=date(2026, month, 3))
        (row,), total = missing.grid(session, 1, today=date(2026, 11, 6))
        assert total == 1
        assert [cell.stand for cell in row.cells[-6:]] == [
            "left",
            "left",
            "left",
            "received",
            "received",
            "expected",
        ]
        radar.look(session, 1, today=TODAY, now=NOW)
        (row,), _ = missing.grid(session, 1, today=TODAY)
        assert row.cells[-1].stand == "late"
        radar.close(session, session.scalars(select(models.Gap)).one(), "other", "", by=None, now=NOW)
        (row,), _ = missing.grid(session, 1, today=TODAY)
        assert (row.cells[-1].stand, row.cells[-1].why) == ("explained", "other")


def test_a_supplier_without_an_account_has_its_row_while_something_is_missing(database: Database) -> None:
    with database.write() as session:
        paid = bank.payment(session, -8000)
        gaps.settle(session, 1, [paid.id], now=NOW, suppliers={paid.id: "nimbus"})
        (row,), _ = missing.grid(session, 1, today=TODAY)
        assert (row.supplier, row.account, row.cells[-1].stand) == ("nimbus", None, "late")


def test_gaps_are_listed_from_the_oldest_and_narrowed(database: Database) -> None:
    with database.write() as session:
        for n, supplier in enumerate(("nimbus", "bleu", None)):
            paid = bank.payment(session, -100 - n)
            gaps.settle(session, 1, [paid.id], now=NOW - timedelta(days=n), suppliers={paid.id: supplier})
        rows, total = missing.find(session, 1)
        assert ([gap.supplier for gap, _ in rows], total) == ([None, "bleu", "nimbus"], 3)
        assert [gap.supplier for gap, _ in missing.find(session, 1, supplier="bleu")[0]] == ["bleu"]
        assert missing.suppliers(session, 1) == ["bleu", "nimbus"]
        assert missing.find(session, 2)[1] == 0


def test_asking_writes_a_wish_for_the_account_and_only_where_there_is_one(database: Database) -> None:
    with database.write() as session:
        one = account(session, supplier="bleu")
        known, unknown = bank.payment(session, -100), bank.payment(session, -200)
        gaps.settle(session, 1, [known.id, unknown.id], now=NOW, suppliers={known.id: "bleu"})
        gap, other = gaps.of_payment(session, known.id), gaps.of_payment(session, unknown.id)
        assert gap
        assert other
        wish = gaps.ask(session, gap, by=None, now=NOW)
        assert wish
        assert (wish.kind, wish.account_id, gap.asked_at) == ("collect", one.id, NOW)
        assert gaps.ask(session, other, by=None, now=NOW) is None


def test_what_was_paid_and_stayed_at_the_portal_is_known_by_its_amount(database: Database) -> None:
    with database.write() as session:
        one = account(session)
        listed(session, one, date(2026, 10, 5))
        paid, other = bank.payment(session, -4590), bank.payment(session, -4591)
        gaps.settle(
            session, 1, [paid.id, other.id], now=NOW, suppliers={paid.id: "mandarine", other.id: "mandarine"}
        )
        told = [missing.left_behind(session, gap, payment) for gap, payment in missing.find(session, 1)[0]]
        assert [row.number if row else None for row in told] == ["F-2026-10-05", None]
