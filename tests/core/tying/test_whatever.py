"""Whatever the order in which things arrive, and whatever people do in between."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, select
from sqlalchemy.pool import StaticPool

from core import tying
from core.db import Database, models
from core.ledger import acts, matches
from tests.core.ledger import NOW, bank

NAMES = {f"supplier-{n}": (f"Zorbelt{'abcdef'[n] * 2}ix",) for n in range(4)}
TODAY = date(2026, 11, 20)
PILE = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 4), st.booleans(), st.booleans()), min_size=1, max_size=7
)

#: (number of the invoice, sum of the payment) of every pair.
Links = set[tuple[str, int, int]]


@contextmanager
def company() -> Iterator[Database]:
    """One in memory, with one person."""
    database = Database("sqlite://")
    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    database.engine, database._writing = engine, engine.execution_options()
    models.Base.metadata.create_all(engine)
    with database.write() as session:
        session.add(models.Workspace(id=1, name="Atelier Brun", created_at=NOW))
        session.add(models.Person(id=1, email="anna@firm.fr", password_hash="", created_at=NOW))
    yield database
    database.close()


def look(database: Database) -> None:
    tying.look_again(database, 1, names=NAMES, now=lambda: NOW, today=TODAY)


def links(database: Database) -> Links:
    with database.read() as session:
        rows = session.execute(
            select(models.Invoice.number, models.Payment.amount_minor, models.Match.amount_minor)
            .join(models.Match, models.Match.invoice_id == models.Invoice.id)
            .join(models.Payment, models.Payment.id == models.Match.payment_id)
        )
        return {(str(number), paid, part) for number, paid, part in rows}


def bring(database: Database, what: tuple[str, int, int, int]) -> None:
    """An invoice or a payment, by its kind, supplier, month and place in the pile."""
    kind, supplier, month, place = what
    issued, total = date(2026, 5, 4) + timedelta(days=31 * month), 10_000 + 1_000 * supplier + month
    with database.write() as session:
        if kind == "invoice":
            bank.invoice(session, total, f"N{place:05}", supplier=f"supplier-{supplier}", issued_on=issued)
        else:
            label = f"PRLV SEPA {NAMES[f'supplier-{supplier}'][0].upper()}"
            told: dict[str, Any] = {
                "core": "",
                "unmatched_for": None,
                "booked_on": issued + timedelta(days=3),
            }
            bank.payment(session, -total, label, **told)


def pile(told: list[tuple[int, int, bool, bool]]) -> list[tuple[str, int, int, int]]:
    made = []
    for place, (supplier, month, owed, paid) in enumerate(told):
        made += [("invoice", supplier, month, place)] if owed else []
        made += [("payment", supplier, month, place)] if paid else []
    return made


@settings(max_examples=15, deadline=None)
@given(PILE, st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_change_what_is_proposed(
    told: list[tuple[int, int, bool, bool]], dice: Random
) -> None:
    things = pile(sorted(set(told)))
    shuffled = dice.sample(things, len(things))
    with company() as at_once, company() as one_by_one:
        for what in things:
            bring(at_once, what)
        look(at_once)
        for what in shuffled:
            bring(one_by_one, what)
            look(one_by_one)
        assert links(at_once) == links(one_by_one)


@settings(max_examples=15, deadline=None)
@given(PILE, st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.booleans()), max_size=5))
def test_what_a_person_tied_stands_what_they_refused_stays_away_and_sums_are_conserved(
    told: list[tuple[int, int, bool, bool]], words: list[tuple[int, int, bool]]
) -> None:
    with company() as database:
        for what in pile(told):
            bring(database, what)
            look(database)
        tied, refused = _said(database, words)
        look(database)
        look(database)
        with database.read() as session:
            rows = session.scalars(select(models.Match)).all()
            pairs = {(one.payment_id, one.invoice_id): one for one in rows}
            assert all(pairs[pair].confirmed_by == 1 for pair in tied)
            assert not refused & set(pairs)
            for payment in session.scalars(select(models.Payment)):
                parts = sum(one.amount_minor for one in rows if one.payment_id == payment.id)
                assert abs(parts) <= abs(payment.amount_minor)


def _said(
    database: Database, words: list[tuple[int, int, bool]]
) -> tuple[set[tuple[int, int]], set[tuple[int, int]]]:
    """What could be tied, and what could be refused; a later word on a pair or a payment counts."""
    tied: set[tuple[int, int]] = set()
    refused: set[tuple[int, int]] = set()
    with database.write() as session:
        payments = session.scalars(select(models.Payment).order_by(models.Payment.id)).all()
        invoices = session.scalars(select(models.Invoice).order_by(models.Invoice.id)).all()
        for a, b, agreed in words if payments and invoices else ():
            payment, invoice = payments[a % len(payments)], invoices[b % len(invoices)]
            pair = (payment.id, invoice.id)
            try:
                if agreed:
                    matches.tie(session, payment, {invoice.id: None}, by=1, now=NOW)
                    tied.add(pair)
                    refused.discard(pair)
                else:
                    matches.refuse(session, payment, [invoice.id], by=1, now=NOW)
                    refused.add(pair)
                    tied.discard(pair)
            except acts.CannotAct:
                continue
    return tied, refused
