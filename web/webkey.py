"""The web's own key: it signs forms, hashes session tokens and logins, and opens nothing of the vault."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class WebKey:
    """`of(label)` derives one key for each purpose, so that none serves two."""

    _root: bytes = field(repr=False)

    def of(self, label: str) -> bytes:
        return hmac.digest(self._root, f"moisson-web:{label}".encode(), hashlib.sha256)

    def hash_token(self, token: str) -> str:
        """What the database keeps of a session's token."""
        return hmac.new(self.of("sessions"), token.encode(), hashlib.sha256).hexdigest()


def load(path: Path) -> WebKey:
    """Read the key, made at the first start (0600). Two processes that start at once end with the same one."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    except FileExistsError:
        return WebKey(bytes.fromhex(path.read_text().strip()))
    with os.fdopen(descriptor, "w") as file:
        key = secrets.token_bytes(32)
        file.write(key.hex())
        file.flush()
        os.fsync(file.fileno())
    return WebKey(key)
