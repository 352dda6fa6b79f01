"""The key-encryption key and where it comes from: a file of its own, or the environment. It wraps every other key."""

from __future__ import annotations

import base64
import binascii
import errno
import hmac
import os
import secrets
import stat
from contextlib import closing
from pathlib import Path
from typing import NoReturn

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from core import errors
from core.db import Database, models
from core.settings import Settings
from vault import files

SIZE = 32
NONCE = 12

#: The row of `installation` that tells a right key from a wrong one.
KEY_CHECK = "vault.key_check"

#: Docker and systemd put secrets here, readable by more than their user but written by root alone.
SECRET_STORES = (Path("/run/secrets"), Path("/run/credentials"))


class Kek:
    """Never used itself: each purpose has a sub-key of its own (HKDF-SHA256, RFC 5869)."""

    __slots__ = ("_raw",)

    def __init__(self, raw: bytes) -> None:
        self._raw = raw

    def wrap(self, secret: bytes, about: bytes) -> bytes:
        """Seal another key (AES-256-GCM, random nonce); it opens only with the same `about`."""
        nonce = os.urandom(NONCE)
        return nonce + AESGCM(self._subkey("keyset-wrap")).encrypt(nonce, secret, about)

    def unwrap(self, wrapped: bytes, about: bytes) -> bytes:
        try:
            return AESGCM(self._subkey("keyset-wrap")).decrypt(wrapped[:NONCE], wrapped[NONCE:], about)
        except (InvalidTag, ValueError):
            raise errors.VaultError() from None

    def check(self) -> str:
        """Goes into the database, so that another key is noticed before it writes anything."""
        return hmac.digest(self._subkey("key-check"), b"moisson key check 1", "sha256").hex()

    def _subkey(self, purpose: str) -> bytes:
        return HKDF(SHA256(), SIZE, salt=None, info=f"moisson {purpose}".encode()).derive(self._raw)

    def __repr__(self) -> str:
        return "Kek(•••••)"

    def __getstate__(self) -> NoReturn:
        raise TypeError("the vault's key is neither copied nor stored")

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        self.__getstate__()


def key_from(settings: Settings) -> Kek:
    """The installation's key, made at its first start. Raises VaultClosed in words that say what to do."""
    found = find(settings)
    if found:
        return found
    if _has_had_a_key(settings):
        raise errors.VaultClosed(
            f"The vault's key is missing: put {settings.key_file} back, or set MOISSON_KEY. A new key would open nothing."
        )
    return _make(settings)


def find(settings: Settings) -> Kek | None:
    """The key as it is set, or None. Makes nothing."""
    kept, given = _in_file(settings), _in_environment(settings)
    if kept and given and not hmac.compare_digest(kept, given):
        raise errors.VaultClosed(
            f"MOISSON_KEY and {settings.key_file} hold two different keys: remove the one that is wrong."
        )
    key = kept or given
    return Kek(key) if key else None


def expect_own(session: Session, key: Kek) -> None:
    """Raises VaultClosed when the key is not this installation's; a database without keys takes any."""
    check = session.get(models.Installation, KEY_CHECK)
    if check is None and is_founded(session):
        raise errors.VaultClosed(
            "The vault's key check is gone from the database while its keys are there: restore a backup."
        )
    if check is not None and not hmac.compare_digest(check.value, key.check()):
        raise errors.VaultClosed("The vault's key is not the one that this installation was started with.")


def is_founded(session: Session) -> bool:
    """Whether this database has keys that some key-encryption key has wrapped."""
    checked = session.get(models.Installation, KEY_CHECK) is not None
    return checked or session.scalar(select(models.VaultKey.key_id).limit(1)) is not None


def _has_had_a_key(settings: Settings) -> bool:
    with closing(Database.of(settings)) as database:
        url = database.engine.url
        if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
            return False
        if not inspect(database.engine).has_table(models.VaultKey.__tablename__):
            return False
        with database.read() as session:
            return is_founded(session)


def _make(settings: Settings) -> Kek:
    path = settings.key_file
    if _lies_inside(path, settings.data):
        raise errors.VaultClosed(
            f"The key file {path} lies inside the data folder: a copy of one would be a copy of both."
        )
    written = base64.b64encode(secrets.token_bytes(SIZE)) + b"\n"
    try:
        files.write_once(path, written, mode=0o600)
    except OSError as err:
        raise errors.VaultClosed(f"The vault's key cannot be written to {path}: {err.strerror}.") from err
    made = find(settings)
    if made is None:
        raise errors.VaultClosed(f"The vault's key was written to {path} and is not there any more.")
    return made


def _in_environment(settings: Settings) -> bytes | None:
    given = settings.key.get_secret_value()
    return _decoded(given.encode(), "MOISSON_KEY") if given else None


def _in_file(settings: Settings) -> bytes | None:
    path = settings.key_file
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except OSError as err:
        why = "is a symbolic link" if err.errno == errno.ELOOP else f"cannot be opened: {err.strerror}"
        raise errors.VaultClosed(f"The key file {path} {why}.") from err
    with os.fdopen(descriptor, "rb") as file:
        objection = _objection(path, os.fstat(descriptor), settings.data)
        if objection:
            raise errors.VaultClosed(f"The key file {path} {objection}.")
        return _decoded(file.read(1024), f"The key file {path}")


def _objection(path: Path, found: os.stat_result, data: Path) -> str | None:
    """Why this file is no place for a key, or None."""
    stored = any(_lies_inside(path, store) for store in SECRET_STORES)
    if not stat.S_ISREG(found.st_mode):
        return "is not an ordinary file"
    if _lies_inside(path, data):
        return "lies inside the data folder: keep the key apart, a copy of one would be a copy of both"
    if found.st_uid != os.geteuid() and not (stored and found.st_uid == 0):
        return "belongs to another user"
    if found.st_mode & (0o022 if stored else 0o077):
        return f"can be read or changed by others: chmod 600 {path}"
    return None


def _lies_inside(path: Path, folder: Path) -> bool:
    return folder.resolve() in (path.parent.resolve() / path.name).parents


def _decoded(written: bytes, where: str) -> bytes:
    try:
        key = base64.b64decode(written.strip(), validate=True)
    except binascii.Error:
        key = b""
    if len(key) != SIZE:
        raise errors.VaultClosed(f"{where} does not hold a key: {SIZE} bytes in base64 are expected.")
    return key
