"""Files on a real OpenSSH server: each once, whole, and only to a server whose key is known."""

from __future__ import annotations

import dataclasses
import getpass
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from core import errors
from core.export import sftp
from tests.core.export import books, connected, depot, sshd, strangers
from tests.core.export.depot import Depot
from tests.core.export.sshd import Server

pytestmark = pytest.mark.skipif(sshd.SSHD is None, reason=sshd.MISSING)

NAME = "2026-11/Mandarine/2026-11-03_Mandarine_F-1_45,90-EUR_1.pdf"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with sshd.opened(tmp_path / "ssh") as made:
        yield made


@pytest.fixture
def company(tmp_path: Path, server: Server) -> Iterator[Depot]:
    typed = {"url": f"sftp://127.0.0.1:{server.port}/drop", "login": getpass.getuser()}
    with depot.opened(tmp_path, sftp.KIND, sftp.Sftp, typed, {"private_key": server.private_key}) as opened:
        yield opened


def test_a_file_lies_there_whole_under_its_name_and_no_part_of_it_beside(
    company: Depot, server: Server
) -> None:
    owed = company.bring(content=b"%PDF" + os.urandom(300_000))
    company.round()
    company.round()
    ((name, content),) = server.files.items()
    assert (name, len(content)) == (f"drop/{NAME}", 300_004)
    assert company.delivery(owed).proof == NAME
    assert company.gate.asked == [f"127.0.0.1:{server.port}"] * 2


def test_a_line_that_is_cut_after_the_file_was_put_doubles_nothing(company: Depot, server: Server) -> None:
    owed = company.bring()
    company.gate.cut = lambda: f"drop/{NAME}" in server.files
    with pytest.raises(errors.PartnerSilent):
        company.round()
    assert company.delivery(owed).sent_at is None
    company.gate.cut = lambda: False
    before = (server.home / "files" / "drop" / NAME).stat().st_mtime_ns
    company.later(minutes=3)
    company.round()
    assert company.delivery(owed).sent_at
    assert list(server.files) == [f"drop/{NAME}"]
    assert (server.home / "files" / "drop" / NAME).stat().st_mtime_ns == before


def test_a_line_that_is_cut_halfway_leaves_no_half_file_under_the_name(
    company: Depot, server: Server
) -> None:
    owed = company.bring(content=b"%PDF" + os.urandom(3_000_000))
    company.gate.cut = lambda: any(name.endswith(".part") for name in server.files)
    with pytest.raises(errors.PartnerSilent):
        company.round()
    assert f"drop/{NAME}" not in server.files
    company.gate.cut = lambda: False
    company.later(minutes=3)
    company.round()
    assert company.delivery(owed).sent_at
    assert [len(content) for content in server.files.values()] == [3_000_004]


def test_another_host_key_than_before_stops_everything_until_a_person_has_typed_it(
    company: Depot, server: Server
) -> None:
    company.round()
    first = (company.row().books or {})["fingerprint"]
    told = subprocess.run(
        ["ssh-keygen", "-lf", str(server.home / "host_key.pub")], capture_output=True, text=True
    )
    assert first in told.stdout
    for name in ("host_key", "host_key.pub"):
        (server.home / name).unlink()
    sshd.new_key(server.home / "host_key")
    server.port = strangers.free_port()
    company.change(place=f"sftp://127.0.0.1:{server.port}/drop")
    company.bring()
    with sshd.running(server):
        with pytest.raises(errors.PartnerRefused, match="SHA256:") as refused:
            company.round()
        assert (refused.value.step, server.files) == ("host key", {})
        company.retype(fingerprint=refused.value.said.split()[0])
        company.round()
        assert list(server.files) == [f"drop/{NAME}"]
        assert (company.row().books or {})["fingerprint"] != first


def test_a_key_that_lost_its_lines_in_a_form_still_signs_in(company: Depot, server: Server) -> None:
    flat = {"private_key": connected.Shown(server.private_key.replace("\n", ""))}
    company.means = dataclasses.replace(company.means, secrets=lambda: flat)
    company.bring()
    company.round()
    assert list(server.files.values()) == [books.PDF]


def test_one_that_is_not_let_in_waits_for_a_person(company: Depot, server: Server) -> None:
    (server.home / "authorized").write_text("")
    company.bring()
    with pytest.raises(errors.PartnerRefused):
        company.round()
    assert server.files == {}


def test_what_lies_there_under_that_name_is_not_overwritten(company: Depot, server: Server) -> None:
    place = server.home / "files" / "drop" / NAME
    place.parent.mkdir(parents=True)
    place.write_bytes(b"another's")
    owed = company.bring()
    company.round()
    assert company.delivery(owed).held_for == "name_taken"
    assert server.files == {f"drop/{NAME}": b"another's"}


def test_a_server_that_is_away_is_tried_again_later(company: Depot, server: Server) -> None:
    company.change(place="sftp://127.0.0.1:1/drop")
    company.bring()
    with pytest.raises(errors.PartnerDown):
        company.round()
