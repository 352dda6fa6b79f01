"""Where the mail of well-known domains is, so that one address is enough to begin with. The providers' own help pages say so (2026)."""

from __future__ import annotations

from dataclasses import dataclass

#: Kinds of mailbox that are read by a consent.
BY_CONSENT = ("gmail", "graph")
_MICROSOFT = ("outlook", "hotmail", "live", "msn")
_IMAP = {
    "orange.fr": "imap.orange.fr",
    "wanadoo.fr": "imap.orange.fr",
    "free.fr": "imap.free.fr",
    "sfr.fr": "imap.sfr.fr",
    "neuf.fr": "imap.sfr.fr",
    "bbox.fr": "imap.bbox.fr",
    "laposte.net": "imap.laposte.net",
    "yahoo.com": "imap.mail.yahoo.com",
    "yahoo.fr": "imap.mail.yahoo.com",
    "icloud.com": "imap.mail.me.com",
    "me.com": "imap.mail.me.com",
    "gmx.fr": "imap.gmx.net",
    "gmx.com": "imap.gmx.com",
}


@dataclass(frozen=True, slots=True)
class Way:
    """How an address is likely read: `kind` is empty where the domain tells nothing, `host` where it is to be asked."""

    kind: str
    host: str


def way_of(address: str) -> Way:
    """The likely way of an address, by its domain. A firm's own domain may be at any provider."""
    domain = address.rpartition("@")[2].casefold()
    if domain in ("gmail.com", "googlemail.com"):
        return Way("gmail", "imap.gmail.com")
    if domain.partition(".")[0] in _MICROSOFT:
        return Way("graph", "")
    if domain in _IMAP:
        return Way("imap", _IMAP[domain])
    return Way("", "")
