"""Reader children as seen from the farm: one document at a time in each, ended at the first sign of trouble."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import structlog

from core import errors, nouns
from core.extraction import doubts, leaf, lines, wire
from core.extraction.seat import Seat
from core.extraction.seats import Seats

log = structlog.get_logger(__name__)

T = TypeVar("T")

#: Of the picture of a page, in pixels, unless asked otherwise.
PICTURE_WIDTH = 800
#: Bytes of some pages of a document; what was packed together in the file may stand there unpacked.
LARGEST_EXCERPT = 50 * 1024**2
WALL_SECONDS = 30.0
CPU_SECONDS = 20
RECYCLED_AFTER = 50
#: Of a child that makes out the words of scans; it may take longer, and grows faster.
SCAN_WALL_SECONDS, SCAN_CPU_SECONDS, SCAN_RECYCLED_AFTER = 90.0, 60, 10


class Readers(Seats):
    """Children that read documents. Thread-safe; a call waits while all are busy."""

    def __init__(
        self,
        count: int = 1,
        *,
        wall: float = WALL_SECONDS,
        cpu: int = CPU_SECONDS,
        recycled_after: int = RECYCLED_AFTER,
        scans: str = "",
    ) -> None:
        """`wall` and `cpu` are the seconds that one document may take; `scans` the languages (`fra+eng`) in which the words of
        pictures are made out, in one more child with limits of its own; without, a picture stays unread."""
        super().__init__(count, recycled_after)
        self.wall, self.cpu = wall, cpu
        self.languages = scans
        self.eyes = (
            Readers(1, wall=SCAN_WALL_SECONDS, cpu=SCAN_CPU_SECONDS, recycled_after=SCAN_RECYCLED_AFTER)
            if scans
            else None
        )

    def read(
        self, path: Path, templates: Sequence[Mapping[str, Any]] = (), pages: tuple[int, int] | None = None
    ) -> nouns.Reading:
        """`templates` are those of the document's supplier, as `templates.packed` gives them; `pages` the only ones to look at, from 1, both in it. Raises NotAnInvoice(reason="unreadable") when the PDF cannot be opened, ReaderFailed at the limits."""
        return self._read(path, templates, pages, preview=False)[0]

    def read_and_preview(
        self, path: Path, templates: Sequence[Mapping[str, Any]] = (), pages: tuple[int, int] | None = None
    ) -> tuple[nouns.Reading, bytes]:
        """As `read`, with the first of its pages as PNG; a picture that cannot be drawn is empty and fails nothing."""
        return self._read(path, templates, pages, preview=True)

    def preview(self, path: Path) -> bytes:
        """The first page as PNG, empty when it cannot be drawn within the limits."""
        return self.picture(path)

    def picture(self, path: Path, page: int = 1, width: int = PICTURE_WIDTH) -> bytes:
        """A page as PNG, `width` pixels across; empty when there is none, or it cannot be drawn within the limits."""
        with self._asked(path, {"picture": [page, width]}) as (seat, until):
            return seat.picture(until)

    def excerpt(self, path: Path, first: int, last: int) -> bytes:
        """These pages (from 1, both in it) as a PDF of their own, the same bytes each time. Raises as `read` does."""
        with self._asked(path, {"excerpt": [first, last]}) as (seat, until):
            size = believed(seat.answer(until), "excerpt", int)
            if not 0 < size <= LARGEST_EXCERPT:
                seat.end()
                raise errors.ReaderFailed("the pages are larger than a document may be", way="memory")
            return seat.file(size, until)

    def leaf(self, path: Path, page: int) -> leaf.Leaf:
        """A page's words with their boxes, what of it is seen, and how many pages there are. Raises as `read` does."""
        with self._asked(path, {"words": page}) as (seat, until):
            return believed(seat.answer(until), "leaf", leaf.unpacked)

    def words(self, path: Path, page: int = 1) -> list[lines.Word]:
        """Every word of a page with its box, as read; none on a page that is a picture. Raises as `read` does."""
        return list(self.leaf(path, page).words)

    def isolation(self) -> dict[str, bool]:
        """Which walls this host lets a child build around itself: `network`, `files`."""
        with self._seat() as seat:
            return seat.isolation

    def close(self) -> None:
        """End every child at once; a document being read ends with ReaderFailed."""
        super().close()
        if self.eyes:
            self.eyes.close()

    def _read(
        self,
        path: Path,
        templates: Sequence[Mapping[str, Any]],
        pages: tuple[int, int] | None,
        *,
        preview: bool,
    ) -> tuple[nouns.Reading, bytes]:
        request = {
            "read": True,
            "templates": list(templates),
            "pages": pages,
            "picture": [pages[0] if pages else 1, PICTURE_WIDTH] if preview else None,
        }
        with self._asked(path, request) as (seat, until):
            answer = seat.answer(until)
            png = seat.picture(until) if preview else b""
        reading = believed(answer, "reading", wire.unpacked)
        if self.eyes and doubts.NO_TEXT in reading.doubts:
            reading = self._made_out(self.eyes, path, pages) or reading
        return reading, png

    def _made_out(self, eyes: Readers, path: Path, pages: tuple[int, int] | None) -> nouns.Reading | None:
        """What stands in the pictures; None when that takes more than it may, and the document stays a picture for a person."""
        try:
            with eyes._asked(path, {"ocr": self.languages, "pages": pages}) as (seat, until):
                return believed(seat.answer(until), "reading", wire.unpacked)
        except errors.ReaderFailed as err:
            log.warning("document.not_made_out", way=err.way)
            return None

    @contextmanager
    def _asked(self, path: Path, request: dict[str, Any]) -> Iterator[tuple[Seat, float]]:
        """A child that was given the document and the request, and until when it may answer."""
        with path.open("rb") as document, self._seat() as seat:
            until = time.monotonic() + self.wall
            seat.hand_over({**request, "cpu": self.cpu}, document.fileno())
            yield seat, until


def believed(answer: dict[str, Any], what: str, unpacked: Callable[[Any], T]) -> T:
    """A child that a hostile page has taken over may say anything; only the shape of what was asked is taken."""
    if "not_an_invoice" in answer:
        raise errors.NotAnInvoice(str(answer.get("said")), reason=str(answer["not_an_invoice"]))
    try:
        return unpacked(answer[what])
    except (KeyError, TypeError, ValueError, AttributeError) as err:
        raise errors.ReaderFailed("the reader made no sense", way="confused") from err
