"""A person's word: confirmed, corrected, put aside, split, merged; and each of them taken back to the letter."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import nouns
from core.db import Database, models
from core.ledger import review, search
from tests.core.ledger import NOW, desk

LATER = NOW + timedelta(minutes=1)


def test_what_is_to_pay_first_is_looked_at_first_and_what_names_no_day_last(database: Database) -> None:
    days = [None, date(2026, 12, 1), date(2026, 11, 25), None, date(2026, 11, 25)]
    with database.write() as session:
        made = [desk.invoice(session, number=f"F{n}", due_on=due) for n, due in enumerate(days)]
        order = [made[at].id for at in (2, 4, 1, 0, 3)]
        assert review.places(session, 1) == order
        assert [invoice.id for invoice in review.queue(session, 1)] == order
        assert [invoice.id for invoice in review.of_places(session, order[1:3])] == order[1:3]


def test_what_waits_is_in_its_order_until_it_is_confirmed(database: Database) -> None:
    with database.write() as session:
        first, second = desk.invoice(session), desk.invoice(session, number="F-2026-0043")
        desk.invoice(session, asks_review=False)
        desk.invoice(session, workspace_id=2)
        assert review.queue(session, 1) == [first, second]
        assert review.count_waiting(session, 1) == 2
        act = review.confirm(session, first, by=None, now=NOW)
        assert review.queue(session, 1) == [second]
        review.undo(session, act.id, by=None, now=LATER)
        assert review.queue(session, 1) == [first, second]


def test_the_queue_is_narrowed_by_supplier_reason_amount_and_words(database: Database) -> None:
    with database.write() as session:
        desk.invoice(session)
        odd = desk.invoice(
            session, "Câble à fibre", supplier="nimbus", total_minor=1234, doubts=["No sum.", 'A "b" is é.']
        )
        for narrowed in (
            {"supplier": "nimbus"},
            {"reason": 'A "b" is é.'},
            {"amount": Decimal("12.34")},
            {"words": "cable"},
        ):
            assert review.queue(session, 1, **narrowed) == [odd], narrowed
        assert review.queue(session, 1, reason="No sums.") == []
        assert review.reasons(session, 1) == {"No sum.": 1, 'A "b" is é.': 1}


def test_what_was_confirmed_is_not_confirmed_again(database: Database) -> None:
    with database.write() as session:
        invoice = desk.invoice(session)
        review.confirm(session, invoice, by=None, now=NOW)
        with pytest.raises(review.CannotAct, match="settled"):
            review.confirm(session, invoice, by=None, now=LATER)


@pytest.mark.parametrize(
    "odd",
    [
        {"doubts": ["No sum."]},
        {"number": None},
        {"net_minor": None},
        {"vat_minor": 800},
        {"kind": "reminder"},
        {"twin_of": 1},
        {"read_at": None},
    ],
)
def test_only_what_is_green_is_confirmed_with_the_others(database: Database, odd: dict[str, Any]) -> None:
    with database.write() as session:
        green, other = desk.invoice(session), desk.invoice(session, **odd)
        (act,) = review.confirm_green(session, 1, by=None, now=NOW)
        assert act.invoice_id == green.id
        assert review.queue(session, 1) == [other]


def test_of_the_green_ones_only_those_that_the_page_showed(database: Database) -> None:
    with database.write() as session:
        shown, came_since = desk.invoice(session), desk.invoice(session)
        review.confirm_green(session, 1, by=None, now=NOW, ids=[shown.id])
        assert review.queue(session, 1) == [came_since]


@pytest.mark.parametrize(
    ("field", "typed", "column", "value"),
    [
        ("number", " F 2026-0099 ", "number", "F 2026-0099"),
        ("date", "05/10/2026", "issued_on", date(2026, 10, 5)),
        ("due_date", "2026-11-05", "due_on", date(2026, 11, 5)),
        ("total", "1 234,56 €", "total_minor", 123456),
        ("vat", "", "vat_minor", None),
        ("iban", "FR76 3000 6000 0112 3456 7890 189", "iban", "FR7630006000011234567890189"),
        ("supplier_vat", "fr 40 303 265 045", "seller_id", "FR40303265045"),
        ("kind", "credit_note", "kind", "credit_note"),
        ("currency", "usd", "currency", "USD"),
    ],
)
def test_a_correction_counts_and_stands_beside_what_was_read(
    database: Database, field: str, typed: str, column: str, value: object
) -> None:
    with database.write() as session:
        invoice = desk.invoice(session)
        box = nouns.Box(1, 10, 20, 30, 40)
        act = review.correct(session, invoice, field, typed, by=None, now=NOW, box=box)
        assert getattr(invoice, column) == value
        correction = review.corrections_of(session, invoice.id)[field]
        assert (correction.act_id, correction.box["page"]) == (act.id, 1)  # type: ignore[index]
        review.undo(session, act.id, by=None, now=LATER)
        assert review.corrections_of(session, invoice.id) == {}
        assert getattr(invoice, column) != value


@pytest.mark.parametrize(
    ("field", "typed", "why"),
    [
        ("date", "31/02/2026", "value"),
        ("total", "beaucoup", "value"),
        ("total", "1234,567", "value"),
        ("currency", "", "value"),
        ("currency", "euros", "value"),
        ("kind", "poem", "value"),
        ("iban", "compte", "value"),
        ("id", "1", "unknown_field"),
    ],
)
def test_what_is_no_such_value_changes_nothing(database: Database, field: str, typed: str, why: str) -> None:
    with database.write() as session:
        invoice = desk.invoice(session)
        before = desk.rows(session)
        with pytest.raises(review.CannotAct, match=why):
            review.correct(session, invoice, field, typed, by=None, now=NOW)
        assert desk.rows(session) == before


def test_an_amount_in_another_currency_is_the_same_figure(database: Database) -> None:
    with database.write() as session:
        invoice = desk.invoice(session, total_minor=50000)
        review.correct(session, invoice, "currency", "JPY", by=None, now=NOW)
        assert invoice.total_minor == 500


def test_a_corrected_invoice_is_found_by_what_it_says_now(database: Database) -> None:
    with database.write() as session:
        invoice = desk.invoice(session)
        act = review.correct(session, invoice, "number", "ZX-81", by=None, now=NOW)
        assert search.find(session, 1, words="zx81")[0] == [invoice]
        assert search.find(session, 1, words="0042")[1] == 0
        review.undo(session, act.id, by=None, now=LATER)
        assert search.find(session, 1, words="0042")[0] == [invoice]


def test_what_is_put_aside_leaves_queue_and_list_and_can_come_back(database: Database) -> None:
    with database.write() as session:
        invoice = desk.invoice(session)
        act = review.not_an_invoice(session, invoice, by=None, now=NOW)
        assert invoice.rejected_for == review.Why.NOT_AN_INVOICE
        assert review.queue(session, 1) == search.find(session, 1)[0] == []
        with pytest.raises(review.CannotAct, match="settled"):
            review.confirm(session, invoice, by=None, now=NOW)
        review.undo(session, act.id, by=None, now=LATER)
        assert review.queue(session, 1) == search.find(session, 1)[0] == [invoice]
        with pytest.raises(review.CannotAct, match="undone"):
            review.undo(session, act.id, by=None, now=LATER)


def test_an_earlier_correction_of_the_same_field_waits_for_the_later_one_to_be_undone(
    database: Database,
) -> None:
    with database.write() as session:
        invoice = desk.invoice(session)
        first = review.correct(session, invoice, "total", "10", by=None, now=NOW)
        review.correct(session, invoice, "number", "A-1", by=None, now=NOW)
        second = review.correct(session, invoice, "total", "20", by=None, now=NOW)
        with pytest.raises(review.CannotAct, match="later"):
            review.undo(session, first.id, by=None, now=LATER)
        review.undo(session, second.id, by=None, now=LATER)
        assert invoice.total_minor == 1000
        review.undo(session, first.id, by=None, now=LATER)
        assert (invoice.total_minor, invoice.number) == (4590, "A-1")


def test_the_history_of_an_invoice_is_told_newest_first(database: Database) -> None:
    with database.write() as session:
        invoice = desk.invoice(session)
        acts = [review.correct(session, invoice, "total", "10", by=None, now=NOW)]
        acts.append(review.confirm(session, invoice, by=None, now=NOW))
        assert review.acts_of(session, invoice.id) == acts[::-1]


Doing = Callable[[Session, random.Random], models.ReviewAct]


def _any(session: Session, dice: random.Random) -> models.Invoice:
    return dice.choice(session.scalars(select(models.Invoice).order_by(models.Invoice.id)).all())


def _correct(session: Session, dice: random.Random) -> models.ReviewAct:
    field, typed = dice.choice(
        [("total", "10"), ("number", "A-1"), ("date", ""), ("currency", "JPY"), ("iban", "FR7630006000011")]
    )
    if typed == "FR7630006000011":
        typed = "FR7630006000011234567890189"
    return review.correct(session, _any(session, dice), field, typed, by=None, now=NOW)


def _split(session: Session, dice: random.Random) -> models.ReviewAct:
    paper = dice.choice(session.scalars(select(models.Document).order_by(models.Document.id)).all())
    first = paper.first_page or 1
    act = review.split(session, paper, [(first, first), (first + 1, first + 3)], by=None, now=NOW)
    for part in (paper.id, *act.before["made"]["documents"]):
        _read(session, part)
    return act


def _read(session: Session, document_id: int) -> None:
    """What the farm does of itself between two acts."""
    paper = session.get_one(models.Document, document_id)
    invoice = session.get_one(models.Invoice, paper.invoice_id)
    session.add(
        models.ReadingRow(workspace_id=1, document_id=paper.id, reader="r", at=NOW, fields={}, doubts=[])
    )
    invoice.number, invoice.read_at, paper.read_at = f"read-{document_id}", NOW, NOW
    search.tell_pages(session, invoice, paper.id, "part")


DOINGS: list[Doing] = [
    _correct,
    _split,
    lambda s, dice: review.confirm(s, _any(s, dice), by=None, now=NOW),
    lambda s, dice: review.reject(s, _any(s, dice), dice.choice(list(review.Why)), by=None, now=NOW),
    lambda s, dice: review.merge(s, _any(s, dice), _any(s, dice), by=None, now=NOW),
    lambda s, dice: review.unmerge(s, _any(s, dice), by=None, now=NOW),
]


@pytest.mark.parametrize("seed", range(20))
def test_any_acts_undone_in_reverse_leave_everything_as_it_was(database: Database, seed: int) -> None:
    dice = random.Random(seed)
    with database.write() as session:
        desk.destination(session)
        for n in range(4):
            desk.invoice(session, f"page {n}", number=dice.choice([None, f"F-{n}"]), currency="EUR")
        stood: list[object] = [desk.rows(session)]
        done: list[int] = []
        for _ in range(16):
            try:
                with session.begin_nested():
                    act = dice.choice(DOINGS)(session, dice)
            except review.CannotAct:
                continue
            done.append(act.id)
            stood.append(desk.rows(session))
    for act_id in reversed(done):
        with database.write() as session:
            assert desk.rows(session) == stood.pop()
            review.undo(session, act_id, by=None, now=LATER)
    with database.read() as session:
        assert desk.rows(session) == stood.pop()
        assert search.find(session, 1, words="page")[1] == 4
