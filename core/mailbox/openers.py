"""Letters are opened in children: whatever is in one costs a child, some seconds and a gibibyte at most, and never the worker."""

from __future__ import annotations

import os
import queue
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

import structlog

from core import errors
from core.extraction import wire
from core.extraction.seat import Seat
from core.mailbox import heads, letters, parcel

log = structlog.get_logger(__name__)

#: Seconds that one letter may take, and letters after which a child is a new one.
WALL_SECONDS, CPU_SECONDS, RECYCLED_AFTER = 30.0, 20, 500
CHILD = "core.mailbox.child"


class LetterOpeners:
    """A few children, each started when first needed. Thread-safe; a call waits while all are busy."""

    def __init__(
        self,
        count: int = 2,
        *,
        wall: float = WALL_SECONDS,
        cpu: int = CPU_SECONDS,
        recycled_after: int = RECYCLED_AFTER,
    ) -> None:
        self.wall, self.cpu = wall, cpu
        self.seats = [Seat(recycled_after, CHILD) for _ in range(count)]
        self.free: queue.LifoQueue[Seat] = queue.LifoQueue()
        for seat in self.seats:
            self.free.put(seat)

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

    def close(self) -> None:
        """End every child at once; a letter being opened ends with ReaderFailed."""
        for seat in self.seats:
            seat.kill()
        for seat in [self.free.get() for _ in self.seats]:
            seat.end()
            self.free.put(seat)

    def __enter__(self) -> LetterOpeners:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

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

    @contextmanager
    def _seat(self) -> Iterator[Seat]:
        seat = self.free.get()
        try:
            seat.start()
            yield seat
        finally:
            seat.recycle()
            self.free.put(seat)


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
