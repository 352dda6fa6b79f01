"""The same schema and the same search on a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text

from core.db import Database, migrate, models
from core.ledger import review, search
from tests import postgres
from tests.core.ledger import NOW, desk

PAGE = "Facture d’électricité\u00a0: Œuvre du 3 octobre, 1\u202f234,56\u00a0€ HT, SIREN 356 000 000, hôtel\u00ad-dieu"
_NAMES = (f"db{n}" for n in count(1))


@pytest.fixture(scope="module")
def server() -> Iterator[postgres.Server]:
    with postgres.server() as started:
        yield started


@pytest.fixture
def database(server: postgres.Server, tmp_path: Path) -> Iterator[Database]:
    """Made by the migrations, with two companies."""
    opened = server.database(next(_NAMES))
    migrate.upgrade(opened, tmp_path)
    with opened.write() as session:
        for name in ("Atelier Brun", "Brasserie Claire"):
            session.add(models.Workspace(name=name, created_at=NOW))
    yield opened
    opened.close()


def test_the_migrations_make_the_tables_of_the_models(database: Database, tmp_path: Path) -> None:
    assert migrate.revision(database) == migrate._known()[-1]
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differs = compare_metadata(context, models.Base.metadata)
    # The index of words is said in PostgreSQL's own way, beside the models.
    assert [one for one in differs if "invoice_search" not in str(one)] == []


def test_the_models_alone_make_them_too(server: postgres.Server) -> None:
    database = server.database(next(_NAMES))
    models.Base.metadata.create_all(database.engine)
    with database.engine.connect() as connection:
        assert set(models.Base.metadata.tables) <= set(inspect(connection).get_table_names())
    database.close()


@pytest.mark.parametrize(
    "asked",
    [
        "electricite", "ÉLECTRICITÉ octobre", "oeuvre", "elec", "1234,56", "1 234,56", "1.234,56", "1234.56 €", "356000000",
        "356 000 000", "hotel-dieu", "F-2026-0042", "f20260042", "0042", "45,90", "03/10/2026", "2026-10-03", "mandarine",
    ],
)  # fmt: skip
def test_a_word_or_an_amount_is_found_however_it_is_typed(database: Database, asked: str) -> None:
    with database.write() as session:
        invoice = desk.invoice(session, PAGE)
        desk.invoice(session, "autre chose", number="Z9", supplier="nimbus", total_minor=1, issued_on=None)
        desk.invoice(session, PAGE, workspace_id=2)
        assert search.find(session, 1, words=asked) == ([invoice], 1)


@pytest.mark.parametrize(
    "asked", ["gaz", "electricite gaz", "---", '"', "1234,57", "OR", "elec* NOT", "a & b", "'", ":*"]
)
def test_what_does_not_stand_there_is_not_found_whatever_is_typed(database: Database, asked: str) -> None:
    with database.write() as session:
        desk.invoice(session, PAGE)
        assert search.find(session, 1, words=asked) == ([], 0)


def test_a_page_that_is_read_again_or_gone_is_found_no_more_by_its_old_words(database: Database) -> None:
    with database.write() as session:
        invoice = desk.invoice(session, "ancien")
        (paper,) = session.query(models.Document)
        search.tell_pages(session, invoice, paper.id, "nouveau")
        session.flush()
        assert search.find(session, 1, words="ancien")[1] == 0
        assert search.find(session, 1, words="nouveau 0042")[1] == 1


def test_the_search_goes_by_the_index_of_words(database: Database) -> None:
    with database.write() as session:
        desk.invoice(session, PAGE)
        session.execute(text("SET LOCAL enable_seqscan = off"))
        plan = session.scalars(
            text(
                "EXPLAIN SELECT invoice_id FROM invoice_texts WHERE to_tsvector('simple', words) @@ to_tsquery('simple', 'gaz:*')"
            )
        )
        assert "invoice_search" in " ".join(plan)


def test_what_waits_is_in_its_order_and_narrowed_by_its_reason(database: Database) -> None:
    with database.write() as session:
        plain, odd = desk.invoice(session), desk.invoice(session, doubts=['A "b" is é.'], net_minor=1)
        assert review.places(session, 1) == [plain.id, odd.id]
        assert review.green(session, 1) == [plain.id]
        assert review.places(session, 1, reason='A "b" is é.') == [odd.id]
        assert review.suppliers(session, 1) == ["mandarine"]
        assert review.reasons(session, 1) == {'A "b" is é.': 1}
