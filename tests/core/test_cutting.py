"""A pile that a person splits: each part gets a file of its own, once, and the pile stays where it was."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core import extraction, intake
from core.archive import upkeep
from core.db import models
from core.ledger import documents, review
from tests import scans
from tests.core import home
from tests.core.extraction.einvoice import written
from tests.core.home import NOW, Home

SHEETS = [scans.picture(f"F-{n}") for n in range(3)]
PILE = scans.pile(SHEETS)


@pytest.fixture(scope="module")
def readers() -> Iterator[extraction.Readers]:
    with extraction.Readers(1) as some:
        yield some


@pytest.fixture
def farm(tmp_path: Path, readers: extraction.Readers) -> Iterator[Home]:
    with home.opened(tmp_path, readers) as here:
        yield here


def split(farm: Home, document_id: int, *ranges: tuple[int, int]) -> int:
    with farm.database.write() as session:
        document = session.get_one(models.Document, document_id)
        return review.split(session, document, ranges, by=None, now=NOW).id


def read(farm: Home) -> list[models.Document]:
    """All that waits is read; every Document."""
    with farm.database.read() as session:
        waiting = intake.unread(session)
    for document_id in waiting:
        intake.take_in(farm.database, farm.stored, farm.readers, document_id, now=lambda: NOW)
    with farm.database.read() as session:
        return session.query(models.Document).order_by(models.Document.id).all()


def test_each_part_has_its_own_sheets_in_the_archive_and_the_pile_stays(farm: Home) -> None:
    pile = farm.bring(PILE)
    split(farm, pile, (1, 1), (2, 3))
    one, other = read(farm)
    own = [farm.stored.read(str(part.own_sha256)) for part in (one, other)]
    assert [[sheet in file for sheet in SHEETS] for file in own] == [
        [True, False, False],
        [False, True, True],
    ]
    assert [part.own_size for part in (one, other)] == [len(file) for file in own]
    assert one.sha256 == other.sha256
    assert farm.stored.read(one.sha256) == PILE
    assert list(farm.stored.inbox.iterdir()) == []


def test_a_whole_file_has_no_other(farm: Home) -> None:
    farm.bring(PILE)
    (document,) = read(farm)
    assert (document.own_sha256, document.own_size, document.read_at) == (None, None, NOW)


def test_a_part_that_is_split_once_more_gets_other_sheets_and_undone_it_has_those_of_before(
    farm: Home,
) -> None:
    pile = farm.bring(PILE)
    split(farm, pile, (1, 1), (2, 3))
    _, rest = read(farm)
    act = split(farm, rest.id, (2, 2), (3, 3))
    _, second, third = read(farm)
    assert SHEETS[2] not in farm.stored.read(str(second.own_sha256))
    assert SHEETS[2] in farm.stored.read(str(third.own_sha256))
    with farm.database.write() as session:
        review.undo(session, act, by=None, now=NOW)
    _, again = read(farm)
    assert (again.own_sha256, again.first_page, again.last_page) == (rest.own_sha256, 2, 3)


def test_what_is_put_together_again_while_it_is_read_is_not_taken_for_a_part(
    farm: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    pile = farm.bring(PILE)
    act = split(farm, pile, (1, 1), (2, 3))
    cut = farm.readers.excerpt

    def meanwhile(path: Path, first: int, last: int) -> bytes:
        if first == 1:
            with farm.database.write() as session:
                review.undo(session, act, by=None, now=NOW)
        return cut(path, first, last)

    monkeypatch.setattr(farm.readers, "excerpt", meanwhile)
    with farm.database.read() as session:
        asked = intake.unread(session)
    intake.take_in(farm.database, farm.stored, farm.readers, asked[0], now=lambda: NOW)
    (whole,) = read(farm)
    assert (whole.first_page, whole.own_sha256) == (None, None)


def test_cut_twice_it_is_one_file_though_the_first_was_never_noted(
    farm: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    pile = farm.bring(PILE)
    split(farm, pile, (1, 1), (2, 3))

    class Killed(BaseException):
        pass

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(intake, "_put_on_invoice", killed)
        with pytest.raises(Killed):
            read(farm)
    blobs = set(farm.stored.blobs.glob("*/*"))
    one, _ = read(farm)
    assert farm.stored.path(str(one.own_sha256)) in blobs
    assert len(set(farm.stored.blobs.glob("*/*"))) == 3


@pytest.mark.parametrize(
    ("said", "why"),
    [(b"<html>a page instead", "html"), (b"%PDF-1.4 cut short", "truncated"), (written.cii(), "not_pdf")],
)
def test_what_a_reader_gives_instead_of_pages_is_set_aside_and_nothing_is_left_behind(
    farm: Home, monkeypatch: pytest.MonkeyPatch, said: bytes, why: str
) -> None:
    pile = farm.bring(PILE)
    split(farm, pile, (1, 1), (2, 3))
    monkeypatch.setattr(farm.readers, "excerpt", lambda *_: said)
    read(farm)
    one, other = read(farm)
    assert one.quarantined_for == other.quarantined_for == why
    assert (one.own_sha256, list(farm.stored.inbox.iterdir())) == (None, [])


def test_a_sweep_leaves_the_pile_and_what_was_cut_out_of_it(farm: Home) -> None:
    pile = farm.bring(PILE)
    act = split(farm, pile, (1, 1), (2, 3))
    read(farm)

    def known(sha256: str) -> bool:
        with farm.database.read() as session:
            return documents.is_known(session, sha256)

    later = datetime.now(UTC) + timedelta(days=2)
    assert upkeep.sweep(farm.stored, later, alive=lambda _: False, known=known).blobs == 0
    with farm.database.write() as session:
        review.undo(session, act, by=None, now=NOW)
    assert upkeep.sweep(farm.stored, later, alive=lambda _: False, known=known).blobs == 2
    assert farm.stored.holds(hashlib.sha256(PILE).hexdigest())
