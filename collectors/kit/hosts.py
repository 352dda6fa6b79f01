"""Who may be reached: a supplier's host patterns, and which addresses belong to the public internet."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

#: RFC 4291: the only space from which global unicast addresses are given out, and its reserved corners
#: (IETF protocols with Teredo and ORCHID, documentation twice, 6to4).
_UNICAST6 = ipaddress.IPv6Network("2000::/3")
_RESERVED6 = tuple(map(ipaddress.IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))
#: Carriers' own, IETF protocols, 6to4 relays: not every Python calls them private.
_RESERVED4 = tuple(map(ipaddress.IPv4Network, ("100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24")))


@dataclass(frozen=True, slots=True)
class Pattern:
    """`login.orange.fr`, `*.orange.fr` (any depth, not `orange.fr` itself), `127.0.0.1:8921`. No port means 443."""

    host: str
    ports: tuple[int, ...]

    def fits(self, host: str, port: int) -> bool:
        if port not in self.ports:
            return False
        return host.endswith(self.host[1:]) if self.host.startswith("*.") else host == self.host


def patterns(hosts: Iterable[str]) -> tuple[Pattern, ...]:
    return tuple(map(_pattern, hosts))


def _pattern(text: str) -> Pattern:
    host, port = split(text, default=0)
    if port:
        return Pattern(host, (port,))
    return Pattern(host, (80, 443) if is_loopback(host) else (443,))


def split(authority: str, default: int) -> tuple[str, int]:
    """`Host:port` as a plain lower-case name and a number; IPv6 literals come bracketed. Raises ValueError."""
    parts = urlsplit(f"//{authority}")
    host = (parts.hostname or "").rstrip(".")
    more = parts.username is not None or parts.path or parts.query or parts.fragment
    if not host or not host.isascii() or more:
        raise ValueError("not a host and port")
    return host, parts.port or default


def is_loopback(host: str) -> bool:
    """Whether this *spelling* names this machine: `localhost`, `127.0.0.1`, `::1`. `127.1` and `0x7f.1` do not."""
    if host == "localhost":
        return True
    address = _literal(host)
    return address is not None and address.is_loopback and str(address) == host


def is_address(host: str) -> bool:
    return _literal(host.strip("[]")) is not None


def is_public(address: str) -> bool:
    """Whether an address as resolved lies on the public internet, whatever notation hides it."""
    found = _literal(address)
    if isinstance(found, ipaddress.IPv4Address):
        special = found.is_multicast or found.is_reserved or any(found in corner for corner in _RESERVED4)
        return found.is_global and not special
    if isinstance(found, ipaddress.IPv6Address):
        return found in _UNICAST6 and not any(found in corner for corner in _RESERVED6)
    return False


def _literal(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None
