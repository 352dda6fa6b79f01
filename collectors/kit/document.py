"""One document, fetched as the manifest tells it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from collectors.kit import asking, listing, paths, templates, tokens
from collectors.kit.declared_lists import DocumentSpec, Request
from core import errors
from core.nouns import File, Listed

if TYPE_CHECKING:
    from collectors.kit.portal import Portal
    from collectors.kit.reply import Reply


async def fetch(portal: Portal, listed: Listed) -> File:
    """Into the inbox. A token that is refused is looked for once more."""
    spec = portal.manifest.document
    if spec is None:
        raise errors.BadManifest(
            f"{portal.manifest.id}: there is no [document], and the collector's class fetches none"
        )
    if spec.kind != "get":
        return await _by_page(portal, spec, listed)
    try:
        return await _by_http(portal, spec, listed)
    except (errors.SessionExpired, errors.Blocked, errors.PortalChanged):
        if not tokens.forget(portal):
            raise
    return await _by_http(portal, spec, listed)


async def _by_http(portal: Portal, spec: DocumentSpec, listed: Listed) -> File:
    request, values = _asked(portal, spec, listed)
    reply = await asking.send(portal, asking.Question(request, values, "document"))
    if spec.link:
        reply = await _followed(portal, spec, reply)
    name = templates.text(spec.name, await asking.everything(portal, values, templates.names(spec.name)))
    return await portal.put_reply(reply, name)


async def _followed(portal: Portal, spec: DocumentSpec, reply: Reply) -> Reply:
    """The file, when the first answer only tells where it is. A store of files elsewhere is sent none of our headers."""
    address = urljoin(reply.url, _link(spec.link, reply))
    if urlsplit(address)[:2] != urlsplit(reply.url)[:2]:
        return await portal.get(address, where="document")
    onward = Request("{+link}", headers=spec.headers)
    return await asking.send(portal, asking.Question(onward, {"link": address}, "document"))


def _link(where: str, reply: Reply) -> str:
    try:
        found = reply.css(where).get() if "::" in where else paths.one_at(reply.json(), where)
    except paths.Absent:
        found = None
    if not found or not isinstance(found, str):
        raise errors.PortalChanged(
            step="the document", expected=f"an address at {where}", seen=f"none in {reply.media_type or 'it'}"
        )
    return found


async def _by_page(portal: Portal, spec: DocumentSpec, listed: Listed) -> File:
    request, values = _asked(portal, spec, listed)
    url, _, _ = await asking.filled(portal, request, values)
    known = await asking.everything(portal, values, templates.names([spec.name, spec.click]))
    await portal.go(url, name="the document's page")
    if await portal.glimpse("input[type=password]", within=0.2) is not None:
        raise errors.SessionExpired(step="the document")
    if spec.kind == "print":
        return await portal.print_pdf(name=templates.text(spec.name, known))
    where = templates.text(spec.click, known)
    await portal.see(where, name="the document's button")
    take = portal.download_click if spec.kind == "click" else portal.download_blob
    return await take(where, name="the document's button")


def _asked(portal: Portal, spec: DocumentSpec, listed: Listed) -> tuple[Request, Mapping[str, Any]]:
    """The first address for which the line has every value, and the values."""
    values = {**listing.values_of(portal, listed.contract), **listed.fetch}
    optional = set(portal.manifest.list.spots) if portal.manifest.list else set()
    for url in spec.urls:
        if templates.names(url) & optional <= set(listed.fetch):
            return spec.request(url), values
    raise errors.PortalChanged(
        step="the document", expected=" or ".join(spec.urls), seen="a line without these values"
    )
