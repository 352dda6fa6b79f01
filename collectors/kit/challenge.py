"""What answers a portal's question without a person: the time-based code of a TOTP key (RFC 6238)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import parse_qs, urlsplit

from core import errors

#: A code with less life than this may be out of date when the portal reads it. Seconds.
LAST_MOMENT = 4.0
#: How far into the life of the next one we wait: many portals take no code before its time. Seconds.
BORN = 0.2

_DIGESTS = {"SHA1": hashlib.sha1, "SHA256": hashlib.sha256, "SHA512": hashlib.sha512}


class Secret(Protocol):
    """What the vault hands out: opened only where it is typed, and printing nothing."""

    def reveal(self) -> str: ...


def totp(key: str, now: float | None = None) -> str:
    """The code of this moment; `key` is base32 or an otpauth:// address, `now` seconds since 1970.

    Raises ActionNeeded (wants `totp_key`) when the key makes no code.
    """
    return _clock(key).code(time.time() if now is None else now)


def rest(key: str, now: float | None = None) -> float:
    """How many seconds to wait for a code that lives long enough to be typed, sent and checked."""
    period = _clock(key).period
    left = period - (time.time() if now is None else now) % period
    return left + BORN if left < LAST_MOMENT else 0.0


@dataclass(frozen=True, slots=True, repr=False)
class _Clock:
    """Many portals give keys of 80 bits, shorter than RFC 4226 asks; pyotp refuses those, so the sum is done here."""

    key: bytes
    digits: int = 6
    period: int = 30
    algorithm: str = "SHA1"

    def code(self, at: float) -> str:
        mac = hmac.digest(self.key, int(at // self.period).to_bytes(8, "big"), _DIGESTS[self.algorithm])
        start = mac[-1] & 0x0F
        number = int.from_bytes(mac[start : start + 4], "big") & 0x7FFF_FFFF
        return str(number % 10**self.digits).zfill(self.digits)


def _clock(key: str) -> _Clock:
    clock = _read(key.strip())
    if clock is None:
        raise errors.ActionNeeded("the TOTP key is not a key that makes codes", wants="totp_key")
    return clock


def _read(key: str) -> _Clock | None:
    """A faulty key gives None and no exception, whose text would hold it."""
    try:
        return _address(key) if key.lower().startswith("otpauth:") else _Clock(_bytes(key))
    except ValueError:
        return None


def _address(key: str) -> _Clock | None:
    """An otpauth://totp/ address; the counter-based kind makes no code from the clock."""
    address = urlsplit(key)
    said = {name: values[0] for name, values in parse_qs(address.query).items()}
    algorithm = said.get("algorithm", "SHA1").upper()
    digits, period = int(said.get("digits", "6")), int(said.get("period", "30"))
    if address.netloc.lower() != "totp" or algorithm not in _DIGESTS or digits not in (6, 7, 8) or period < 1:
        return None
    return _Clock(_bytes(said.get("secret", "")), digits, period, algorithm)


def _bytes(base32: str) -> bytes:
    letters = "".join(base32.split()).replace("-", "").rstrip("=").upper()
    key = base64.b32decode(letters + "=" * (-len(letters) % 8))
    if len(key) < 8:
        raise ValueError("too short for a key")
    return key
