"""Payments in: new ones once, real twins by a person's word, batches undone as a whole."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from core.db import Database, models
from core.ledger import batches, paid, rematch, weighing
from tests.core.ledger import NOW, statements
from tests.core.payments import written
from tests.core.payments.written import LINES, Paid

METRO = Paid(date(2026, 10, 30), -215, "METRO")


def test_a_dry_run_tells_and_changes_nothing(database: Database) -> None:
    with database.write() as session:
        mine = statements.account(session)
        statements.bring(session, mine, statements.qif(LINES[:1]))
        file = statements.qif(LINES).replace(b"D23/10/2026", b"D23/23/2026")
        assert statements.fates(session, mine, file) == {
            "lines": 3,
            "new": 1,
            "known": 1,
            "twin": 0,
            "unreadable": 1,
        }
        assert statements.labels(session) == [LINES[0].label]


@pytest.mark.parametrize(
    "write", [written.french_csv, written.ofx, written.camt, written.mt940, written.qif, written.cfonb120]
)
def test_the_same_file_twice_brings_nothing(database: Database, write: object) -> None:
    with database.write() as session:
        mine, file = statements.account(session), write([*LINES, METRO])  # type: ignore[operator]
        first = statements.bring(session, mine, file)
        assert first
        assert (first.new, first.known, first.lines) == (4, 0, 4)
        assert statements.bring(session, mine, file) is None
        assert session.query(models.Payment).count() == 4
        assert session.query(models.PaymentBatch).count() == 1


def test_amounts_are_minor_units_and_the_line_stays_as_it_came(database: Database) -> None:
    with database.write() as session:
        statements.bring(session, statements.account(session), statements.qif(LINES))
        one = session.query(models.Payment).order_by(models.Payment.id).first()
        assert one
        assert (one.amount_minor, one.currency, one.booked_on, one.core) == (
            -4590,
            "EUR",
            date(2026, 10, 3),
            "",
        )
        assert one.raw == "D03/10/2026\nT-45.90\nPPRLV SEPA BLEU ENERGIE"


def test_two_equal_lines_in_one_file_wait_for_a_word(database: Database) -> None:
    with database.write() as session:
        mine, file = statements.account(session), statements.qif([METRO, METRO])
        assert statements.fates(session, mine, file) == {
            "lines": 2,
            "new": 1,
            "known": 0,
            "twin": 1,
            "unreadable": 0,
        }
        left = statements.bring(session, mine, file)
        assert left
        assert [(one["why"], one["line"]) for one in left.left_out] == [("twin", 6)]
        assert statements.labels(session) == ["METRO"]


def test_two_real_equal_payments_are_kept_and_stay_two(database: Database) -> None:
    with database.write() as session:
        mine, file = statements.account(session), statements.qif([METRO, METRO])
        statements.bring(session, mine, file, another={6})
        assert statements.labels(session) == ["METRO", "METRO"]
        assert statements.fates(session, mine, file) == {
            "lines": 2,
            "new": 0,
            "known": 2,
            "twin": 0,
            "unreadable": 0,
        }
        assert statements.bring(session, mine, file) is None


def test_a_known_line_that_is_another_payment_is_taken_when_somebody_says_so(database: Database) -> None:
    with database.write() as session:
        mine = statements.account(session)
        statements.bring(session, mine, statements.qif([METRO]))
        again = statements.bring(session, mine, statements.qif([METRO]) + b"\n", another={2})
        assert again
        assert statements.labels(session) == ["METRO", "METRO"]


def test_equal_payments_with_references_of_their_own_are_new_without_a_word(database: Database) -> None:
    pair = [Paid(METRO.day, METRO.cents, METRO.label, ref) for ref in ("A", "B")]
    with database.write() as session:
        mine = statements.account(session)
        statements.bring(session, mine, written.ofx(pair[:1]))
        assert statements.fates(session, mine, written.ofx(pair))["new"] == 1


def test_the_same_month_in_another_format_is_asked_about_not_doubled(database: Database) -> None:
    with database.write() as session:
        mine = statements.account(session)
        statements.bring(session, mine, written.ofx(LINES))
        renamed = [Paid(line.day, line.cents, f"{line.label} XX") for line in LINES]
        assert statements.fates(session, mine, written.french_csv(renamed))["twin"] == 3
        more = [*renamed, Paid(LINES[0].day, LINES[0].cents, "AUTRE CHOSE")]
        assert statements.fates(session, mine, written.french_csv(more)) == {
            "lines": 4, "new": 1, "known": 0, "twin": 3, "unreadable": 0
        }  # fmt: skip


def test_a_reference_that_a_bank_uses_again_is_no_known_line(database: Database) -> None:
    with database.write() as session:
        mine = statements.account(session)
        statements.bring(session, mine, written.ofx([Paid(LINES[0].day, -100, "A", "1")]))
        assert statements.fates(session, mine, written.ofx([Paid(LINES[1].day, -200, "B", "1")]))["new"] == 1


def test_unreadable_lines_are_kept_with_the_batch(database: Database) -> None:
    with database.write() as session:
        file = statements.qif(LINES).replace(b"T1200.00", b"Tmany")
        batch = statements.bring(session, statements.account(session), file)
        assert batch
        assert (batch.lines, batch.new, batch.unreadable) == (3, 2, 1)
        assert batch.left_out == [
            {"line": 6, "why": "no_amount", "raw": "D13/10/2026\nTmany\nPVIR CLIENT MARTIN"}
        ]


def test_the_worker_is_asked_for_matches(database: Database) -> None:
    with database.write() as session:
        statements.bring(session, statements.account(session), statements.qif(LINES))
        here = frozenset(session.scalars(select(models.Payment.id)))
        (asked,) = rematch.begin(session)
        assert (asked.payments, asked.all) == (here, False)


def test_a_batch_is_undone_as_a_whole_and_can_come_again(database: Database) -> None:
    with database.write() as session:
        mine = statements.account(session)
        first = statements.bring(session, mine, statements.qif(LINES[:1]))
        second = statements.bring(session, mine, statements.qif(LINES))
        assert first
        assert second
        assert batches.undo(session, second, by=None, now=NOW) == 2
        assert statements.labels(session) == [LINES[0].label]
        assert batches.undo(session, second, by=None, now=NOW) == 0
        third = statements.bring(session, mine, statements.qif(LINES))
        assert third
        assert third.new == 2


def test_lines_in_somebody_s_books_keep_the_batch_and_are_named(database: Database) -> None:
    with database.write() as session:
        batch = statements.bring(session, statements.account(session), statements.qif(LINES))
        assert batch
        one = session.query(models.Payment).filter_by(label=LINES[1].label).one()
        statements.pushed(session, one)
        with pytest.raises(batches.Pushed) as caught:
            batches.undo(session, batch, by=None, now=NOW)
        assert [line.label for line in caught.value.lines] == [LINES[1].label]
        assert session.query(models.Payment).count() == 3
        assert batch.undone_at is None


@pytest.mark.parametrize(("kind", "after"), [("folder", True), ("xero", False)])
def test_a_file_in_a_folder_or_a_push_before_the_match_keeps_nothing(
    database: Database, kind: str, after: bool
) -> None:
    with database.write() as session:
        batch = statements.bring(session, statements.account(session), statements.qif(LINES))
        assert batch
        statements.pushed(
            session, session.query(models.Payment).first() or models.Payment(), kind=kind, after=after
        )
        assert batches.undo(session, batch, by=None, now=NOW) == 3
        assert session.query(models.Match).count() == 0


def test_two_companies_do_not_know_each_other_s_payments(database: Database) -> None:
    with database.write() as session:
        statements.bring(session, statements.account(session), statements.qif(LINES))
        other = statements.account(session, workspace_id=2)
        assert statements.fates(session, other, statements.qif(LINES))["new"] == 3
        assert paid.find(session, 2) == ([], 0)


_some = st.builds(
    Paid,
    day=st.dates(date(2026, 10, 28), date(2026, 10, 31)),
    cents=st.sampled_from([-100, -215, -990]),
    label=st.sampled_from(["METRO", "CAFE"]),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(_some, max_size=12), cut=st.integers(0, 12), keep=st.booleans())
def test_however_files_overlap_nothing_is_doubled_and_nothing_said_to_be_real_is_lost(
    database: Database, lines: list[Paid], cut: int, keep: bool
) -> None:
    with database.write() as session:
        mine = statements.account(session, number=None)
        for part in (lines[:cut], lines, lines):
            file = statements.qif(part)
            if part:
                twins = {
                    one.line.at
                    for one in batches.trial(session, mine, statements.statement(file), format="qif").of(
                        weighing.Fate.TWIN
                    )
                }
                statements.bring(session, mine, file, another=twins if keep else ())
        found = sorted((p.booked_on, p.amount_minor, p.label) for p in session.query(models.Payment))
        told = [(line.day, line.cents, line.label) for line in lines]
        assert found == sorted(told if keep else set(told))
        session.rollback()
