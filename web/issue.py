"""A request for a supplier as the text of an issue: what whoever writes collectors must know, and nothing of whose it is."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from collectors.kit import mask
from core.db import models

_TODAY = {"web": "on the portal's site", "mail": "by mail", "api": "through an API"}
_SECOND = {
    "unknown": "not known",
    "none": "none",
    "sms": "a code by SMS",
    "email": "a code by e-mail",
    "app": "an approval in an app",
    "totp": "an authenticator's code",
}
#: Part of an address that may be a customer's, a contract's or an invoice's number.
_NUMBER = re.compile(r"\d{4,}|[0-9a-fA-F-]{16,}")


def text(asked: models.SupplierRequest, votes: int) -> str:
    """Plain text in English. No person, no company, no login, no amount; numbers and what follows a `?` leave the addresses."""
    lines = [
        f"Supplier wanted: {_said(asked.name)}",
        "",
        f"Id: {asked.slug}",
        f"Site: {address(asked.website) or 'not told'}",
        f"Page of the invoices: {address(asked.invoice_page) or 'not told'}",
        f"Invoices come today: {_TODAY[asked.today]}",
        f"Second factor: {_SECOND[asked.second_factor]}",
        f"Invoices a month: {asked.volume if asked.volume is not None else 'not told'}",
        f"Votes: {votes}",
        "",
        "What a collector needs before it can be written: the address of the sign-in, the page or the request that carries the list,",
        "and how one line becomes a document, each with where it is said and since when (docs/collectors.md).",
    ]
    return "\n".join(lines) + "\n"


def address(url: str) -> str:
    """Scheme, host and path, without what may name a customer."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return ""
    path = "/".join("…" if _NUMBER.search(part) or "@" in part else part for part in parts.path.split("/"))
    return f"{parts.scheme}://{parts.hostname}{mask.Mask()(path)}"


def _said(name: str) -> str:
    return _NUMBER.sub("…", mask.Mask()(name))
