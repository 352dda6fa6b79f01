"""What the DKIM signatures of a message say of its sender (RFC 6376). Kept beside it; no message is believed for its From alone."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from email import message_from_bytes
from email.utils import parseaddr
from typing import Any

import dkim
import dns.exception
import dns.resolver

#: Seconds for one look into the DNS, and signatures of one message that are looked at.
PATIENCE, MOST = 5, 4
#: Seconds for which a DNS that does not answer is left alone.
REST = 300.0
_DOMAIN = re.compile(r"(?:^|;)\s*d\s*=\s*([\w.-]+)", re.I)

#: The TXT record at a name, or None.
Txt = Callable[[bytes], bytes | None]


class Dns:
    """The DNS that this machine uses. When it does not answer it is left alone for a while: mail does not wait for it."""

    def __init__(self) -> None:
        self._silent_until = 0.0

    def txt(self, name: bytes) -> bytes | None:
        if time.monotonic() < self._silent_until:
            return None
        try:
            found = dns.resolver.resolve(name.decode("ascii").rstrip("."), "TXT", lifetime=PATIENCE)
            return b"".join(next(iter(found)).strings)
        except (dns.exception.Timeout, dns.resolver.NoNameservers, dns.resolver.NoResolverConfiguration):
            self._silent_until = time.monotonic() + REST
        except (dns.exception.DNSException, UnicodeDecodeError, StopIteration):
            pass  # a name that is none has no key either
        return None


def said(raw: bytes, find: Txt) -> str:
    """`pass`: signed by the domain it says it is from. `fail`: such a signature does not hold. `none`: there is none to be judged."""
    message = message_from_bytes(raw)
    author = parseaddr(str(message.get("From", "")))[1].rpartition("@")[2].casefold()
    signed = [str(each) for each in message.get_all("DKIM-Signature", [])][:MOST]
    judged = [_holds(raw, at, find) for at, each in enumerate(signed) if _is_authors(each, author)]
    if True in judged:
        return "pass"
    return "fail" if False in judged else "none"


def _is_authors(signature: str, author: str) -> bool:
    """Aligned: the author's domain, or one above it that is no public ending."""
    found = _DOMAIN.search(re.sub(r"\s+", " ", signature))
    domain = found[1].casefold() if found else ""
    return domain == author or ("." in domain and author.endswith(f".{domain}"))


def _holds(raw: bytes, at: int, find: Txt) -> bool | None:
    """None when its key cannot be had any more: keys change, and old mail has no other."""
    keys: list[bytes | None] = []

    def look(name: bytes, **_: Any) -> bytes | None:
        keys.append(find(name))
        return keys[-1]

    try:
        held = bool(dkim.DKIM(raw).verify(idx=at, dnsfunc=look))
    except (dkim.DKIMException, ValueError, LookupError, TypeError):
        held = False
    return held if any(keys) else None
