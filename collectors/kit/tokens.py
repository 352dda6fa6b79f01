"""The values that a portal wants back in its requests, such as a CSRF token: found once, kept with the session, found anew when refused."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from collectors.kit import paths, signs, templates
from collectors.kit.declared import Token
from collectors.kit.reply import Reply
from core import errors

if TYPE_CHECKING:
    from collectors.kit.portal import Portal

KEPT = "tokens"


async def known(portal: Portal, wanted: Collection[str], fields: Mapping[str, str]) -> dict[str, str]:
    """The tokens that are wanted; those that are not kept are looked for now. `fields` may be named by their pages.

    Raises SessionExpired for one that only a sign-in gives.
    """
    tokens = [token for token in portal.manifest.tokens if token.name in wanted]
    if not tokens:
        return {}
    kept: dict[str, str] = portal.memory.setdefault(KEPT, {})
    pages: dict[str, Reply] = {}
    for token in tokens:
        if token.source == "cookie":
            kept[token.name] = _there(
                unquote(portal.jar.get(token.where) or ""), token
            )  # as browsers' scripts do
        elif token.name not in kept:
            kept[token.name] = await _found(portal, token, pages, fields)
    return dict(kept)


async def take(portal: Portal) -> None:
    """From the page on which the sign-in ended: the tokens that stand nowhere else."""
    if not any(token.login for token in portal.manifest.tokens):
        return
    page = await portal.page()
    reply = Reply(200, page.url, {"content-type": "text/html"}, (await page.content()).encode())
    kept = portal.memory.setdefault(KEPT, {})
    for token in portal.manifest.tokens:
        if token.login:
            kept[token.name] = _there(read(token, reply), token)


def forget(portal: Portal) -> bool:
    """Whether there was anything to forget; what only a sign-in gives is kept."""
    given = {token.name for token in portal.manifest.tokens if token.login}
    kept: dict[str, str] = portal.memory.get(KEPT, {})
    lost = [name for name in kept if name not in given]
    for name in lost:
        del kept[name]
    return bool(lost)


def renewed(portal: Portal, reply: Reply) -> None:
    """A portal that hands a new token out with each answer gets that one back."""
    for token in portal.manifest.tokens:
        if token.source == "header" and (text := reply.headers.get(token.where.lower())):
            portal.memory.setdefault(KEPT, {})[token.name] = text


async def _found(portal: Portal, token: Token, pages: dict[str, Reply], fields: Mapping[str, str]) -> str:
    if token.login:
        raise errors.SessionExpired(step=f"the token {token.name}")
    if token.source == "local_storage":
        return _there(_stored(portal, token.where), token)
    if not token.page:
        return ""
    if token.page not in pages:
        pages[token.page] = await portal.get(templates.url(token.page, fields))
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
