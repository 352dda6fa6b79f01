from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from core import errors, ledger, nouns
from core.db import Database, models
from tests.core.ledger import NOW, account, file, leased, line


def test_what_the_census_noted_is_known_and_what_came_later_is_new_whatever_its_date(
    database: Database,
) -> None:
    with database.write() as session:
        one = account(session)
        run, fence = leased(session, one)
        ledger.note_baseline(session, run, fence, one, [line("1"), line("2")], now=NOW)
        known = ledger.known_lines(session, one)
    assert not known.is_new(line("1"))
    assert known.is_new(line("3", day=date(2019, 1, 1)))
    assert known.is_new(line("1", contract="c2")), "the same identity in another contract is another line"


def test_a_line_noted_twice_is_noted_once(database: Database) -> None:
    with database.write() as session:
        one = account(session)
        run, fence = leased(session, one)
        assert ledger.note_baseline(session, run, fence, one, [line("1"), line("1"), line("2")], now=NOW) == 2
        assert ledger.note_baseline(session, run, fence, one, [line("1")], now=NOW) == 0


def test_a_line_comes_home_once(database: Database) -> None:
    with database.write() as session:
        one = account(session)
        run, fence = leased(session, one)
        first = ledger.receive(session, run, fence, one, line("1"), file(), now=NOW)
        again = ledger.receive(session, run, fence, one, line("1"), file(), now=NOW)
        assert first is not None
        assert again is None
        assert len(session.scalars(select(models.Invoice)).all()) == 1
        assert session.get_one(models.Invoice, first.invoice_id).total_minor == 4590


def test_the_same_bytes_under_another_number_are_kept_and_linked(database: Database) -> None:
    with database.write() as session:
        one = account(session)
        run, fence = leased(session, one)
        first = ledger.receive(session, run, fence, one, line("1"), file(), now=NOW)
        second = ledger.receive(session, run, fence, one, line("2"), file(), now=NOW)
        assert first is not None
        assert second is not None
        assert session.get_one(models.Invoice, second.invoice_id).twin_of == first.invoice_id


def test_a_received_invoice_is_owed_to_every_destination_of_its_workspace_only(database: Database) -> None:
    with database.write() as session:
        for workspace in (1, 2):
            session.add(models.Destination(workspace_id=workspace, kind="folder", place="x", created_at=NOW))
        one = account(session)
        run, fence = leased(session, one)
        ledger.receive(session, run, fence, one, line("1"), file(), now=NOW)
        assert [row.workspace_id for row in session.scalars(select(models.Delivery))] == [1]


def test_a_held_line_is_tried_again_until_it_comes_home(database: Database) -> None:
    with database.write() as session:
        one = account(session)
        run, fence = leased(session, one)
        ledger.hold(session, run, fence, one, line("1"), "html", now=NOW)
        ledger.hold(session, run, fence, one, line("1"), "html", now=NOW)
        assert ledger.known_lines(session, one).is_new(line("1"))
        row = session.scalars(select(models.ListedRow)).one()
        assert (row.held_for, row.held_times) == ("html", 2)
        ledger.receive(session, run, fence, one, line("1"), file(), now=NOW)
        assert (row.held_for, row.held_times) == (None, 0)


@pytest.mark.parametrize("stale", [0, 2])
def test_a_visit_whose_lease_was_taken_over_writes_nothing(database: Database, stale: int) -> None:
    with database.write() as session:
        one = account(session)
        run, _ = leased(session, one)
    with pytest.raises(errors.LeaseLost), database.write() as session:
        ledger.receive(
            session, run, stale, session.get_one(models.Account, one.id), line("1"), file(), now=NOW
        )
    with database.read() as session:
        assert session.scalars(select(models.Document)).all() == []


def test_a_visit_that_was_stopped_writes_nothing(database: Database) -> None:
    with database.write() as session:
        one = account(session)
        run, fence = leased(session, one)
        session.get_one(models.Run, run).state = nouns.RunState.CANCELLED
    with pytest.raises(errors.LeaseLost), database.write() as session:
        ledger.receive(
            session, run, fence, session.get_one(models.Account, one.id), line("1"), file(), now=NOW
        )


@pytest.mark.parametrize(
    ("amount", "currency", "units"),
    [("12.34", "EUR", 1234), ("-3.10", "USD", -310), ("500", "JPY", 500), ("1.234", "KWD", 1234)],
)
def test_money_is_kept_in_minor_units_and_comes_back_exact(amount: str, currency: str, units: int) -> None:
    money = nouns.Money(Decimal(amount), currency)
    assert ledger.minor(money) == units
    assert ledger.money(units, currency) == money


def test_the_baseline_is_the_workspaces_own(database: Database) -> None:
    with database.write() as session:
        one = account(session)
        run, fence = leased(session, one)
        ledger.note_baseline(session, run, fence, one, [line("1")], now=NOW)
        assert [row.number for row, _ in ledger.baseline(session, 1, one.id)] == ["F-1"]
        assert ledger.baseline(session, 2, one.id) == []
