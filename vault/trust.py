"""Whose keys the web believes: the worker signs them, and the web pins the worker's own key at first sight.

Without this, whoever can write the database could plant a public key of his own and read every password sealed after.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from core import errors
from vault import files


@dataclass(frozen=True, slots=True)
class TrustedKey:
    """The worker's public signing key (Ed25519), as it was first seen."""

    public: bytes

    def verify(self, message: bytes, signature: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True

    def written(self) -> bytes:
        return b"moisson-vault-1 " + base64.b64encode(self.public) + b"\n"

    @classmethod
    def read(cls, file: Path) -> Self:
        found = re.fullmatch(rb"moisson-vault-1 ([A-Za-z0-9+/]{43}=)\n", file.read_bytes())
        if not found:
            raise errors.VaultError(f"{file} does not hold the worker's public key.")
        return cls(base64.b64decode(found[1]))


def pin(trust_file: Path, pin_file: Path) -> TrustedKey:
    """The worker's signing key: copied at first sight, and from then on the only one that is believed.

    Raises VaultClosed while the worker has published none, VaultError when it is no longer the same.
    """
    if not trust_file.exists() and not pin_file.exists():
        raise errors.VaultClosed("The worker has not made the vault's keys yet: start it, then try again.")
    if not pin_file.exists():
        files.write_once(pin_file, TrustedKey.read(trust_file).written(), mode=0o600)
    pinned = TrustedKey.read(pin_file)
    if trust_file.exists() and TrustedKey.read(trust_file) != pinned:
        raise errors.VaultError(
            f"The worker's signing key is no longer the one that was pinned: if you replaced it, remove {pin_file}."
        )
    return pinned
