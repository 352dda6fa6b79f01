"""A large pile stays solved: what changed is looked at, and the outcome is that of a look at everything."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from core import tying
from core.db import Database, models
from core.ledger import gaps, matches, rematch
from core.tying import desk as desks
from tests.core.ledger import NOW, bank
from tests.core.tying import test_whatever as world

FIXED = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """One open Payment is many."""
    monkeypatch.setattr(desks, "MANY", 1)


def again(database: Database, desk: tying.Desk) -> tying.Outcome:
    return tying.look_again(database, 1, names=world.NAMES, now=lambda: NOW, today=world.TODAY, desk=desk)


def at(
    database: Database, desk: tying.Desk, *, payments: Iterable[int] = (), invoices: Iterable[int] = ()
) -> tying.Outcome:
    named = {(one, None) for one in payments} | {(None, one) for one in invoices}
    asked = rematch.Asked(1, frozenset(named), 0)
    return tying.look_at(database, asked, names=world.NAMES, now=lambda: NOW, today=world.TODAY, desk=desk)


def bring(database: Database, desk: tying.Desk, what: tuple[str, int, int, int]) -> None:
    """It arrives, and only that is looked at."""
    world.bring(database, what)
    model = models.Invoice if what[0] == "invoice" else models.Payment
    with database.read() as session:
        newest = session.scalar(select(func.max(model.id)))
    assert newest
    at(database, desk, **{"invoices" if what[0] == "invoice" else "payments": [newest]})


def planted(database: Database) -> tying.Desk:
    """A pile of one supplier with a habit."""
    desk = tying.Desk()
    for month in range(3):
        world.bring(database, ("invoice", 0, month, 90 + month))
        world.bring(database, ("payment", 0, month, 90 + month))
    world.bring(database, ("payment", 3, 4, 99))
    again(database, desk)
    assert desk.pile
    return desk


def things(told: list[tuple[int, int, bool, bool]]) -> list[tuple[str, int, int, int]]:
    """Later than what was planted, and no two that nobody could tell apart."""
    single = {(supplier, month): rest for supplier, month, *rest in told}
    return world.pile([(a, 5 + b, owed, paid) for (a, b), (owed, paid) in sorted(single.items())])


def gap_count(database: Database) -> int:
    with database.read() as session:
        return len(gaps.opened(session, 1))


@FIXED
@given(world.PILE, st.randoms(use_true_random=False))
def test_the_order_of_arrival_changes_neither_what_is_proposed_nor_what_is_missing(
    told: list[tuple[int, int, bool, bool]], dice: Random
) -> None:
    arriving = things(told)
    shuffled = dice.sample(arriving, len(arriving))
    with world.company() as one, world.company() as other:
        for database, order in ((one, arriving), (other, shuffled)):
            desk = planted(database)
            for what in order:
                bring(database, desk, what)
        assert world.links(one) == world.links(other)
        assert gap_count(one) == gap_count(other)


@FIXED
@given(world.PILE)
def test_a_look_at_everything_afterwards_finds_what_it_would_have_found_at_once(
    told: list[tuple[int, int, bool, bool]],
) -> None:
    with world.company() as one, world.company() as other:
        desk = planted(one)
        planted(other)
        for what in things(told):
            bring(one, desk, what)
            world.bring(other, what)
        again(one, desk)
        world.look(other)
        assert world.links(one) == world.links(other)
        assert gap_count(one) == gap_count(other)


def test_an_invoice_that_arrives_meets_its_payment_and_closes_its_gap(database: Database) -> None:
    desk = planted(database)
    world.bring(database, ("payment", 1, 2, 7))
    with database.read() as session:
        paid = session.scalar(select(func.max(models.Payment.id))) or 0
    assert at(database, desk, payments=[paid]).gaps_opened == 1
    bring(database, desk, ("invoice", 1, 2, 7))
    with database.read() as session:
        (match,) = matches.of_payment(session, paid)
        assert match.band == "suggest"
        gap = gaps.of_payment(session, paid)
        assert gap
        assert gap.closed_for == gaps.ARRIVED


def test_what_a_person_tied_leaves_the_pile_and_its_invoice_with_it(database: Database) -> None:
    desk = planted(database)
    with database.write() as session:
        first = session.scalars(select(models.Match).order_by(models.Match.id)).first()
        assert first
        payment = session.get_one(models.Payment, first.payment_id)
        matches.confirm(session, payment, by=1, now=NOW)
        (asked,) = rematch.begin(session)
        keys = str(payment.id), str(first.invoice_id)
    assert not asked.all
    tying.look_at(database, asked, names=world.NAMES, now=lambda: NOW, today=world.TODAY, desk=desk)
    assert desk.pile
    assert keys[0] not in desk.pile.payments
    assert keys[1] not in desk.pile.invoices
    before = world.links(database)
    again(database, desk)
    assert world.links(database) == before


def test_an_invoice_that_was_read_anew_is_matched_by_what_it_says_now(database: Database) -> None:
    desk = planted(database)
    with database.write() as session:
        match = session.scalars(select(models.Match).order_by(models.Match.id)).first()
        assert match
        session.get_one(models.Invoice, match.invoice_id).total_minor = 77
        key, payment = match.invoice_id, match.payment_id
    assert [change.what for change in at(database, desk, invoices=[key]).changes] == ["withdrawn"]
    with database.read() as session:
        why = session.get_one(models.Payment, payment).unmatched_for
        assert why
        assert gaps.of_payment(session, payment)


def test_a_refusal_is_heard_by_a_look_at_everything(database: Database) -> None:
    planted(database)
    with database.write() as session:
        paid = session.scalars(select(models.Match).order_by(models.Match.id)).first()
        assert paid
        matches.refuse(session, session.get_one(models.Payment, paid.payment_id), by=1, now=NOW)
        assert [asked.all for asked in rematch.begin(session)] == [True]


def test_without_a_pile_there_is_nothing_to_look_at_in_part(database: Database) -> None:
    with database.write() as session:
        bank.payment(session, -100)
    with pytest.raises(LookupError):
        at(database, tying.Desk(), payments=[1])
