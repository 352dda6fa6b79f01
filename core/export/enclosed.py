"""The file that goes with a record into somebody's books: its name there, its bytes, and how large it may be."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from core import archive, nouns
from core.db import models
from core.export import contents
from core.export.delivering import Receipts, Step

#: The receipt of a file that a service would not take for its size; it stays here, and the page says so.
TOO_LARGE = "too_large"
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True)
class Paper:
    """A file as it travels; `size` in bytes."""

    name: str
    sha256: str
    media_type: str
    size: int

    @classmethod
    def of(cls, invoice: models.Invoice, document: models.Document, supplier_name: str) -> Paper:
        """Its name has the Document's number in it, so it is no other's. Raises Refused when its bytes would not be its own."""
        own, name = contents.of(document), file_name(invoice, document, supplier_name)
        return cls(name, own.sha256, document.media_type, own.size)

    def content(self, stored: archive.Archive) -> bytes:
        return stored.read(self.sha256)


def file_name(invoice: models.Invoice, document: models.Document, supplier_name: str) -> str:
    """Day, supplier, number and the document's own number, in letters that every service takes."""
    day = (invoice.issued_on or invoice.received_at.date()).isoformat()
    words = unicodedata.normalize("NFKD", f"{day}_{supplier_name}_{invoice.number or ''}").encode(
        "ascii", "ignore"
    )
    plain = _NOT_PLAIN.sub("-", words.decode()).strip("-.")[:100]
    return f"{plain}_{document.id}{nouns.SUFFIXES.get(document.media_type, Path(document.name).suffix or '.bin')}"


def step(
    paper: Paper,
    largest: int,
    find: Callable[[Receipts], str | None],
    attach: Callable[[Receipts, str], str],
) -> Step:
    """It is attached to the record that stands there by then; what is larger than `largest` bytes stays here."""

    def send(receipts: Receipts, key: str) -> str:
        return TOO_LARGE if paper.size > largest else attach(receipts, key)

    return Step("file", find, send, payload=False)
