"""Invoices are found by what people type: accents, spaces and ways of writing an amount do not matter."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import delete, text
from sqlalchemy.dialects import postgresql

from core.db import Database, models
from core.ledger import review, search, typed, words
from tests.core.ledger import NOW, desk

PAGE = "Facture d’électricité\u00a0: Œuvre du 3 octobre, 1\u202f234,56\u00a0€ HT, SIREN 356 000 000, hôtel\u00ad-dieu"


@pytest.mark.parametrize(
    "asked",
    [
        "electricite",
        "ÉLECTRICITÉ octobre",
        "oeuvre",
        "elec",
        "1234,56",
        "1 234,56",
        "1.234,56",
        "1234.56 €",
        "356000000",
        "356 000 000",
        "hotel-dieu",
        "F-2026-0042",
        "f20260042",
        "F 2026 0042",
        "0042",
        "45,90",
        "45.90",
        "03/10/2026",
        "2026-10-03",
        "mandarine",
    ],
)
def test_a_word_or_an_amount_is_found_however_it_is_typed(database: Database, asked: str) -> None:
    with database.write() as session:
        invoice = desk.invoice(session, PAGE)
        desk.invoice(session, "autre chose", number="Z9", supplier="nimbus", total_minor=1, issued_on=None)
        desk.invoice(session, PAGE, workspace_id=2)
        assert search.find(session, 1, words=asked) == ([invoice], 1)


@pytest.mark.parametrize("asked", ["gaz", "electricite gaz", "---", '"', "1234,57", "OR", "elec* NOT"])
def test_what_does_not_stand_there_is_not_found(database: Database, asked: str) -> None:
    with database.write() as session:
        desk.invoice(session, PAGE)
        assert search.find(session, 1, words=asked) == ([], 0)


@pytest.mark.parametrize(
    ("narrowed", "found"),
    [
        ({}, [4, 3, 2, 1]),
        ({"supplier": "nimbus"}, [3]),
        ({"amount": Decimal("45.90")}, [4, 2, 1]),
        ({"amount": Decimal("-7.65")}, [4, 3, 2, 1]),
        ({"amount": Decimal(500)}, [3]),
        ({"amount": Decimal("0.001")}, []),
        ({"since": date(2026, 10, 3)}, [3, 2, 1]),
        ({"until": date(2026, 10, 2)}, [4]),
        ({"state": search.State.WAITING}, [4, 1]),
        ({"state": search.State.REVIEWED}, [2]),
        ({"state": search.State.ACCEPTED}, [3]),
        ({"state": search.State.REJECTED}, [5]),
        ({"state": search.State.UNREAD}, []),
        ({"page": 2, "per_page": 3}, [1]),
    ],
)
def test_the_list_is_narrowed_and_newest_first(
    database: Database, narrowed: dict[str, Any], found: list[int]
) -> None:
    with database.write() as session:
        desk.invoice(session)
        review.confirm(session, desk.invoice(session), by=None, now=NOW)
        yen: dict[str, Any] = {"currency": "JPY", "total_minor": 500, "vat_minor": None}
        desk.invoice(session, supplier="nimbus", asks_review=False, **{**yen, "net_minor": 765})
        desk.invoice(session, issued_on=date(2026, 9, 30))
        review.not_an_invoice(session, desk.invoice(session), by=None, now=NOW)
        if narrowed == {"amount": Decimal("-7.65")}:
            session.query(models.Invoice).filter_by(id=3).update({"currency": "EUR"})
        assert [invoice.id for invoice in search.find(session, 1, **narrowed)[0]] == found


def test_what_is_merged_is_found_as_what_it_turned_out_to_be(database: Database) -> None:
    with database.write() as session:
        kept, other = desk.invoice(session, "portail"), desk.invoice(session, "courrier")
        review.merge(session, kept, other, by=None, now=NOW)
        assert search.find(session, 1, words="courrier") == ([kept], 1)


def test_what_is_gone_is_no_longer_in_the_index(database: Database) -> None:
    with database.write() as session:
        desk.invoice(session, PAGE)
        session.execute(delete(models.Document))
        session.execute(delete(models.Invoice))
        assert (
            session.scalar(text("SELECT count(*) FROM invoice_search WHERE words MATCH 'electricite'")) == 0
        )


def test_a_page_that_is_read_again_is_found_by_its_new_words_only(database: Database) -> None:
    with database.write() as session:
        invoice = desk.invoice(session, "ancien")
        (paper,) = session.query(models.Document)
        search.tell_pages(session, invoice, paper.id, "nouveau")
        assert search.find(session, 1, words="ancien")[1] == 0
        assert search.find(session, 1, words="nouveau 0042")[1] == 1


def test_on_postgresql_the_same_is_asked_of_its_own_index() -> None:
    class Session:
        def get_bind(self) -> Any:
            return self

        dialect = postgresql.dialect()  # type: ignore[no-untyped-call]

    hits = search._hits(Session(), words.asked("F-2026 45,90"))  # type: ignore[arg-type]
    said = str(hits.compile(dialect=Session.dialect, compile_kwargs={"literal_binds": True}))
    assert "to_tsvector('simple', invoice_texts.words) @@" in said
    assert "to_tsquery('simple', '(f <-> 2026:*) & (45 <-> 90:*)')" in said


@pytest.mark.parametrize(
    ("said", "amount"),
    [
        ("45,90", "45.90"),
        ("1 234,56 €", "1234.56"),
        ("1\u202f234,56", "1234.56"),
        ("1.234,56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("1'234.56 CHF", "1234.56"),
        ("1 234 567", "1234567"),
        ("-12", "-12"),
        ("\u221212,5", "-12.5"),
        ("douze", None),
        ("12,34,56", None),
        ("", None),
    ],
)
def test_an_amount_is_understood_as_people_write_it(said: str, amount: str | None) -> None:
    assert typed.amount(said) == (None if amount is None else Decimal(amount))


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("2026-10-03", date(2026, 10, 3)),
        ("3/10/2026", date(2026, 10, 3)),
        ("03.10.2026", date(2026, 10, 3)),
        ("31/02/2026", None),
        ("hier", None),
    ],
)
def test_a_day_is_understood_as_people_write_it(said: str, day: date | None) -> None:
    assert typed.day(said) == day
