"""A few children that are lent out one by one."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

from core.extraction.seat import Seat


class Seats:
    """Each child is started when first needed. Thread-safe; a call waits while all are busy."""

    def __init__(self, count: int, recycled_after: int, child: str = "core.extraction.child") -> None:
        """`child` is the module that they run; each is a new one after so many documents."""
        self.seats = [Seat(recycled_after, child) for _ in range(count)]
        self.free: queue.LifoQueue[Seat] = queue.LifoQueue()
        for seat in self.seats:
            self.free.put(seat)

    def close(self) -> None:
        """End every child at once; a document being read ends with ReaderFailed."""
        for seat in self.seats:
            seat.kill()
        for seat in [self.free.get() for _ in self.seats]:
            seat.end()
            self.free.put(seat)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _seat(self) -> Iterator[Seat]:
        seat = self.free.get()
        try:
            seat.start()
            yield seat
        finally:
            seat.recycle()
            self.free.put(seat)
