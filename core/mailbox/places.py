"""Where a mailbox is: what its row's `place` says, and the origins that its secrets are bound to. Web seals by it, the worker opens by it."""

from __future__ import annotations

from collections.abc import Mapping

from core import providers
from core.db import models

#: Who gives the consents of a kind of mailbox.
PROVIDER = {"gmail": "google", "graph": "microsoft"}
#: How a line to an IMAP server begins, and the port that is usual for it (RFC 8314 7.3).
SCHEMES = {"tls": "imaps", "starttls": "imap", "plain": "imap"}
PORTS = {"tls": 993, "starttls": 143, "plain": 143}


def imap(host: str, port: int, *, security: str, login: str) -> dict[str, str | int]:
    """A Mailbox's `place` for `imap`: `security` is `tls`, `starttls`, or `plain` for a server of this machine."""
    return {"host": host.strip().casefold(), "port": port, "security": security, "login": login}


def imap_by_consent(provider: providers.Provider, login: str) -> dict[str, str | int]:
    """The same where a consent signs in, by `provider.imap_scopes`."""
    place = imap(provider.imap, PORTS["tls"], security="tls", login=login)
    return {**place, "provider": provider.id}


def provider_of(mailbox: models.Mailbox) -> str | None:
    """Who gives the consent that this mailbox is read by; None where a password signs in."""
    return PROVIDER.get(mailbox.kind) or mailbox.place.get("provider")


def scopes_of(mailbox: models.Mailbox, provider: providers.Provider) -> tuple[str, ...]:
    """What its consent must allow; nothing said is what the provider's interface for mail needs."""
    return provider.imap_scopes if mailbox.kind == "imap" else ()


def origins(mailbox: models.Mailbox, stand_ins: Mapping[str, str]) -> tuple[str, ...]:
    """Where its secrets may go, and all that a round reaches: `https://gmail.googleapis.com`, `imaps://imap.firm.fr:993`."""
    place = mailbox.place
    provider = provider_of(mailbox)
    known = providers.known(stand_ins, provider).origins if provider else ()
    if "host" not in place:
        return known
    return (f"{SCHEMES[place['security']]}://{place['host']}:{place['port']}", *known)
