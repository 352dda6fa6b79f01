"""A real IMAP server on this machine, Dovecot, with mailboxes that live in a folder: for the demo and for tests. Debian: `dovecot-imapd`."""

from __future__ import annotations

import contextlib
import getpass
import grp
import imaplib
import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

#: Seconds in which it answers, or is not coming.
PATIENCE = 60.0
#: How many free ports are tried: another program may take one before the server does.
_TRIES = 5
_CONFIG = """
base_dir = {home}/run
state_dir = {home}/run
instance_name = moisson
log_path = {home}/dovecot.log
protocols = imap
ssl = {ssl}
disable_plaintext_auth = no
auth_mechanisms = plain login{mechanisms}
auth_failure_delay = 0
default_login_user = {user}
default_internal_user = {user}
default_internal_group = {group}
mail_location = maildir:{home}/mail/%u
first_valid_uid = 1
mail_uid = {user}
mail_gid = {group}
mail_max_userip_connections = 50
mailbox_list_index = no
{capability}
service imap-login {{
  chroot =
  inet_listener imap {{
    address = 127.0.0.1
    port = {port}
  }}
  inet_listener imaps {{
    address = 127.0.0.1
    port = {tls_port}
    ssl = {ssl}
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
{certificate}
{tokens}
passdb {{
  driver = static
  mechanisms = plain login
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={home}/mail/%u
}}
"""
_TOKENS = """
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {home}/oauth2.conf
}}
"""
_OAUTH2 = """
introspection_mode = post
introspection_url = {introspection}
username_attribute = username
active_attribute = active
active_value = true
"""


def is_there() -> bool:
    return binary() is not None


def binary() -> str | None:
    return shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


class Dovecot:
    """`password` is everybody's. `introspection` is the address that says whose token one is, for XOAUTH2; `port` 0 is any free one, a taken one gives way to the next.

    With `tls`, a certificate and its key as PEM, it takes STARTTLS there, and TLS from the first byte at `tls_port`. Without
    `idle` it is one of those servers that cannot say when mail comes (RFC 2177).
    """

    def __init__(
        self,
        home: Path,
        password: str,
        *,
        introspection: str = "",
        port: int = 0,
        tls: tuple[bytes, bytes] | None = None,
        idle: bool = True,
    ) -> None:
        self.home, self.password = home.absolute(), password
        self.port, self._from = port or _free_port(), port
        self.tls_port = _free_port() if tls else 0
        self._tls, self._idle = tls, idle
        self._introspection = introspection
        self._user = "nobody" if os.getuid() == 0 else getpass.getuser()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Raises RuntimeError with its log when it does not answer."""
        (self.home / "mail").mkdir(parents=True, exist_ok=True)
        self._let_in(self.home, self.home / "mail")
        for _ in range(_TRIES):
            process = self._process = self._run()
            if self._answers(process):
                return
            if process.poll() is None:
                break
            self.port = _free_port(self._from)
            self.tls_port = _free_port() if self._tls else 0
        self.stop()
        log = self.home / "dovecot.log"
        raise RuntimeError(log.read_text()[-2000:] if log.is_file() else "Dovecot does not answer")

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(PATIENCE)

    def deliver(
        self, user: str, mails: Iterable[tuple[bytes, datetime]], *, folder: str = "INBOX", prefix: str = "m"
    ) -> None:
        """Put messages where new ones come, each with the instant at which it came; the server finds them there."""
        home = self.home / "mail" / user
        box = home / (f".{folder}" if folder != "INBOX" else "")
        for place in (home, box, *(box / part for part in ("cur", "new", "tmp"))):
            place.mkdir(parents=True, exist_ok=True)
            self._let_in(place)
        for at, (raw, came) in enumerate(mails):
            path = box / "tmp" / f"{int(came.timestamp())}.{prefix}{at:06}.demo"
            path.write_bytes(raw)
            os.utime(path, (came.timestamp(), came.timestamp()))
            self._let_in(path)
            path.rename(box / "new" / path.name)  # only there, and whole, it is mail

    @contextmanager
    def looked_at(self, user: str) -> Iterator[imaplib.IMAP4]:
        """The mailbox as another client of its owner's sees it, who may do anything."""
        box = imaplib.IMAP4("127.0.0.1", self.port)
        box.login(user, self.password)
        try:
            yield box
        finally:
            box.logout()

    def _run(self) -> subprocess.Popen[bytes]:
        config = self.home / "dovecot.conf"
        config.write_text(self._configuration())
        found = binary()
        assert found, "Dovecot is not installed: apt-get install dovecot-imapd"  # noqa: S101 - who starts it has looked
        return subprocess.Popen([found, "-F", "-c", str(config)])  # noqa: S603 - our own configuration

    def _configuration(self) -> str:
        group = "nogroup" if os.getuid() == 0 else _group()
        tokens = ""
        if self._introspection:
            (self.home / "oauth2.conf").write_text(_OAUTH2.format(introspection=self._introspection))
            tokens = _TOKENS.format(home=self.home)
        return _CONFIG.format(
            home=self.home,
            ssl="yes" if self._tls else "no",
            tls_port=self.tls_port,
            certificate=self._certificate(),
            capability="" if self._idle else "imap_capability = IMAP4rev1 SASL-IR LITERAL+ ID UIDPLUS",
            mechanisms=" xoauth2 oauthbearer" if tokens else "",
            user=self._user,
            group=group,
            port=self.port,
            tokens=tokens,
            password=self.password,
        )

    def _certificate(self) -> str:
        """Who starts it reads its key; who serves does not."""
        if self._tls is None:
            return ""
        places = (self.home / "leaf.pem", self.home / "leaf.key")
        for place, pem in zip(places, self._tls, strict=True):
            place.write_bytes(pem)
            place.chmod(0o600)
        return f"ssl_cert = <{places[0]}\nssl_key = <{places[1]}"

    def _let_in(self, *paths: Path) -> None:
        """As root it serves as somebody else."""
        if os.getuid() == 0:
            owner = pwd.getpwnam(self._user)
            for path in paths:
                os.chown(path, owner.pw_uid, owner.pw_gid)

    def _answers(self, process: subprocess.Popen[bytes]) -> bool:
        """Sooner or later; False when it has ended, as it does where its port is taken, or stays silent."""
        until = time.monotonic() + PATIENCE
        while process.poll() is None and time.monotonic() < until:
            try:
                with socket.create_connection(("127.0.0.1", self.port), 5) as line:
                    if line.recv(4) == b"* OK":
                        return process.poll() is None
            except OSError:
                time.sleep(0.05)
        return False


def _group() -> str:
    return grp.getgrgid(os.getgid()).gr_name


def _free_port(first: int = 0) -> int:
    """Any, or the first from there on."""
    for candidate in range(first, first + 50) if first else (0,):
        with socket.socket() as tried, contextlib.suppress(OSError):
            # Where a connection has just ended one may listen, as the server does; "any" would then be less than free.
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, int(first > 0))
            tried.bind(("127.0.0.1", candidate))
            port: int = tried.getsockname()[1]
            return port
    raise OSError(f"no free port from {first} on")
