"""A supplier's collector: four verbs. Its manifest serves all four; a class overrides only those that it must."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from collectors.kit import document, listing, login
from collectors.kit.declared import Manifest
from core import errors
from core.nouns import File, Listed, Sheet

if TYPE_CHECKING:
    from collectors.kit.portal import Portal


class Collector:
    """One supplier. It keeps nothing of a visit: what is to be kept goes to `portal.memory`."""

    manifest: Manifest

    def __init__(self, manifest: Manifest | None = None) -> None:
        """`manifest` for a supplier that is a TOML file; a class brings its own."""
        if manifest is not None:
            self.manifest = manifest

    def __repr__(self) -> str:
        return f"<Collector {self.manifest.id}>"

    async def signed_in(self, portal: Portal) -> bool:
        """Whether the session still lives: asks for the list's first page, which is then not asked for again."""
        try:
            await listing.peek(portal)
        except errors.SessionExpired:
            return False
        return True

    async def sign_in(self, portal: Portal) -> None:
        """Raises the error that the portal's page means."""
        await login.sign_in(portal)

    def listed(self, portal: Portal) -> AsyncIterator[Sheet]:
        """Every contract's sheets; a list that is empty without saying so raises PortalChanged."""
        return listing.sheets(portal)

    async def download(self, portal: Portal, listed: Listed) -> File:
        """The document of one line, in the inbox, not yet verified."""
        return await document.fetch(portal, listed)
