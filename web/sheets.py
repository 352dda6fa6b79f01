"""Pages of Documents to look at: the picture comes from a reader child, and so do the places of its words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from core import errors, extraction, nouns
from core.db import models
from core.extraction.leaf import Leaf
from web import farm

#: Pixels across: twice what the page takes on a wide screen.
WIDTH = 1100


@dataclass(frozen=True)
class Sheet:
    """A page of a Document. `first` to `last` are the pages that belong to it, counted from 1."""

    document: models.Document
    page: int
    leaf: Leaf

    @property
    def first(self) -> int:
        return self.document.first_page or 1

    @property
    def last(self) -> int:
        return self.document.last_page or self.leaf.of

    @property
    def pages(self) -> int:
        return self.last - self.first + 1

    @property
    def width(self) -> float:
        return self.leaf.seen.x1 - self.leaf.seen.x0

    @property
    def height(self) -> float:
        return self.leaf.seen.bottom - self.leaf.seen.top

    @property
    def view(self) -> str:
        """The `viewBox` in which boxes are drawn as they were read."""
        seen = self.leaf.seen
        return f"{seen.x0:g} {seen.top:g} {self.width:g} {self.height:g}"

    def text_in(self, box: nouns.Box) -> str:
        """The words whose middle lies in a box."""
        return " ".join(
            word.text
            for word in self.leaf.words
            if box.x0 <= (word.x0 + word.x1) / 2 <= box.x1
            and box.top <= (word.top + word.bottom) / 2 <= box.bottom
        )

    def holds(self, box: Mapping[str, Any] | None) -> bool:
        return box is not None and int(box["page"]) == self.page


def of(document: models.Document, page: int | None) -> Sheet | None:
    """That page, or the nearest that there is; None when no page of it can be shown."""
    path = farm.here().archive.path(document.sha256)
    if document.media_type != "application/pdf" or document.quarantined_for or not path.is_file():
        return None
    wanted = max(page or 1, document.first_page or 1)
    try:
        return Sheet(document, wanted, _leaf(farm.here().readers.leaf, path, wanted))
    except (errors.ReaderFailed, errors.NotAnInvoice):
        return None


#: What lies in the archive never changes, so a page need not be looked at twice.
@lru_cache(maxsize=64)
def _leaf(look: Callable[[Path, int], Leaf], path: Path, page: int) -> Leaf:
    return look(path, page)


def picture(document: models.Document, page: int) -> bytes:
    """The page as PNG; empty when it cannot be drawn."""
    path = farm.here().archive.path(document.sha256)
    if not path.is_file():
        return b""
    readers: extraction.Readers = farm.here().readers
    try:
        return readers.picture(path, page, WIDTH)
    except (errors.ReaderFailed, errors.NotAnInvoice):
        return b""
