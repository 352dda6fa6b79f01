"""What a machine proves itself with where no person signs in: a signed statement about itself (RFC 7523), by RSA-PSS (RFC 7518 3.5)."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_private_key

from core import errors

ALGORITHM = "PS256"
#: Bits of a key that is still taken.
SHORTEST = 2048
_PEM = re.compile(r"-----BEGIN (?:RSA )?PRIVATE KEY-----(.+?)-----END", re.DOTALL)


def signed(key: str, key_id: str, claims: Mapping[str, Any]) -> str:
    """A JWT (RFC 7515 3.1) of these claims. `key` is an RSA private key in PEM, which may have lost its line breaks in a form.

    Raises PartnerRefused for what is no such key; nothing of it stands in the error.
    """
    header = {"typ": "JWT", "alg": ALGORITHM, "kid": key_id}
    said = ".".join(_plain(json.dumps(part, separators=(",", ":")).encode()) for part in (header, claims))
    salted = padding.PSS(mgf=padding.MGF1(SHA256()), salt_length=padding.PSS.DIGEST_LENGTH)
    return f"{said}.{_plain(_opened(key).sign(said.encode(), salted, SHA256()))}"


def _opened(key: str) -> rsa.RSAPrivateKey:
    found = _PEM.search(key)
    try:
        body = base64.b64decode("".join(found[1].split()) if found else "", validate=True)
        private = load_der_private_key(body, password=None)
    except (ValueError, TypeError, binascii.Error, UnsupportedAlgorithm):
        raise errors.PartnerRefused("the private key cannot be read", step="sign") from None
    if not isinstance(private, rsa.RSAPrivateKey) or private.key_size < SHORTEST:
        raise errors.PartnerRefused(f"an RSA key of {SHORTEST} bits or more is asked for", step="sign")
    return private


def _plain(part: bytes) -> str:
    """Base64url without padding (RFC 7515 2)."""
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()
