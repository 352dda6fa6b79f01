"""A document that the portal replaced comes home as the next revision, beside the first; the same bytes are no revision."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import ledger, nouns
from core.db import Database, models
from tests.core.ledger import NOW, account, file, leased, line

FIRST, SECOND = file("ab" * 32), file("cd" * 32)
MARKED = replace(line("1"), mark="1")


def total(euros: str) -> nouns.Money:
    return nouns.Money(Decimal(euros), "EUR")


def brought(session: Session, *pairs: tuple[nouns.Listed, nouns.File]) -> tuple[models.Account, int]:
    """An account into which these came home, in that order."""
    one = account(session)
    run, fence = leased(session, one)
    for listed, bytes_ in pairs:
        ledger.receive(session, run, fence, one, listed, bytes_, now=NOW)
    return one, run


@pytest.mark.parametrize(
    ("then", "now", "replaced"),
    [
        (MARKED, MARKED, False),
        (MARKED, replace(MARKED, mark="2"), True),
        (line("1"), MARKED, False),
        (MARKED, line("1"), False),
        (line("1"), replace(line("1"), total=total("47.10")), True),
        (line("1"), replace(line("1"), total=total("45.9")), False),
        (line("1"), replace(line("1"), total=None), False),
        (replace(line("1"), total=None), line("1"), False),
        (line("1"), replace(line("1"), number="F-1-BIS"), True),
        (line("1"), replace(line("1"), number=None), False),
    ],
)
def test_what_the_portal_shows_of_a_line_tells_whether_its_document_was_replaced(
    database: Database, then: nouns.Listed, now: nouns.Listed, replaced: bool
) -> None:
    with database.write() as session:
        one, _ = brought(session, (then, FIRST))
        known = ledger.known_lines(session, one)
    assert known.is_replaced(now) is replaced
    assert known.is_wanted(now) is replaced
    assert not known.is_new(now)


def test_a_replaced_document_is_the_next_revision_of_the_same_invoice(database: Database) -> None:
    with database.write() as session:
        session.add(models.Destination(workspace_id=1, kind="folder", place="x", created_at=NOW))
        changed = replace(MARKED, mark="2", total=total("47.10"))
        one, _ = brought(session, (MARKED, FIRST), (changed, SECOND))
        (invoice,) = session.scalars(select(models.Invoice))
        papers = session.scalars(select(models.Document).order_by(models.Document.revision)).all()
        assert [(paper.revision, paper.sha256) for paper in papers] == [(1, FIRST.sha256), (2, SECOND.sha256)]
        assert {paper.invoice_id for paper in papers} == {invoice.id}
        assert (invoice.total_minor, invoice.read_at) == (4710, None)
        assert len(session.scalars(select(models.Delivery)).all()) == 2
        assert not ledger.known_lines(session, one).is_wanted(changed)


def test_the_same_bytes_are_no_revision_and_are_not_asked_for_again(database: Database) -> None:
    with database.write() as session:
        changed = replace(MARKED, mark="2")
        one, run = brought(session, (MARKED, FIRST))
        assert ledger.receive(session, run, 1, one, changed, FIRST, now=NOW) is None
        assert len(session.scalars(select(models.Document)).all()) == 1
        assert not ledger.known_lines(session, one).is_wanted(changed)


def test_bytes_that_come_back_are_a_revision_of_their_own(database: Database) -> None:
    with database.write() as session:
        brought(session, *((replace(MARKED, mark=str(n)), (FIRST, SECOND)[n % 2]) for n in range(3)))
        assert sorted(session.scalars(select(models.Document.revision))) == [1, 2, 3]


def test_what_the_census_left_stays_at_the_portal_and_its_mark_is_noted(database: Database) -> None:
    with database.write() as session:
        one = account(session)
        run, fence = leased(session, one)
        ledger.note_baseline(session, run, fence, one, [MARKED], now=NOW)
        changed = replace(MARKED, mark="2", total=total("99.00"))
        known = ledger.known_lines(session, one)
        assert not known.is_wanted(changed)
        assert known.has_other_mark(changed)
        ledger.note_marks(session, run, fence, one, [changed], now=NOW)
        (row,) = session.scalars(select(models.ListedRow))
        session.refresh(row)
        assert (row.mark, row.received_at) == ("2", None)
        assert not ledger.known_lines(session, one).has_other_mark(changed)


def test_a_mark_is_noted_in_its_own_contract_only(database: Database) -> None:
    with database.write() as session:
        one = account(session)
        run, fence = leased(session, one)
        other = replace(line("1", contract="c2"), mark="1")
        ledger.note_baseline(session, run, fence, one, [MARKED, other], now=NOW)
        ledger.note_marks(session, run, fence, one, [replace(MARKED, mark="2")], now=NOW)
        known = ledger.known_lines(session, one)
    assert not known.has_other_mark(other)
    assert known.has_other_mark(MARKED)


def test_the_first_mark_of_a_line_that_came_home_without_one_is_noted_and_fetches_nothing(
    database: Database,
) -> None:
    with database.write() as session:
        one, run = brought(session, (line("1"), FIRST))
        assert ledger.known_lines(session, one).has_other_mark(MARKED)
        ledger.note_marks(session, run, 1, one, [MARKED], now=NOW)
        assert ledger.known_lines(session, one).is_replaced(replace(MARKED, mark="2"))


def test_a_replaced_document_that_could_not_be_kept_is_asked_for_again(database: Database) -> None:
    with database.write() as session:
        one, run = brought(session, (MARKED, FIRST))
        changed = replace(MARKED, mark="2")
        ledger.hold(session, run, 1, one, changed, "html", now=NOW)
        assert ledger.known_lines(session, one).is_wanted(changed)
        assert ledger.receive(session, run, 1, one, changed, SECOND, now=NOW) is not None
        (row,) = session.scalars(select(models.ListedRow))
        assert (row.held_for, row.mark) == (None, "2")
