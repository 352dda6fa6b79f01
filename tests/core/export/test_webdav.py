"""Files by WebDAV on a real Apache: each once, whole, in folders that are made as they are needed."""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from core import errors
from core.export import webdav
from tests.core.export import books, depot, strangers
from tests.core.export.depot import Depot
from tests.core.export.strangers import Wired

APACHE = shutil.which("apache2", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
MODULES = Path("/usr/lib/apache2/modules")
pytestmark = pytest.mark.skipif(
    APACHE is None or not MODULES.is_dir(), reason="no Apache: apt-get install apache2-bin"
)

NAME = "2026-11/Mandarine/2026-11-03_Mandarine_F-1_45,90-EUR_1.pdf"
PASSWORD = "canary-of-the-cloud"
_LOADED = "mpm_event dav dav_fs auth_basic authn_core authn_file authz_core authz_user"
_CONFIG = """
{modules}
ServerName 127.0.0.1
Listen 127.0.0.1:{port}
PidFile {home}/pid
ErrorLog {home}/log
DefaultRuntimeDir {home}
DocumentRoot {home}/files
DavLockDB {home}/locks
{user}
<Directory {home}/files>
  Dav On
  AuthType Basic
  AuthName papers
  AuthUserFile {home}/people
  Require valid-user
</Directory>
"""


@dataclass
class Server:
    home: Path
    port: int
    wire: Wired

    @property
    def root(self) -> Path:
        return self.home / "files" / "Nos factures"

    @property
    def files(self) -> dict[str, bytes]:
        found = (one for one in self.root.rglob("*") if one.is_file() and ".DAV" not in one.parts)
        return {str(one.relative_to(self.root)): one.read_bytes() for one in found}


@pytest.fixture
def server() -> Iterator[Server]:
    """As root it gives itself up to nobody, who must be let in."""
    home, port = Path(tempfile.mkdtemp(prefix="moisson-dav-")), strangers.free_port()
    (home / "files" / "Nos factures").mkdir(parents=True)
    digest = base64.b64encode(hashlib.sha1(PASSWORD.encode()).digest()).decode()  # noqa: S324 - Apache's own format
    (home / "people").write_text(f"anne:{{SHA}}{digest}\n")
    modules = "\n".join(f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in _LOADED.split())
    is_root = os.geteuid() == 0
    user = "User nobody" if is_root else ""
    (home / "conf").write_text(_CONFIG.format(modules=modules, port=port, home=home, user=user))
    if is_root:
        for place in (home, *home.rglob("*")):
            shutil.chown(place, "nobody")
    process = subprocess.Popen([str(APACHE), "-f", str(home / "conf"), "-DFOREGROUND"])
    try:
        strangers.expect_answer(port)
        with strangers.wired(port) as wire:
            yield Server(home, port, wire)
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(home)


@pytest.fixture
def company(tmp_path: Path, server: Server) -> Iterator[Depot]:
    typed = {"url": f"http://127.0.0.1:{server.wire.at[1]}/Nos factures/", "login": "anne"}
    with depot.opened(tmp_path, webdav.KIND, webdav.WebDav, typed, {"password": PASSWORD}) as opened:
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
    company.choose(login="paul")
    company.bring()
    with pytest.raises(errors.PartnerRefused) as refused:
        company.round()
    assert "canary" not in refused.value.said
    with pytest.raises(errors.PartnerRefused):
        company.round()
