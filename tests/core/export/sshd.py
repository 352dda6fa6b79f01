"""A real OpenSSH server of this machine, that lets in whoever has its one key."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.core.export import strangers

SSHD = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
MISSING = "no OpenSSH server: apt-get install openssh-server"
_CONFIG = """
ListenAddress 127.0.0.1
Port {port}
HostKey {home}/host_key
PidFile none
AuthorizedKeysFile {home}/authorized
AuthenticationMethods publickey
StrictModes no
UsePAM no
PermitRootLogin yes
Subsystem sftp internal-sftp -d {home}/files
"""


@dataclass
class Server:
    home: Path
    port: int
    private_key: str

    @property
    def files(self) -> dict[str, bytes]:
        root = self.home / "files"
        return {str(one.relative_to(root)): one.read_bytes() for one in root.rglob("*") if one.is_file()}


def new_key(path: Path) -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path)], check=True)


@contextmanager
def running(server: Server) -> Iterator[None]:
    config = server.home / "sshd_config"
    config.write_text(_CONFIG.format(port=server.port, home=server.home))
    # As root it keeps its helpers' place there.
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    log = (server.home / "log").open("wb")
    process = subprocess.Popen([str(SSHD), "-D", "-e", "-f", str(config)], stderr=log)
    try:
        strangers.expect_answer(server.port)
        yield
    finally:
        process.terminate()
        process.wait()
        log.close()


@contextmanager
def opened(home: Path) -> Iterator[Server]:
    """With keys of its own, in a new folder."""
    (home / "files").mkdir(parents=True)
    for name in ("host_key", "ours"):
        new_key(home / name)
    shutil.copy(home / "ours.pub", home / "authorized")
    made = Server(home, strangers.free_port(), (home / "ours").read_text())
    with running(made):
        yield made
