"""What people say of a Payment, and that it can be unsaid to the letter."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.db import Database, models
from core.ledger import acts, gaps, matches, merge, rematch, review, snapshots
from tests.core.ledger import NOW, bank


def _why(call: Any, *args: Any, **more: Any) -> str:
    with pytest.raises(acts.CannotAct) as refused:
        call(*args, by=None, now=NOW, **more)
    return refused.value.reason


def _gap(session: Session, payment: models.Payment) -> models.Gap | None:
    return gaps.of_payment(session, payment.id)


def test_what_is_proposed_is_confirmed(database: Database) -> None:
    with database.write() as session:
        paid, bill = bank.payment(session, -4590), bank.invoice(session, 4590)
        bank.proposed(session, paid, bill)
        matches.confirm(session, paid, by=None, now=NOW)
        (match,) = matches.of_payment(session, paid.id)
        assert (match.confirmed_at, match.amount_minor) == (NOW, -4590)
        assert _why(matches.confirm, session, paid) == "settled"


def test_a_payment_of_several_invoices_and_a_credit_note_is_tied_by_hand(database: Database) -> None:
    with database.write() as session:
        paid = bank.payment(session, -13000)
        bills = [bank.invoice(session, total, f"F-{total}") for total in (10000, 5000)]
        note = bank.invoice(session, 2000, "A-1", kind="credit_note")
        matches.tie(session, paid, {one.id: None for one in (*bills, note)}, by=None, now=NOW)
        parts = [match.amount_minor for match in matches.of_payment(session, paid.id)]
        assert parts == [-10000, -5000, 2000]
        assert _gap(session, paid) is None


def test_three_payments_of_one_invoice_each_take_what_is_left(database: Database) -> None:
    with database.write() as session:
        bill = bank.invoice(session, 30000)
        payments = [bank.payment(session, -10000) for _ in range(3)]
        for paid in payments:
            matches.tie(session, paid, {bill.id: None}, by=None, now=NOW)
        assert [match.amount_minor for match in matches.of_invoice(session, bill.id)] == [-10000] * 3


def test_parts_that_are_typed_may_not_exceed_what_was_paid(database: Database) -> None:
    with database.write() as session:
        paid, one, other = (
            bank.payment(session, -10000),
            bank.invoice(session, 8000),
            bank.invoice(session, 7000, "F-2"),
        )
        assert _why(matches.tie, session, paid, {one.id: -8000, other.id: -7000}) == "amount"
        matches.tie(session, paid, {one.id: -8000, other.id: -2000}, by=None, now=NOW)
        assert sum(match.amount_minor for match in matches.of_payment(session, paid.id)) == -10000


def test_one_part_that_is_typed_leaves_the_rest_to_the_others(database: Database) -> None:
    with database.write() as session:
        paid = bank.payment(session, -10000)
        one, other = bank.invoice(session, 8000), bank.invoice(session, 7000, "F-2")
        matches.tie(session, paid, {one.id: -4000, other.id: None}, by=None, now=NOW)
        assert [match.amount_minor for match in matches.of_payment(session, paid.id)] == [-4000, -6000]


def test_what_was_put_aside_or_sent_by_us_or_of_another_company_cannot_be_tied(database: Database) -> None:
    with database.write() as session:
        paid = bank.payment(session, -4590)
        abouts: tuple[dict[str, Any], ...] = ({"rejected_for": "wrong"}, {"role": "ar"}, {"workspace_id": 2})
        for n, about in enumerate(abouts):
            bill = bank.invoice(session, 4590, f"F-{n}", **about)
            assert _why(matches.tie, session, paid, {bill.id: None}) == "settled"


def test_a_refused_pair_opens_the_gap_and_tying_it_by_hand_closes_it(database: Database) -> None:
    with database.write() as session:
        paid, bill = bank.payment(session, -4590), bank.invoice(session, 4590)
        bank.proposed(session, paid, bill)
        matches.refuse(session, paid, by=None, now=NOW)
        gap = _gap(session, paid)
        assert gap
        assert gap.closed_at is None
        matches.tie(session, paid, {bill.id: None}, by=None, now=NOW + timedelta(hours=1))
        assert (gap.closed_for, session.scalars(select(models.Refusal)).all()) == (gaps.ARRIVED, [])


def test_a_payment_that_needs_none_is_closed_with_its_reason_and_opened_again(database: Database) -> None:
    with database.write() as session:
        paid = bank.payment(session, -100)
        gaps.settle(session, 1, [paid.id], now=NOW)
        matches.close(session, paid, matches.Why.CARD_VALIDATION, note=" 1 euro ", by=None, now=NOW)
        gap = _gap(session, paid)
        assert gap
        assert (gap.closed_for, paid.closed_note) == ("card_validation", "1 euro")
        assert _why(matches.close, session, paid, matches.Why.OTHER) == "settled"
        matches.reopen(session, paid, by=None, now=NOW)
        assert (gap.closed_at, paid.closed_for) == (None, None)


def test_a_link_with_an_invoice_that_was_put_aside_since_leaves_the_payment_missing(
    database: Database,
) -> None:
    with database.write() as session:
        paid, bill = bank.payment(session, -4590), bank.invoice(session, 4590)
        matches.tie(session, paid, {bill.id: None}, by=None, now=NOW)
        bill.rejected_for, paid.unmatched_for = "wrong", {"code": "no_candidate"}
        gaps.settle(session, 1, [paid.id], now=NOW)
        gap = _gap(session, paid)
        assert gap
        assert gap.closed_at is None


def test_acts_are_undone_from_the_last_on(database: Database) -> None:
    with database.write() as session:
        paid, bill = bank.payment(session, -4590), bank.invoice(session, 4590)
        bank.proposed(session, paid, bill)
        first = matches.refuse(session, paid, by=None, now=NOW)
        second = matches.close(session, paid, matches.Why.OTHER, by=None, now=NOW)
        assert _why(matches.undo, session, first.id) == "later"
        matches.undo(session, second.id, by=None, now=NOW)
        matches.undo(session, first.id, by=None, now=NOW)
        assert _why(matches.undo, session, first.id) == "undone"
        (match,) = matches.of_payment(session, paid.id)
        assert (match.band, match.confirmed_at) == ("suggest", None)


def test_every_act_asks_the_worker_to_look_again_once(database: Database) -> None:
    with database.write() as session:
        paid, bill = bank.payment(session, -4590), bank.invoice(session, 4590)
        bank.proposed(session, paid, bill)
        act = matches.confirm(session, paid, by=None, now=NOW)
        wishes = [(wish.payment_id, wish.invoice_id) for wish in session.scalars(select(models.Wish))]
        assert sorted(wishes, key=str) == [(paid.id, None), (None, bill.id)]
        for _ in range(2):
            matches.undo(session, act.id, by=None, now=NOW)
            act = matches.confirm(session, paid, by=None, now=NOW)
        (asked,) = rematch.begin(session)
        assert asked.all
        assert session.query(models.Wish).count() == 3


def test_an_invoice_that_is_another_takes_its_payment_along_and_gives_it_back(database: Database) -> None:
    with database.write() as session:
        paid = bank.payment(session, -4590)
        kept, other = (
            bank.invoice(session, 4590),
            bank.invoice(session, 4590, received_at=NOW + timedelta(hours=1)),
        )
        matches.tie(session, paid, {other.id: None}, by=None, now=NOW)
        act = merge.merge(session, kept, other, by=None, now=NOW)
        assert [match.invoice_id for match in matches.of_payment(session, paid.id)] == [kept.id]
        review.undo(session, act.id, by=None, now=NOW)
        assert [match.invoice_id for match in matches.of_payment(session, paid.id)] == [other.id]


ACTS = st.lists(
    st.sampled_from(["confirm", "tie", "tie_two", "refuse", "close", "reopen"]), min_size=1, max_size=8
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ACTS)
def test_whatever_was_done_undoing_all_of_it_restores_everything(
    database: Database, names: list[str]
) -> None:
    with database.write() as session:
        paid = bank.payment(session, -9000)
        bills = [bank.invoice(session, 4500, f"F-{n}") for n in range(2)]
        bank.proposed(session, paid, bills[0])
        before = [_whole(session, paid)]
        done = []
        for name in names:
            try:
                done.append(_act(session, name, paid, bills))
            except acts.CannotAct:
                continue
            before.append(_whole(session, paid))
        for act in reversed(done):
            assert _whole(session, paid) == before.pop()
            matches.undo(session, act.id, by=None, now=NOW)
        assert _whole(session, paid) == before.pop()


def _whole(session: Session, paid: models.Payment) -> tuple[Any, bool]:
    gap = _gap(session, paid)
    return snapshots.of(session, paid), gap is not None and gap.closed_at is None


def _act(session: Session, name: str, paid: models.Payment, bills: list[models.Invoice]) -> models.MatchAct:
    told: dict[str, Any] = {"by": None, "now": NOW}
    if name == "tie":
        return matches.tie(session, paid, {bills[0].id: None}, **told)
    if name == "tie_two":
        return matches.tie(session, paid, {one.id: None for one in bills}, **told)
    if name == "close":
        return matches.close(session, paid, matches.Why.OTHER, **told)
    if name == "refuse":
        return matches.refuse(session, paid, **told)
    return (
        matches.reopen(session, paid, **told) if name == "reopen" else matches.confirm(session, paid, **told)
    )
