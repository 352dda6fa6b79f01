"""What every page needs of the farm, in one frozen object that travels with the Flask application."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from flask import current_app, request

from collectors.kit import catalogue, declared
from core import archive, db, extraction, settings
from web import desk as desks


@dataclass(frozen=True)
class Farm:
    """`readers` are children that are started when a page is looked at; `now` gives aware UTC; `setup_token` opens /setup once, while there is no person."""

    settings: settings.Settings
    database: db.Database
    archive: archive.Archive
    readers: extraction.Readers
    catalogue: catalogue.Catalogue
    desk: desks.Desk
    setup_token: str
    now: Callable[[], datetime]

    def manifest(self, supplier: str) -> declared.Manifest | None:
        """The supplier's manifest, or None when its collector is no longer in the catalogue."""
        collector = self.catalogue.collectors.get(supplier)
        return collector.manifest if collector else None


def visited(supplier: str) -> bool:
    """Whether the farm goes there at all; the invoices of the others are brought."""
    manifest = here().manifest(supplier)
    return manifest is None or manifest.sign_in != "none"


def login_page(supplier: str) -> str:
    """Where the supplier itself lets its customers in, as its manifest says; empty when that is no address to follow."""
    manifest = here().manifest(supplier)
    page = manifest.login_page if manifest else ""
    return page if page.startswith(("https://", "http://")) else ""


def outside_address() -> str:
    """How this farm is reached from a phone or by a program: as its settings say, else as this page was."""
    return here().settings.public_url or request.host_url.rstrip("/")


def here() -> Farm:
    """The farm of the running application."""
    return cast(Farm, current_app.extensions["moisson"])
