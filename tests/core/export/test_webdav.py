"""Files by WebDAV on a real Apache: each once, whole, in folders that are made as they are needed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from core import errors
from core.export import webdav
from tests.core.export import apache, books, depot
from tests.core.export.apache import Server
from tests.core.export.depot import Depot

pytestmark = pytest.mark.skipif(bool(apache.MISSING), reason=str(apache.MISSING))

NAME = "2026-11/Mandarine/2026-11-03_Mandarine_F-1_45,90-EUR_1.pdf"


@pytest.fixture
def server() -> Iterator[Server]:
    with apache.opened() as made:
        yield made


@pytest.fixture
def company(tmp_path: Path, server: Server) -> Iterator[Depot]:
    typed = {"url": f"http://127.0.0.1:{server.wire.at[1]}/Nos factures/", "login": apache.USER}
    with depot.opened(tmp_path, webdav.KIND, webdav.WebDav, typed, {"password": apache.PASSWORD}) as opened:
        yield opened


def test_a_file_lies_there_whole_and_nothing_beside_it(company: Depot, server: Server) -> None:
    owed = company.bring()
    second = company.bring("F-2")
    company.round()
    company.round()
    assert server.files[NAME] == books.PDF
    assert len(server.files) == 2
    assert company.delivery(owed).proof == NAME
    assert company.delivery(second).sent_at


def test_an_answer_that_was_lost_after_the_file_was_there_is_looked_for(
    company: Depot, server: Server
) -> None:
    owed = company.bring()
    server.wire.cut = lambda: NAME in server.files
    with pytest.raises(errors.PartnerSilent):
        company.round()
    assert company.delivery(owed).sent_at is None
    server.wire.cut = lambda: False
    before = (server.root / NAME).stat().st_mtime_ns
    company.later(minutes=3)
    company.round()
    assert company.delivery(owed).sent_at
    assert list(server.files) == [NAME]
    assert (server.root / NAME).stat().st_mtime_ns == before


def test_an_answer_that_was_lost_before_the_move_leaves_no_file_and_the_next_round_mends_it(
    company: Depot, server: Server
) -> None:
    owed = company.bring()
    server.wire.cut = lambda: any(name.endswith(".part") for name in server.files)
    with pytest.raises(errors.PartnerSilent):
        company.round()
    assert NAME not in server.files
    server.wire.cut = lambda: False
    company.later(minutes=3)
    company.round()
    assert company.delivery(owed).sent_at
    assert list(server.files) == [NAME]


def test_what_lies_there_under_that_name_is_not_overwritten(company: Depot, server: Server) -> None:
    (server.root / NAME).parent.mkdir(parents=True)
    (server.root / NAME).write_bytes(b"another's")
    shutil.chown(server.root / "2026-11", "nobody") if os.geteuid() == 0 else None
    shutil.chown((server.root / NAME).parent, "nobody") if os.geteuid() == 0 else None
    owed = company.bring()
    company.round()
    assert company.delivery(owed).held_for == "name_taken"
    assert server.files == {NAME: b"another's"}


def test_a_password_that_is_refused_is_a_persons_to_mend(company: Depot, server: Server) -> None:
    company.retype(login="paul")
    company.bring()
    with pytest.raises(errors.PartnerRefused) as refused:
        company.round()
    assert "canary" not in refused.value.said
    with pytest.raises(errors.PartnerRefused):
        company.round()
