"""Letters are opened in children: whatever is in one costs a child, some seconds and a gibibyte at most, and never the worker."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

import structlog

from core import errors
from core.extraction import wire
from core.extraction.seat import Seat
from core.extraction.seats import Seats
from core.mailbox import heads, letters, parcel

log = structlog.get_logger(__name__)

#: Seconds that one letter may take, and letters after which a child is a new one.
WALL_SECONDS, CPU_SECONDS, RECYCLED_AFTER = 30.0, 20, 500
CHILD = "core.mailbox.child"


class LetterOpeners(Seats):
    """Children that open letters. Thread-safe; a call waits while all are busy."""

    def __init__(
        self,
        count: int = 2,
        *,
        wall: float = WALL_SECONDS,
        cpu: int = CPU_SECONDS,
        recycled_after: int = RECYCLED_AFTER,
    ) -> None:
        super().__init__(count, recycled_after, CHILD)
        self.wall, self.cpu = wall, cpu

    def read(self, raw: bytes) -> letters.Letter:
        """As `letters.read`. What goes beyond the limits is a broken letter of which only the head is known.

        Raises ReaderFailed when there is no child to be had.
        """
        try:
            return self._opened(raw)
        except errors.ReaderFailed as err:
            if err.way == "gone":
                raise
            log.warning("letter.not_opened", way=err.way, size=len(raw))
            head = heads.read(raw)
            return letters.Letter(head, author=head.domain, broken=True)

    def _opened(self, raw: bytes) -> letters.Letter:
        with _in_memory(raw) as message, self._seat() as seat:
            until = time.monotonic() + self.wall
            seat.hand_over({"cpu": self.cpu}, message.fileno())
            told = seat.answer(until)
            try:
                said = told["letter"]
                return parcel.letter(said, [_content(seat, length, until) for length in parcel.lengths(said)])
            except (KeyError, TypeError, ValueError, AttributeError, EOFError, OSError, OverflowError) as err:
                seat.end()
                raise errors.ReaderFailed("the child made no sense", way="confused") from err


def _content(seat: Seat, length: int, until: float) -> bytes:
    assert seat.line  # noqa: S101 - it has just answered
    content = bytearray()
    while len(content) < length:
        content += wire.receive(seat.line, until)
    if len(content) != length:
        raise ValueError("more than was said")
    return bytes(content)


@contextmanager
def _in_memory(raw: bytes) -> Iterator[BinaryIO]:
    """A file without a place on any disk."""
    with cast(BinaryIO, os.fdopen(os.memfd_create("letter"), "wb")) as file:
        file.write(raw)
        file.flush()
        yield file
