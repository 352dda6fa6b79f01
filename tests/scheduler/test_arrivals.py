"""What was brought: taken in once, refused with its reason, known again by its bytes; and a kill at any point loses nothing."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from core import archive
from core.archive import upkeep
from core.db import Database, models
from core.errors import ReaderFailed
from core.export import folder
from core.ledger import arrivals as rows
from demo import paper
from scheduler import arrivals
from tests.core.extraction.einvoice import written
from tests.core.ledger import NOW
from tests.scheduler import dying
from tests.scheduler.world import World
from web import register

PDF = paper.invoice("B-1", date(2026, 11, 3), Decimal("45.90"))
ANOTHER = paper.invoice("B-2", date(2026, 11, 4), Decimal("12.00"))


@pytest.fixture
def here(database: Database, tmp_path: Path) -> Iterator[Any]:
    with database.write() as session:
        session.add(
            models.Destination(workspace_id=1, kind="folder", place=str(tmp_path / "out"), created_at=NOW)
        )
        session.add(_account(1, "Papeterie Durand"))
    with dying.farm(tmp_path / "data", f"sqlite:///{tmp_path / 'farm.db'}") as opened:
        yield opened


def _account(number: int, label: str) -> models.Account:
    """The account of this number in the workspace of this number; nobody visits it."""
    return models.Account(
        id=number,
        workspace_id=number,
        supplier="upload",
        label=label,
        masked_login="",
        login_hash="x",
        origins="",
        terms_version="1",
        terms_accepted_at=NOW,
        created_at=NOW,
    )


def bring(here: Any, body: bytes = PDF, name: str = "Facture.pdf") -> int:
    """As the web does."""
    file = here.archive.welcome([body], name=name)
    with here.database.write() as session:
        account = session.get_one(models.Account, 1)
        return int(rows.announce(session, account, file, channel="push", brought_by=None, now=NOW).id)


def all_of(here: Any, kind: type[Any]) -> list[Any]:
    with here.database.read() as session:
        return list(session.query(kind).all())


def left(here: Any) -> list[str]:
    return [path.name for path in here.archive.inbox.iterdir()]


def test_what_was_brought_becomes_an_invoice_that_is_read_and_owed(here: Any) -> None:
    bring(here)
    arrivals.take_in(here)
    (invoice,), (document,), (arrival,) = (
        all_of(here, models.Invoice),
        all_of(here, models.Document),
        all_of(here, models.Arrival),
    )
    assert (invoice.number, invoice.issued_on, invoice.total_minor) == ("B-1", date(2026, 11, 3), 4590)
    assert (document.channel, document.name, document.listed_id) == ("push", "Facture.pdf", None)
    assert here.archive.read(document.sha256) == PDF
    assert (arrival.document_id, arrival.refused) == (document.id, None)
    assert len(all_of(here, models.Delivery)) == 1
    assert left(here) == []


def test_a_bare_e_invoice_is_one_too_and_keeps_its_kind_of_file(here: Any) -> None:
    bring(here, written.ubl(), name="facture.xml")
    arrivals.take_in(here)
    (invoice,), (document,), (reading,) = (
        all_of(here, models.Invoice),
        all_of(here, models.Document),
        all_of(here, models.ReadingRow),
    )
    assert (invoice.number, invoice.issued_on, invoice.total_minor) == (
        "TR-2026-0117",
        date(2026, 10, 5),
        17550,
    )
    assert (document.media_type, invoice.doubts) == ("application/xml", [])
    assert reading.fields["iban"]["source"] == "xml:BT-84"
    assert not here.archive.preview_path(document.sha256).exists()
    assert folder.file_name(invoice, document, "Vergers").endswith(".xml")


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"<?xml version='1.0'?><Invoice/>", "xml"),
        (written.ubl()[:-9], "truncated"),
        (written.ubl().replace(b"</cbc:ID>", b"", 1), "unreadable"),
        (b"<html>sign in</html>", "html"),
        (b'{"error": 1}', "json"),
        (b"PK\x03\x04", "zip"),
        (PDF[:800], "truncated"),
        (b"", "empty"),
        (b"%PDF-1.7 nothing %%EOF", "unreadable"),
    ],
)
def test_what_is_no_invoice_is_refused_with_its_reason_kept(here: Any, body: bytes, why: str) -> None:
    bring(here, body)
    arrivals.take_in(here)
    (arrival,) = all_of(here, models.Arrival)
    assert (arrival.refused, arrival.document_id) == (why, None)
    assert arrival.taken_at is not None
    assert (all_of(here, models.Invoice), left(here), list(here.archive.blobs.glob("*/*"))) == ([], [], [])


def test_the_same_bytes_are_linked_and_nothing_is_said(here: Any) -> None:
    for name in ("one.pdf", "again.pdf"):
        bring(here, name=name)
    arrivals.take_in(here)
    first, second = all_of(here, models.Arrival)
    assert (first.refused, second.refused) == (None, rows.KNOWN)
    assert first.document_id == second.document_id
    assert len(all_of(here, models.Invoice)) == 1
    assert left(here) == []


def test_bytes_that_another_company_has_are_its_own(here: Any) -> None:
    bring(here)
    arrivals.take_in(here)
    with here.database.write() as session:
        session.add(models.Workspace(id=2, name="Other", created_at=NOW))
        session.flush()
        session.query(models.Account).update({"label": "ours"})
        theirs = _account(2, "")
        session.add(theirs)
        session.flush()
        file = here.archive.welcome([PDF], name="a.pdf")
        rows.announce(session, theirs, file, channel="push", brought_by=None, now=NOW)
    arrivals.take_in(here)
    assert [row.workspace_id for row in all_of(here, models.Invoice)] == [1, 2]


def test_a_file_that_was_changed_in_the_inbox_is_not_taken_for_what_was_brought(here: Any) -> None:
    bring(here)
    next(here.archive.inbox.glob("*.arrival")).write_bytes(ANOTHER)
    arrivals.take_in(here)
    (arrival,) = all_of(here, models.Arrival)
    assert arrival.refused == rows.GONE
    assert all_of(here, models.Invoice) == []


def test_a_document_that_ends_at_the_readers_limits_is_kept_and_read_again_later(
    here: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def tired(*_: Any) -> Any:
        raise ReaderFailed

    bring(here)
    with monkeypatch.context() as patch:
        patch.setattr(here.readers, "read_and_preview", tired)
        arrivals.take_in(here)
    (document,) = all_of(here, models.Document)
    assert (document.read_at, document.read_failures) == (None, 1)


def kill_at(here: Any, *point: str) -> None:
    place = [str(here.archive.root), str(here.database.engine.url), *point]
    killed = subprocess.run(
        [sys.executable, "-m", "tests.scheduler.dying", *place],
        timeout=180,
        capture_output=True,
        env=os.environ,
    )
    assert killed.returncode == -9, killed.stderr


@pytest.mark.parametrize("point", dying.POINTS)
def test_a_kill_loses_nothing_and_doubles_nothing(here: Any, tmp_path: Path, point: str) -> None:
    bring(here)
    bring(here, ANOTHER)
    kill_at(here, point)
    arrivals.take_in(here)
    assert sorted(here.archive.read(row.sha256) for row in all_of(here, models.Document)) == sorted(
        [PDF, ANOTHER]
    )
    assert len(all_of(here, models.Invoice)) == len(all_of(here, models.Delivery)) == 2
    assert all(row.taken_at for row in all_of(here, models.Arrival))
    upkeep.sweep(
        here.archive,
        datetime.now(UTC) + timedelta(hours=25),
        alive=lambda _: False,
        known=lambda _: True,
    )
    assert left(here) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be two users")
def test_what_the_webs_user_writes_the_workers_user_can_take_in() -> None:
    """Two users of one group, umask 007: the worker reads what is not its own, and keeps a copy that is."""
    web, worker, group = 10_001, 10_002, 10_010
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "data"
        Path(folder).chmod(0o755)
        root.mkdir()
        os.chown(root, worker, group)
        root.chmod(0o2770)
        _as(web, group, lambda: archive.Archive(root).welcome([PDF], name="a.pdf"))
        (lying,) = (root / "inbox").glob("*.arrival")
        assert lying.stat().st_mode & 0o777 == 0o640

        def take() -> None:
            kept = archive.Archive(root)
            kept.put(kept.welcome([lying.read_bytes()], name="a.pdf"))
            lying.unlink()

        _as(worker, group, take)
        assert [path.read_bytes() for path in (root / "blobs").glob("*/*")] == [PDF]
        assert list((root / "inbox").iterdir()) == []


def _as(user: int, group: int, act: Callable[[], Any]) -> None:
    """In a child of this process, as that user; its failure is ours."""
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(group)
            os.setuid(user)
            os.umask(0o007)
            act()
        except BaseException:  # noqa: BLE001 - a child must not go on as a second test run
            os._exit(1)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0


def test_two_workers_take_one_file_in_once(here: Any, tmp_path: Path) -> None:
    bring(here)
    with dying.farm(tmp_path / "data", f"sqlite:///{tmp_path / 'farm.db'}") as other:
        takers = [threading.Thread(target=arrivals.take_in, args=(each,)) for each in (here, other)]
        for taker in takers:
            taker.start()
        for taker in takers:
            taker.join()
    assert len(all_of(here, models.Invoice)) == len(all_of(here, models.Document)) == 1


def test_a_sweep_leaves_what_still_waits_and_what_just_came(here: Any) -> None:
    bring(here)
    here.archive.welcome([b"nobody was told of it"], name="x.pdf")

    def awaited(path: str) -> bool:
        with here.database.read() as session:
            return rows.is_awaited(session, path)

    how: dict[str, Any] = {"alive": lambda _: False, "known": lambda _: True, "awaited": awaited}
    now = datetime.now(UTC)
    assert upkeep.sweep(here.archive, now, **how).arrivals == 0
    assert upkeep.sweep(here.archive, now + timedelta(hours=25), **how).arrivals == 1
    arrivals.take_in(here)
    assert len(all_of(here, models.Invoice)) == 1


def test_without_the_row_being_the_last_act_a_kill_would_lose_the_file(here: Any) -> None:
    """The fault put back: were the Arrival done with before its Document is there, nobody would come for it again."""
    bring(here)
    bring(here, ANOTHER)
    kill_at(here, "after-copy", "hasty")
    arrivals.take_in(here)
    assert [here.archive.read(row.sha256) for row in all_of(here, models.Document)] == [ANOTHER]


async def test_an_account_that_nobody_visits_is_left_alone(world: World) -> None:
    added = register.from_command(
        world.farm.settings,
        world.farm.database,
        "upload",
        {},
        label="Papeterie Durand",
        workspace_id=1,
        now=datetime.now(UTC),
    )
    told = await world.collect(added["account"])
    assert (told["state"], told["error"], told["receipt"]["requests"]) == ("done", None, 0)
    assert world.rows(models.LoginAttempt) == []
