"""The keys that open. Only the worker imports this module: with it, and the key-encryption key, every secret opens."""

from __future__ import annotations

import base64
import ctypes
import hashlib
import os
import resource
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import errors
from core.db import Database, models
from vault import audit, files, sealing
from vault.kek import KEY_CHECK, Kek, expect_own, is_founded

#: The row of `installation` that holds the wrapped signing key, and what it is wrapped with.
SIGNING_KEY = "vault.signing_key"
_ABOUT_SIGNING = sealing.canonical("sk1")

PR_SET_DUMPABLE = 4


class Keyring:
    """The companies' private keys, unwrapped when first asked for, and the key that signs for the worker."""

    def __init__(self, database: Database, kek: Kek, signing: Ed25519PrivateKey) -> None:
        self._database = database
        self._kek = kek
        self._signing = signing
        self._private: dict[str, X25519PrivateKey] = {}
        self.trusted = sealing.TrustedKey(signing.public_key().public_bytes_raw())

    @classmethod
    def open(cls, database: Database, kek: Kek, *, now: datetime) -> Self:
        """Raises VaultClosed, with nothing written, when the key is not this installation's."""
        with database.write() as session:
            expect_own(session, kek)
            if not is_founded(session):
                _found(session, kek, now)
            return cls(database, kek, _signing_key(session, kek))

    def publish(self, trust_file: Path) -> None:
        """Write the public signing key where the web finds and pins it."""
        written = self.trusted.written()
        if not trust_file.exists() or trust_file.read_bytes() != written:
            files.replace(trust_file, written, mode=0o644)

    def sign(self, message: bytes) -> bytes:
        return self._signing.sign(message)

    def ensure_workspace_keys(self, now: datetime) -> list[str]:
        """Make a pair for each company that has none; gives the new keys' ids."""
        key = models.VaultKey
        theirs = select(key).where(key.workspace_id == models.Workspace.id, key.status == "active")
        lacking = select(models.Workspace.id).where(~theirs.exists())
        with self._database.write() as session:
            made = [self._new_pair(workspace, now) for workspace in session.scalars(lacking)]
            session.add_all(made)
            for pair in made:
                _trace(session, now, "key.made", f"key:{pair.key_id}", pair.workspace_id)
        return [pair.key_id for pair in made]

    def private(self, key_id: str) -> X25519PrivateKey:
        """Raises VaultError for a key that is unknown, not ours or damaged; which of these is nobody's business."""
        if key_id not in self._private:
            with self._database.read() as session:
                row = session.get(models.VaultKey, key_id)
            if row is None:
                raise errors.VaultError()
            self._private[key_id] = self._unwrapped(row)
        return self._private[key_id]

    def verify(self) -> list[str]:
        """What is wrong with the keys and with the outside of the records, in sentences. Opens no record."""
        with self._database.read() as session:
            return [*self._bad_keys(session), *_bad_records(session)]

    def _new_pair(self, workspace: int, now: datetime) -> models.VaultKey:
        private = X25519PrivateKey.generate()
        public = private.public_key().public_bytes_raw()
        key = models.VaultKey(
            key_id=hashlib.sha256(public).hexdigest()[:16],
            workspace_id=workspace,
            public_key=public,
            status="active",
            created_at=now,
        )
        key.wrapped_private = self._kek.wrap(private.private_bytes_raw(), _about(key))
        key.signature = self.sign(sealing.key_statement(key))
        return key

    def _unwrapped(self, key: models.VaultKey) -> X25519PrivateKey:
        if not self.trusted.verify(sealing.key_statement(key), key.signature):
            raise errors.VaultError()
        private = X25519PrivateKey.from_private_bytes(self._kek.unwrap(key.wrapped_private, _about(key)))
        if private.public_key().public_bytes_raw() != key.public_key:
            raise errors.VaultError()
        return private

    def _bad_keys(self, session: Session) -> Iterator[str]:
        for key in session.scalars(select(models.VaultKey)):
            try:
                self._unwrapped(key)
            except errors.VaultError:
                yield f"key {key.key_id} (company {key.workspace_id}) was damaged or is not ours"


def harden() -> None:
    """No core dumps, and no other process of this user reads our memory."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0):
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _found(session: Session, kek: Kek, now: datetime) -> None:
    """A new installation: note which key it is for, and make the signing key."""
    signing = kek.wrap(Ed25519PrivateKey.generate().private_bytes_raw(), _ABOUT_SIGNING)
    session.add(models.Installation(name=KEY_CHECK, value=kek.check()))
    session.add(models.Installation(name=SIGNING_KEY, value=base64.b64encode(signing).decode()))
    _trace(session, now, "vault.founded", "vault", None)


def _signing_key(session: Session, kek: Kek) -> Ed25519PrivateKey:
    row = session.get(models.Installation, SIGNING_KEY)
    if row is None:
        raise errors.VaultClosed("The vault's signing key is gone from the database: restore a backup.")
    return Ed25519PrivateKey.from_private_bytes(kek.unwrap(base64.b64decode(row.value), _ABOUT_SIGNING))


def _about(key: models.VaultKey) -> bytes:
    return sealing.canonical("kw1", key.workspace_id or 0, key.key_id)


def _trace(session: Session, now: datetime, action: str, object: str, workspace: int | None) -> None:
    audit.append(session, at=now, actor="worker", action=action, object=object, workspace_id=workspace)


def _bad_records(session: Session) -> Iterator[str]:
    known = set(session.scalars(select(models.VaultKey.key_id)))
    for table in (models.Credential, models.PortalSession):
        kept = select(table.account_id, table.record).execution_options(yield_per=1000)
        for account, record in session.execute(kept):
            if _key_of(record) not in known:
                yield f"a record in {table.__tablename__} of account {account} is for no key of this installation"
    for row in session.scalars(select(models.SealedField).execution_options(yield_per=1000)):
        if _key_of(row.record) not in known:
            yield f"the {row.field} of {row.owner} {row.owner_id} is for no key of this installation"


def _key_of(record: bytes) -> str | None:
    try:
        return sealing.taken_apart(record)[1]
    except errors.VaultError:
        return None
