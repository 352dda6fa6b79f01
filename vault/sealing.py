"""What the web may do with secrets: seal them for a worker to open. Nothing here can open one.

A record is `version | suite | key id (8) | ephemeral key (32) | ciphertext`, HPKE in base mode (RFC 9180). All that the
secret belongs to stands in HPKE's `info`, so a record that is moved elsewhere does not open there.
"""

from __future__ import annotations

import hashlib
import hmac
import struct
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Self

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import errors
from core.db import models
from vault import audit
from vault.trust import TrustedKey as TrustedKey
from vault.trust import pin as pin

VERSION = 1
SUITE = 1
SUITES = {SUITE: Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)}

HEADER = struct.Struct(">BB8s")
ENCAPSULATED, TAG = 32, 16

#: The length of a password is nobody's business: contents are padded to 64, 128, 256, … bytes.
SMALLEST = 64

#: The field of an account's own way out: an address such as `http://user:password@proxy.example:3128`. It is typed at no portal,
#: so it belongs to no origins and outlives a change of theirs.
PROXY = "proxy"


@dataclass(frozen=True, slots=True)
class Binding:
    """What a secret belongs to. `origins` are those where it may be typed, as the supplier's manifest says them."""

    workspace: int
    account: int
    supplier: str
    field: str
    version: int
    origins: tuple[str, ...]

    @classmethod
    def of(cls, account: models.Account, field: str, version: int) -> Self:
        origins = () if field == PROXY else tuple(account.origins.splitlines())
        return cls(account.workspace_id, account.id, account.supplier, field, version, origins)

    def info(self, suite: int, key_id: str) -> bytes:
        """The context that HPKE authenticates, equal bytes for equal facts only."""
        origins = hashlib.sha256(canonical(*sorted(set(self.origins)))).digest()
        owner = (self.workspace, self.account, self.supplier)
        return canonical("cv1", suite, key_id, *owner, self.field, self.version, origins)


def canonical(*parts: str | int | bytes) -> bytes:
    """Each part behind its length (4 bytes, big-endian); numbers in decimal, text in UTF-8 and NFC."""
    plain = (
        part if isinstance(part, bytes) else unicodedata.normalize("NFC", str(part)).encode()
        for part in parts
    )
    return b"".join(struct.pack(">I", len(part)) + part for part in plain)


def seal_credential(
    session: Session,
    trusted: TrustedKey,
    account: models.Account,
    field: str,
    secret: str,
    *,
    by: int | None,
    at: datetime,
) -> models.Credential:
    """Seal one field for the account's `secret_version` and store it; the trace that opening asks for goes along."""
    version = account.secret_version
    key = active_key(session, account.workspace_id)
    record = seal(key, trusted, Binding.of(account, field, version), secret)
    owner = {"workspace_id": account.workspace_id, "account_id": account.id}
    row = models.Credential(**owner, field=field, version=version, record=record, sealed_at=at, sealed_by=by)
    session.add(row)
    audit.append(
        session,
        at=at,
        actor=f"person:{by}" if by else "command",
        action="credential.sealed",
        object=f"account:{account.id}",
        workspace_id=account.workspace_id,
        detail=trace(field, version, record),
    )
    return row


def seal_answer(session: Session, trusted: TrustedKey, challenge: models.Challenge, text: str) -> bytes:
    """Seal what a person answered, for the worker alone; it opens for this question of this account only."""
    account = session.get_one(models.Account, challenge.account_id)
    key = active_key(session, account.workspace_id)
    return seal(key, trusted, answer_binding(account, challenge.id), text)


def answer_binding(account: models.Account, challenge_id: int) -> Binding:
    """What the answer to a question belongs to."""
    return Binding.of(account, f"answer:{challenge_id}", account.secret_version)


def trace(field: str, version: int, record: bytes) -> dict[str, Any]:
    """What the audit keeps of a sealed record, so that opening knows it again. Says nothing of what is in it."""
    return {"field": field, "version": version, "record": hashlib.sha256(record).hexdigest()}


def seal(key: models.VaultKey, trusted: TrustedKey, binding: Binding, secret: str | bytes) -> bytes:
    """The sealed record. Raises VaultError when the key is not the worker's own or is another workspace's."""
    if key.workspace_id != binding.workspace:
        raise errors.VaultError("This key belongs to another company.")
    public = _public_half(trusted, key_statement(key), key.signature, key.public_key)
    plain = secret.encode() if isinstance(secret, str) else secret
    sealed = SUITES[SUITE].encrypt(_padded(plain), public, info=binding.info(SUITE, key.key_id))
    return HEADER.pack(VERSION, SUITE, bytes.fromhex(key.key_id)) + sealed


def taken_apart(record: bytes) -> tuple[int, str, bytes]:
    """Suite, key id, and what HPKE made. Raises VaultError for what cannot be a record of ours."""
    if len(record) < HEADER.size + ENCAPSULATED + SMALLEST + TAG:
        raise errors.VaultError()
    version, suite, key_id = HEADER.unpack_from(record)
    if version != VERSION or suite not in SUITES:
        raise errors.VaultError()
    return suite, key_id.hex(), record[HEADER.size :]


def key_statement(key: models.VaultKey) -> bytes:
    """What the worker signs of a public key: whose it is, and that it is this one."""
    return canonical("vk1", key.key_id, key.workspace_id or 0, key.public_key)


@lru_cache(maxsize=4096)
def _public_half(trusted: TrustedKey, statement: bytes, signature: bytes, public: bytes) -> X25519PublicKey:
    if not trusted.verify(statement, signature):
        raise errors.VaultError("This company's key was not made by the worker: nothing is sealed with it.")
    return X25519PublicKey.from_public_bytes(public)


def _padded(plain: bytes) -> bytes:
    framed = canonical(plain)
    size = max(SMALLEST, 1 << (len(framed) - 1).bit_length())
    return framed.ljust(size, b"\0")


def active_key(session: Session, workspace_id: int) -> models.VaultKey:
    """The key that this workspace's secrets are sealed with now. Raises VaultClosed while the worker has made none."""
    query = (
        select(models.VaultKey)
        .where(models.VaultKey.workspace_id == workspace_id, models.VaultKey.status == "active")
        .order_by(models.VaultKey.created_at.desc(), models.VaultKey.key_id)
    )
    key = session.scalars(query).first()
    if key is None:
        raise errors.VaultClosed("The worker has not made this company's key yet: start it, then try again.")
    return key


def login_hash(web_key: bytes, workspace: int, supplier: str, login: str) -> str:
    """Equal for the same login of the same supplier, and nothing else can be learnt from it without the web's key."""
    normal = unicodedata.normalize("NFKC", login).strip().casefold()
    return hmac.new(web_key, canonical("login1", workspace, supplier, normal), hashlib.sha256).hexdigest()


def mask_login(login: str) -> str:
    """Enough for its owner to recognise: `j•••@firm.fr`, `06•••12`."""
    login = login.strip()
    name, at, domain = login.rpartition("@")
    if at:
        return f"{name[:1] if len(name) > 1 else ''}•••@{domain}"
    shown = 2 if len(login) >= 8 else 1 if len(login) >= 4 else 0
    return f"{login[:shown]}•••{login[len(login) - shown :]}"
