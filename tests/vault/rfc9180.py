"""RFC 9180 read a second time, on X25519 and HMAC alone, so that our records are checked by other code than what made them."""

from __future__ import annotations

import hmac

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM


def open_base(private: bytes, enc: bytes, info: bytes, aad: bytes, ct: bytes, *, aead: int) -> bytes:
    """Base mode, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256; `aead` 1 is AES-128-GCM and 2 is AES-256-GCM (7.3)."""
    suite = b"HPKE" + bytes([0, 0x20, 0, 1, 0, aead])
    shared = _decap(private, enc)
    context = b"\0" + _extract(b"", suite, b"psk_id_hash", b"") + _extract(b"", suite, b"info_hash", info)
    secret = _extract(shared, suite, b"secret", b"")
    key = _expand(secret, suite, b"key", context, 16 * aead)
    return AESGCM(key).decrypt(_expand(secret, suite, b"base_nonce", context, 12), ct, aad)


def _decap(private: bytes, enc: bytes) -> bytes:
    own = X25519PrivateKey.from_private_bytes(private)
    kem, secret = b"KEM\0\x20", own.exchange(X25519PublicKey.from_public_bytes(enc))
    context = enc + own.public_key().public_bytes_raw()
    return _expand(_extract(b"", kem, b"eae_prk", secret), kem, b"shared_secret", context, 32)


def _extract(salt: bytes, suite: bytes, label: bytes, material: bytes) -> bytes:
    return hmac.digest(salt, b"HPKE-v1" + suite + label + material, "sha256")


def _expand(key: bytes, suite: bytes, label: bytes, info: bytes, size: int) -> bytes:
    labelled = size.to_bytes(2) + b"HPKE-v1" + suite + label + info
    return hmac.digest(key, labelled + b"\x01", "sha256")[:size]


def opens_vector_a_1() -> bool:
    """A.1.1, sequence number 0."""
    return (
        open_base(
            bytes.fromhex("4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8"),
            bytes.fromhex("37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431"),
            bytes.fromhex("4f6465206f6e2061204772656369616e2055726e"),
            bytes.fromhex("436f756e742d30"),
            bytes.fromhex(
                "f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac83d07bea87e13c512a"
            ),
            aead=1,
        )
        == b"Beauty is truth, truth beauty"
    )
