"""Which bytes go out of a Document: the file that came, or, where that holds more than one Invoice, its own pages and nobody else's."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, or_

from core.db import models
from core.export.delivering import Refused

#: The word for pages that no reader could cut out of their file: the rest would go with them.
PART = "part_of_file"
_ONE = models.Document
#: The same in a query, of the Documents that have such bytes.
SHA256, SIZE = func.coalesce(_ONE.own_sha256, _ONE.sha256), func.coalesce(_ONE.own_size, _ONE.size)
ARE_THERE = or_(_ONE.first_page.is_(None), _ONE.own_sha256.is_not(None))


@dataclass(frozen=True, slots=True)
class Content:
    """In the archive; `size` in bytes."""

    sha256: str
    size: int


def of(document: models.Document) -> Content:
    """Raises Refused when they would not be this Document's alone."""
    if document.first_page is None:
        return Content(document.sha256, document.size)
    if document.own_sha256 is None or document.own_size is None:
        raise Refused("", PART)
    return Content(document.own_sha256, document.own_size)
