"""Several invoices in one file become several; one invoice that came by several doors is one."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from core import ledger
from core.db import Database, models
from core.export import outbox
from core.ledger import review, twins
from tests.core.ledger import NOW, account, desk, file, leased, line

LATER = NOW + timedelta(minutes=1)


def test_a_file_of_two_invoices_is_two_with_the_same_bytes_and_their_own_pages(database: Database) -> None:
    with database.write() as session:
        desk.destination(session)
        invoice = desk.invoice(session)
        (paper,) = session.scalars(select(models.Document))
        act = review.split(session, paper, [(1, 2), (3, 5)], by=None, now=NOW)
        (made,) = act.before["made"]["invoices"]
        first, second = session.scalars(select(models.Document).order_by(models.Document.id))
        assert (first.invoice_id, first.first_page, first.last_page) == (invoice.id, 1, 2)
        assert (second.invoice_id, second.first_page, second.last_page) == (made, 3, 5)
        assert first.sha256 == second.sha256
        assert first.read_at is second.read_at is None
        assert len(outbox.owed(session, LATER)) == 0
        assert [one.document_id for one in session.scalars(select(models.Delivery))] == [first.id, second.id]


@pytest.mark.parametrize(
    "ranges", [[], [(1, 2)], [(1, 2), (2, 3)], [(3, 4), (1, 2)], [(2, 1), (3, 4)], [(0, 1), (2, 3)]]
)
def test_ranges_that_do_not_fit_split_nothing(database: Database, ranges: list[tuple[int, int]]) -> None:
    with database.write() as session:
        desk.invoice(session)
        (paper,) = session.scalars(select(models.Document))
        with pytest.raises(review.CannotAct, match="pages"):
            review.split(session, paper, ranges, by=None, now=NOW)


def test_a_part_that_somebody_acted_on_keeps_the_split(database: Database) -> None:
    with database.write() as session:
        desk.invoice(session)
        (paper,) = session.scalars(select(models.Document))
        act = review.split(session, paper, [(1, 1), (2, 2)], by=None, now=NOW)
        part = session.get_one(models.Invoice, act.before["made"]["invoices"][0])
        confirmed = review.confirm(session, part, by=None, now=NOW)
        with pytest.raises(review.CannotAct, match="later"):
            review.undo(session, act.id, by=None, now=LATER)
        review.undo(session, confirmed.id, by=None, now=LATER)
        review.undo(session, act.id, by=None, now=LATER)
        assert len(session.scalars(select(models.Invoice)).all()) == 1


def test_one_invoice_of_two_doors_has_both_documents_and_goes_out_once(database: Database) -> None:
    with database.write() as session:
        desk.destination(session)
        kept = desk.invoice(session, channel="portal", iban=None)
        other = desk.invoice(session, iban="FR7630006000011234567890189")
        review.merge(session, kept, other, by=None, now=NOW)
        papers = session.scalars(select(models.Document).order_by(models.Document.id)).all()
        assert {paper.invoice_id for paper in papers} == {kept.id}
        assert [paper.channel for paper in papers] == ["portal", "upload"]
        assert kept.iban == "FR7630006000011234567890189"
        (owed,) = outbox.owed(session, LATER)
        assert session.get_one(models.Delivery, owed).document_id == papers[0].id


def test_two_that_were_merged_can_be_two_again_long_after(database: Database) -> None:
    with database.write() as session:
        desk.destination(session)
        kept, other = desk.invoice(session), desk.invoice(session)
        before = desk.rows(session)
        review.merge(session, kept, other, by=None, now=NOW)
        review.confirm(session, kept, by=None, now=NOW)
        review.unmerge(session, other, by=None, now=LATER)
        assert kept.reviewed_at == NOW
        assert twins.of(session, other) is None
        kept.reviewed_at = None
        assert desk.rows(session) == before


def test_what_was_put_aside_is_not_sent_and_is_again_when_it_comes_back(database: Database) -> None:
    with database.write() as session:
        desk.destination(session)
        invoice = desk.invoice(session)
        assert len(outbox.owed(session, LATER)) == 1
        act = review.reject(session, invoice, review.Why.NOT_OURS, by=None, now=NOW)
        assert outbox.owed(session, LATER) == []
        review.undo(session, act.id, by=None, now=LATER)
        assert len(outbox.owed(session, LATER)) == 1


@pytest.mark.parametrize(
    ("other", "likeness"),
    [
        ({}, "same"),
        ({"number": "f 2026/0042"}, "same"),
        ({"supplier": "mail", "seller_id": "303265045"}, "same"),
        ({"supplier": "mail", "seller_id": None}, None),
        ({"seller_id": "DE136695976"}, None),
        ({"total_minor": 4591}, "same_number"),
        ({"currency": "USD"}, "same_number"),
        ({"issued_on": date(2026, 11, 3)}, "same_number"),
        ({"kind": "credit_note"}, "same_number"),
        ({"kind": "detail"}, None),
        ({"number": None, "issued_on": date(2026, 10, 6)}, "near"),
        ({"number": None, "issued_on": date(2026, 10, 7)}, None),
        ({"number": "F-2026-0043"}, None),
        ({"workspace_id": 2}, None),
        ({"rejected_for": "wrong"}, None),
    ],
)
def test_who_looks_like_whom(database: Database, other: dict[str, Any], likeness: str | None) -> None:
    with database.write() as session:
        desk.invoice(session, **{"seller_id": "FR40303265045", **other})
        invoice = desk.invoice(session, seller_id="FR40303265045")
        found = twins.of(session, invoice)
        assert (found[0] if found else None) == likeness


def test_the_same_bytes_brought_first_and_listed_later_are_one_document(database: Database) -> None:
    with database.write() as session:
        one = account(session)
        run, fence = leased(session, one)
        brought = desk.invoice(session, account_id=one.id)
        (paper,) = session.scalars(select(models.Document))
        again = ledger.receive(session, run, fence, one, line("1"), file(paper.sha256), now=LATER)
        assert again is None
        assert [p.id for p in session.scalars(select(models.Document))] == [paper.id]
        assert (paper.listed_id is not None, paper.read_at) == (True, None)
        assert ledger.known_lines(session, one).is_new(line("1")) is False
        assert brought.contract_id is not None
