"""The values that a portal wants back in its requests, such as a CSRF token: found once, kept with the session, found anew when refused."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from collectors.kit import paths, signs
from collectors.kit.declared import Token
from collectors.kit.reply import Reply
from core import errors

if TYPE_CHECKING:
    from collectors.kit.portal import Portal

KEPT = "tokens"


async def known(portal: Portal) -> dict[str, str]:
    """Every token of the manifest; those that are not kept are looked for now."""
    if not portal.manifest.tokens:
        return {}
    kept: dict[str, str] = portal.memory.setdefault(KEPT, {})
    pages: dict[str, Reply] = {}
    for token in portal.manifest.tokens:
        if token.source == "cookie":
            kept[token.name] = _there(
                unquote(portal.jar.get(token.where) or ""), token
            )  # as browsers' scripts do
        elif token.name not in kept:
            kept[token.name] = await _found(portal, token, pages)
    return dict(kept)


def forget(portal: Portal) -> bool:
    """Whether there was anything to forget."""
    return bool(portal.memory.pop(KEPT, None))


def renewed(portal: Portal, reply: Reply) -> None:
    """A portal that hands a new token out with each answer gets that one back."""
    for token in portal.manifest.tokens:
        if token.source == "header" and (text := reply.headers.get(token.where.lower())):
            portal.memory.setdefault(KEPT, {})[token.name] = text


async def _found(portal: Portal, token: Token, pages: dict[str, Reply]) -> str:
    if token.source == "local_storage":
        return _there(_stored(portal, token.where), token)
    if not token.page:
        return ""
    if token.page not in pages:
        pages[token.page] = await portal.get(token.page)
    return _there(read(token, pages[token.page]), token)


def read(token: Token, reply: Reply) -> str | None:
    """The token in the answer to its page."""
    if token.source == "css":
        found = reply.css(token.where)
        return found.get() if "::" in token.where else " ".join(found.xpath("string()").getall()).strip()
    if token.source == "pattern":
        inside = re.search(token.where, reply.text)
        return inside[1] if inside else None
    if token.source == "json":
        try:
            return signs.as_text(paths.one_at(reply.json(), token.where))
        except paths.Absent:
            return None
    return reply.headers.get(token.where.lower())


def _stored(portal: Portal, name: str) -> str | None:
    """From the localStorage that the browser left with the session."""
    origins = portal.jar.state().get("origins", [])
    items = (item for origin in origins for item in origin["localStorage"] if item["name"] == name)
    return next((item["value"] for item in items), None)


def _there(text: str | None, token: Token) -> str:
    if not text:
        where = f"{token.source} {token.where}" + (f" at {urlsplit(token.page).path}" if token.page else "")
        raise errors.PortalChanged(step=f"the token {token.name}", expected=where, seen="nothing")
    return text
