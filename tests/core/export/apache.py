"""A real Apache of this machine with one WebDAV folder, `Nos factures`, for one user."""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.core.export import strangers
from tests.core.export.strangers import Wired

APACHE = shutil.which("apache2", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
MODULES = Path("/usr/lib/apache2/modules")
MISSING = None if APACHE and MODULES.is_dir() else "no Apache: apt-get install apache2-bin"

USER, PASSWORD = "anne", "canary-of-the-cloud"
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


@contextmanager
def opened() -> Iterator[Server]:
    """As root it gives itself up to nobody, who must be let in."""
    home, port = Path(tempfile.mkdtemp(prefix="moisson-dav-")), strangers.free_port()
    (home / "files" / "Nos factures").mkdir(parents=True)
    digest = base64.b64encode(hashlib.sha1(PASSWORD.encode()).digest()).decode()  # noqa: S324 - Apache's own format
    (home / "people").write_text(f"{USER}:{{SHA}}{digest}\n")
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
