"""A zip of documents: each taken in once and tied to what it was sent for, each refusal with its reason; a kill anywhere changes nothing."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from core.archive import bundles
from core.db import Database, models
from core.ledger import gaps, matches, uploads
from core.ledger import tokens as ways_in
from demo import paper
from scheduler import uploads as round_of
from tests.core.archive import zips
from tests.core.ledger import NOW, bank
from tests.scheduler import cut_short, dying

PDF = paper.invoice("B-1", date(2026, 11, 3), Decimal("45.90"))
ANOTHER = paper.invoice("B-2", date(2026, 11, 4), Decimal("12.00"))


@pytest.fixture
def here(database: Database, tmp_path: Path) -> Iterator[Any]:
    with database.write() as session:
        session.add(models.Person(id=1, email="a@firm.fr", password_hash="", language="fr", created_at=NOW))
        session.add(
            models.Destination(workspace_id=1, kind="folder", place=str(tmp_path / "out"), created_at=NOW)
        )
        session.flush()
        ways_in.make(session, 1, "books", ["documents:write"], by=1, now=NOW)
    with dying.farm(tmp_path / "data", f"sqlite:///{tmp_path / 'farm.db'}") as opened:
        yield opened


def owing(here: Any, *amounts: int, workspace_id: int = 1) -> list[int]:
    """Debits without their invoices."""
    with here.database.write() as session:
        made = [bank.payment(session, -amount, workspace_id=workspace_id).id for amount in amounts]
        gaps.settle(session, workspace_id, made, now=NOW)
    return made


def send(here: Any, content: bytes, *, token: int = 1) -> int:
    """As the web does."""
    file = here.archive.welcome([content], name="documents.zip", cap=bundles.LARGEST)
    with here.database.write() as session:
        way_in = session.get_one(models.ApiToken, token)
        file.path.replace(here.archive.inbox / uploads.lies_as(way_in.workspace_id, file.sha256))
        return int(uploads.announce(session, way_in, file.sha256, now=NOW).id)


def rows(here: Any, kind: type[Any]) -> list[Any]:
    with here.database.read() as session:
        return list(session.query(kind).order_by(kind.id).all())


def fates(here: Any, upload: int = 1) -> list[tuple[str, str, str | None]]:
    found = next(one for one in rows(here, models.BulkUpload) if one.id == upload)
    return [(line["fileName"], line["outcome"], line["why"]) for line in found.outcomes]


def ties(here: Any) -> set[tuple[int, str | None, int, str]]:
    """Payment, its invoice's number, the part of it, the band."""
    with here.database.read() as session:
        return {
            (
                one.payment_id,
                session.get_one(models.Invoice, one.invoice_id).number,
                one.amount_minor,
                one.band,
            )
            for one in session.query(models.Match)
        }


def still_open(here: Any) -> list[int | None]:
    return [one.payment_id for one in rows(here, models.Gap) if one.closed_at is None]


def left(here: Any) -> list[str]:
    return [path.name for path in here.archive.inbox.iterdir()]


def both(first: int, second: int) -> bytes:
    return zips.of(
        [("b1.pdf", PDF), ("b2.pdf", ANOTHER)], [zips.line("b1.pdf", first), zips.line("b2.pdf", second)]
    )


def test_each_document_is_read_kept_and_tied_as_the_word_of_who_made_the_token(here: Any) -> None:
    first, second = owing(here, 4590, 1200)
    send(here, both(first, second))
    round_of.take_in(here)
    assert fates(here) == [("b1.pdf", "taken", None), ("b2.pdf", "taken", None)]
    assert ties(here) == {(first, "B-1", -4590, "person"), (second, "B-2", -1200, "person")}
    assert {one.confirmed_by for one in rows(here, models.Match)} == {1}
    assert {(one.channel, one.read_at is not None) for one in rows(here, models.Document)} == {("api", True)}
    assert len(rows(here, models.Delivery)) == 2
    assert (still_open(here), left(here)) == ([], [])
    assert all(one.done_at for one in rows(here, models.BulkUpload))


def test_one_document_may_be_for_two_payments(here: Any) -> None:
    half, rest, whole = owing(here, 2000, 2590, 5790)
    lines = [zips.line("b1.pdf", half, rest), zips.line("b2.pdf", whole)]
    send(here, zips.of([("b1.pdf", PDF), ("b2.pdf", ANOTHER)], lines))
    round_of.take_in(here)
    assert ties(here) == {
        (half, "B-1", -2000, "person"), (rest, "B-1", -2590, "person"), (whole, "B-2", -1200, "person"),
    }  # fmt: skip
    assert still_open(here) == []


def test_two_invoices_of_one_payment_are_one_act(here: Any) -> None:
    (paid,) = owing(here, 5790)
    lines = [zips.line("b1.pdf", paid), zips.line("b2.pdf", paid)]
    send(here, zips.of([("b1.pdf", PDF), ("b2.pdf", ANOTHER)], lines))
    round_of.take_in(here)
    assert ties(here) == {(paid, "B-1", -4590, "person"), (paid, "B-2", -1200, "person")}
    with here.database.write() as session:
        (act,) = matches.acts_of(session, paid)
        matches.undo(session, act.id, by=1, now=NOW)
    assert (ties(here), still_open(here)) == (set(), [paid])


def test_what_is_wrong_with_a_document_is_said_of_it_alone(here: Any) -> None:
    first, second = owing(here, 4590, 1200)
    files = [
        ("b1.pdf", PDF),
        ("page.pdf", b"<html>sign in</html>"),
        ("inner.pdf", zips.of([("b1.pdf", PDF)])),
        ("hash.pdf", ANOTHER),
        ("stranger.pdf", ANOTHER),
        ("far.pdf", ANOTHER),
        ("none.pdf", ANOTHER),
        ("extra.pdf", ANOTHER),
        ("../up.pdf", ANOTHER),
    ]
    lines = [
        zips.line("b1.pdf", first, sha256=hashlib.sha256(PDF).hexdigest().upper()),
        zips.line("page.pdf", second),
        zips.line("inner.pdf", second),
        zips.line("hash.pdf", second, sha256="0" * 64),
        zips.line("stranger.pdf", second, "999999"),
        zips.line("far.pdf", 10**17, 0, "07"),
        zips.line("none.pdf"),
        zips.line("absent.pdf", second),
        zips.line("../up.pdf", second),
        zips.line("twice.pdf", second),
        zips.line("twice.pdf", second),
        zips.line("metadata.json", second),
        {"fileName": "odd.pdf", "entryIds": 7},
    ]
    send(here, zips.of(files, lines))
    round_of.take_in(here)
    assert fates(here) == [
        ("b1.pdf", "taken", None),
        ("page.pdf", "refused", "html"),
        ("inner.pdf", "refused", "zip"),
        ("hash.pdf", "refused", "wrong_hash"),
        ("stranger.pdf", "refused", "unknown_entry"),
        ("far.pdf", "refused", "unknown_entry"),
        ("none.pdf", "refused", "no_entry"),
        ("absent.pdf", "refused", "missing"),
        ("../up.pdf", "refused", "name"),
        ("twice.pdf", "refused", "duplicate"),
        ("twice.pdf", "refused", "duplicate"),
        ("metadata.json", "refused", "name"),
        ("odd.pdf", "refused", "metadata"),
        ("extra.pdf", "refused", "not_named"),
    ]
    assert [here.archive.read(one.sha256) for one in rows(here, models.Document)] == [PDF]
    assert len(list(here.archive.blobs.glob("*/*"))) == 1
    assert (still_open(here), left(here)) == ([second], [])


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_is_in_the_zip_twice_is_nobodys(here: Any) -> None:
    (first,) = owing(here, 4590)
    send(here, zips.of([("b1.pdf", PDF), ("b1.pdf", ANOTHER)], [zips.line("b1.pdf", first)]))
    round_of.take_in(here)
    assert fates(here) == [("b1.pdf", "refused", "duplicate")]
    assert rows(here, models.Document) == []


@pytest.mark.parametrize(
    ("content", "fate"),
    [
        (zips.of([("b1.pdf", PDF)]), ("metadata.json", "refused", "missing")),
        (zips.of([("metadata.json", b"{")]), ("metadata.json", "refused", "metadata")),
        (
            zips.of([("metadata.json", bytes(3 * 1024**2))], method=0),
            ("metadata.json", "refused", "too_large"),
        ),
        (zips.overlapping(), ("", "refused", "bomb")),
        (b"PK\x03\x04 no more", ("", "refused", "not_a_zip")),
    ],
)
def test_a_zip_without_a_sound_slip_is_refused_whole(here: Any, content: bytes, fate: Any) -> None:
    send(here, content)
    round_of.take_in(here)
    assert fates(here) == [fate]
    assert (rows(here, models.Document), left(here)) == ([], [])


def test_the_same_documents_in_another_zip_are_known_and_nothing_is_doubled(here: Any) -> None:
    first, second = owing(here, 4590, 1200)
    send(here, zips.of([("b1.pdf", PDF)], [zips.line("b1.pdf", first)]))
    round_of.take_in(here)
    send(here, both(first, second))
    round_of.take_in(here)
    assert fates(here, 2) == [("b1.pdf", "known", None), ("b2.pdf", "taken", None)]
    assert ties(here) == {(first, "B-1", -4590, "person"), (second, "B-2", -1200, "person")}
    assert rows(here, models.BulkUpload)[1].outcomes[0]["ties"] == {str(first): "tied"}


def test_a_payment_that_a_person_settled_meanwhile_is_left_as_it_is(here: Any) -> None:
    (first,) = owing(here, 4590)
    with here.database.write() as session:
        payment = session.get_one(models.Payment, first)
        matches.close(session, payment, matches.Why.OTHER, by=1, now=NOW)
    send(here, zips.of([("b1.pdf", PDF)], [zips.line("b1.pdf", first)]))
    round_of.take_in(here)
    assert rows(here, models.BulkUpload)[0].outcomes[0]["ties"] == {str(first): "settled"}
    assert (fates(here), ties(here)) == ([("b1.pdf", "taken", None)], set())


def test_two_companies_never_mix(here: Any) -> None:
    with here.database.write() as session:
        session.add(models.Workspace(id=2, name="Other", created_at=NOW))
        session.flush()
        ways_in.make(session, 2, "theirs", ["documents:write"], by=None, now=NOW)
    (ours,), (theirs,) = owing(here, 4590), owing(here, 4590, workspace_id=2)
    same = zips.of([("b1.pdf", PDF)], [zips.line("b1.pdf", ours)])
    assert send(here, same, token=1) != send(here, same, token=2)
    round_of.take_in(here)
    assert fates(here, 1) == [("b1.pdf", "taken", None)]
    assert fates(here, 2) == [("b1.pdf", "refused", "unknown_entry")]
    send(here, zips.of([("b1.pdf", PDF)], [zips.line("b1.pdf", theirs)]), token=2)
    round_of.take_in(here)
    assert fates(here, 3) == [("b1.pdf", "taken", None)]
    assert [(one.workspace_id, one.payment_id) for one in rows(here, models.Match)] == [
        (1, ours),
        (2, theirs),
    ]
    assert [one.workspace_id for one in rows(here, models.Document)] == [1, 2]


def test_a_zip_that_was_changed_in_the_inbox_is_taken_when_it_is_sent_again(here: Any) -> None:
    first, second = owing(here, 4590, 1200)
    send(here, both(first, second))
    next(here.archive.inbox.iterdir()).write_bytes(both(second, first))
    round_of.take_in(here)
    assert fates(here) == [("", "refused", uploads.GONE)]
    assert ties(here) == set()
    assert send(here, both(first, second)) == 1
    round_of.take_in(here)
    assert len(ties(here)) == 2


def kill_at(here: Any, *point: str) -> int:
    place = [str(here.archive.root), str(here.database.engine.url), *point]
    told = subprocess.run(
        [sys.executable, "-m", "tests.scheduler.cut_short", *place],
        timeout=180,
        capture_output=True,
        env=os.environ,
    )
    return told.returncode


@pytest.mark.parametrize(("point", "time"), cut_short.POINTS)
def test_a_kill_loses_nothing_and_doubles_nothing(here: Any, point: str, time: int) -> None:
    first, second = owing(here, 4590, 1200)
    send(here, both(first, second))
    happens = not (time > 1 and point.partition("-")[2] in cut_short.ONCE)
    assert kill_at(here, point, str(time)) == (-9 if happens else 0)
    round_of.take_in(here)
    documents = rows(here, models.Document)
    assert sorted(here.archive.read(one.sha256) for one in documents) == sorted([PDF, ANOTHER])
    assert len(rows(here, models.Invoice)) == len(rows(here, models.Delivery)) == 2
    assert ties(here) == {(first, "B-1", -4590, "person"), (second, "B-2", -1200, "person")}
    assert len(rows(here, models.MatchAct)) == 2
    assert still_open(here) == []
    assert all(one.done_at for one in rows(here, models.BulkUpload))


def test_an_outcome_told_before_its_document_would_lose_it(here: Any) -> None:
    """The fault put back: killed between the two documents, the worker that comes after believes the second was looked at."""
    first, second = owing(here, 4590, 1200)
    send(here, both(first, second))
    assert kill_at(here, "before-row", "2", "hasty") == -9
    round_of.take_in(here)
    assert len(rows(here, models.Document)) < 2


def test_two_workers_take_one_zip_in_once(here: Any, tmp_path: Path) -> None:
    first, second = owing(here, 4590, 1200)
    send(here, both(first, second))
    with dying.farm(tmp_path / "data", f"sqlite:///{tmp_path / 'farm.db'}") as other:
        takers = [threading.Thread(target=round_of.take_in, args=(each,)) for each in (here, other)]
        for taker in takers:
            taker.start()
        for taker in takers:
            taker.join()
    assert len(rows(here, models.Document)) == len(rows(here, models.MatchAct)) == 2


def test_a_sweep_leaves_a_zip_that_still_waits(here: Any) -> None:
    (first,) = owing(here, 4590)
    send(here, zips.of([("b1.pdf", PDF)], [zips.line("b1.pdf", first)]))
    (lying,) = left(here)
    with here.database.read() as session:
        assert uploads.is_awaited(session, lying)
        assert not uploads.is_awaited(session, f"2-{'0' * 64}.arrival")
    round_of.take_in(here)
    with here.database.read() as session:
        assert not uploads.is_awaited(session, lying)
