"""The line to an SSH server, through the door, and what SFTP does there."""

from __future__ import annotations

import base64
import errno
import hashlib
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

import paramiko

from core import errors, passage
from core.export.papers import Parcel

#: Seconds to connect, and between two answers.
TIMEOUT = 60.0
_LETTERS = re.compile(r"(-----BEGIN [A-Z ]+-----)(.*?)(-----END [A-Z ]+-----)", re.S)


@dataclass(frozen=True)
class HostKey:
    """As `ssh-keygen -l` shows it: `ssh-ed25519`, `SHA256:…`."""

    type: str
    fingerprint: str


@contextmanager
def opened(door: tuple[str, int], place: str) -> Iterator[Line]:
    """Connected, and nothing said yet. Raises PartnerDown."""
    parts = urlsplit(place)
    host, port = parts.hostname or "", parts.port or 22
    with _named(errors.PartnerDown, host):
        transport = paramiko.Transport(passage.connect(door, host, port, TIMEOUT))
    try:
        with _named(errors.PartnerDown, host):
            transport.banner_timeout = transport.auth_timeout = TIMEOUT
            transport.start_client(timeout=TIMEOUT)
        yield Line(transport, host, unquote(parts.path).strip("/"), absolute=parts.path.startswith("//"))
    finally:
        transport.close()


class Line:
    def __init__(self, transport: paramiko.Transport, host: str, folder: str, *, absolute: bool) -> None:
        self._transport, self._host = transport, host
        self._folder = PurePosixPath("/" if absolute else "") / folder

    @property
    def host_key(self) -> HostKey:
        key = self._transport.get_remote_server_key()
        digest = base64.b64encode(hashlib.sha256(key.asbytes()).digest()).decode().rstrip("=")
        return HostKey(key.get_name(), f"SHA256:{digest}")

    def sign_in(self, login: str, password: str, private_key: str) -> None:
        """With the key if there is one, else with the password. Raises PartnerRefused."""
        key = _key(private_key) if private_key else None
        try:
            with _named(errors.PartnerDown, self._host):
                if key is None:
                    self._transport.auth_password(login, password)
                else:
                    self._transport.auth_publickey(login, key)
        except paramiko.AuthenticationException:
            raise errors.PartnerRefused(self._host, step="signing in") from None

    @contextmanager
    def files(self) -> Iterator[Files]:
        with _named(errors.PartnerDown, self._host):
            client = paramiko.SFTPClient.from_transport(self._transport)
        if client is None:
            raise errors.PartnerRefused(f"{self._host}: no SFTP", step="signing in")
        client.get_channel().settimeout(TIMEOUT)
        yield Files(client, self._folder, self._host)


class Files:
    """Of one folder there."""

    def __init__(self, client: paramiko.SFTPClient, folder: PurePosixPath, host: str) -> None:
        self._client, self._folder, self._host = client, folder, host

    def size(self, name: str) -> int | None:
        with _named(errors.PartnerSilent, self._host):
            return self._size(self._folder / name)

    def put(self, name: str, parcel: Parcel) -> bool:
        place = self._folder / name
        part = place.with_name(f".{parcel.key}.part")
        with _named(errors.PartnerSilent, self._host):
            if self._size(place) is not None:
                return False
            self._make_folders(place.parent)
            with parcel.path.open("rb") as content:
                # It asks the server for the size afterwards.
                self._client.putfo(content, str(part), parcel.size)
            self._client.posix_rename(str(part), str(place))
        return True

    def _size(self, place: PurePosixPath) -> int | None:
        try:
            size: int | None = self._client.stat(str(place)).st_size
        except FileNotFoundError:
            return None
        return size

    def _make_folders(self, folder: PurePosixPath) -> None:
        if folder == folder.parent or self._size(folder) is not None:
            return
        self._make_folders(folder.parent)
        self._client.mkdir(str(folder))


@contextmanager
def _named(kind: type[errors.PartnerDown], host: str) -> Iterator[None]:
    """What goes wrong on the way is told in our words; `kind` is what a line that is cut means here."""
    try:
        yield
    except paramiko.AuthenticationException:
        raise
    except PermissionError as err:
        raise errors.PartnerRefused(f"{host}: {err.strerror}", step="file") from None
    except (OSError, EOFError, paramiko.SSHException) as err:
        if isinstance(err, OSError) and err.errno in (errno.ENOENT, errno.ENOTDIR):
            raise errors.PartnerRefused(f"{host}: {err.strerror}", step="file") from None
        raise kind(f"{host}: {_said(err)}", step="file") from None


def _said(err: Exception) -> str:
    """A server's own words for a failure, else only what kind it was."""
    told = type(err) is OSError and str(err)
    return str(told)[:200] if told else type(err).__name__


def _key(told: str) -> paramiko.PKey:
    """A form's field may have taken its lines away. Raises PartnerRefused for what is no key, or a locked one."""
    found = _LETTERS.search(told)
    if found is None:
        raise errors.PartnerRefused("the private key cannot be read", step="signing in")
    head, body, end = found.groups()
    letters = "".join(body.split())
    lines = [letters[at : at + 64] for at in range(0, len(letters), 64)]
    text = "\n".join([head, *lines, end, ""])
    for kind in (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey):
        try:
            return kind.from_private_key(io.StringIO(text))
        except (paramiko.SSHException, ValueError):
            continue
    raise errors.PartnerRefused("the private key cannot be read, or asks for a passphrase", step="signing in")
