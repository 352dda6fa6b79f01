"""One document, fetched as the manifest tells it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from collectors.kit import asking, listing, templates, tokens
from collectors.kit.declared_lists import DocumentSpec, Request
from core import errors
from core.nouns import File, Listed

if TYPE_CHECKING:
    from collectors.kit.portal import Portal


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
    url, headers, known = await _filled(portal, spec, listed)
    return await portal.download(url, headers=headers, name=templates.text(spec.name, known))


async def _by_page(portal: Portal, spec: DocumentSpec, listed: Listed) -> File:
    url, _, known = await _filled(portal, spec, listed)
    await portal.go(url, name="the document's page")
    if await portal.glimpse("input[type=password]", within=0.2) is not None:
        raise errors.SessionExpired(step="the document")
    if spec.kind == "print":
        return await portal.print_pdf(name=templates.text(spec.name, known))
    where = templates.text(spec.click, known)
    await portal.see(where, name="the document's button")
    take = portal.download_click if spec.kind == "click" else portal.download_blob
    return await take(where, name="the document's button")


async def _filled(
    portal: Portal, spec: DocumentSpec, listed: Listed
) -> tuple[str, dict[str, str], Mapping[str, Any]]:
    """The first address for which the line has every value."""
    values = {**listing.values_of(portal, listed.contract), **listed.fetch}
    optional = set(portal.manifest.list.spots) if portal.manifest.list else set()
    for url in spec.urls:
        if templates.names(url) & optional <= set(listed.fetch):
            return await asking.filled(portal, Request(url, headers=spec.headers), values)
    raise errors.PortalChanged(
        step="the document", expected=" or ".join(spec.urls), seen="a line without these values"
    )
