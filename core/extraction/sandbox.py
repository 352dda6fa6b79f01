"""Reader children as seen from the farm: one document at a time in each, ended at the first sign of trouble."""

from __future__ import annotations

import queue
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core import errors, nouns
from core.extraction import wire
from core.extraction.seat import Seat

WALL_SECONDS = 30.0
CPU_SECONDS = 20
RECYCLED_AFTER = 50


class Readers:
    """A few children, each started when first needed. Thread-safe; a call waits while all are busy."""

    def __init__(
        self,
        count: int = 1,
        *,
        wall: float = WALL_SECONDS,
        cpu: int = CPU_SECONDS,
        recycled_after: int = RECYCLED_AFTER,
    ) -> None:
        """`wall` and `cpu` are the seconds that one document may take."""
        self.wall, self.cpu = wall, cpu
        self.seats = [Seat(recycled_after) for _ in range(count)]
        self.free: queue.LifoQueue[Seat] = queue.LifoQueue()
        for seat in self.seats:
            self.free.put(seat)

    def read(self, path: Path) -> nouns.Reading:
        """Raises NotAnInvoice(reason="unreadable") when the PDF cannot be opened, ReaderFailed at the limits."""
        return self._read(path, preview=False)[0]

    def read_and_preview(self, path: Path) -> tuple[nouns.Reading, bytes]:
        """As `read`, with the first page as PNG; a picture that cannot be drawn is empty and fails nothing."""
        return self._read(path, preview=True)

    def preview(self, path: Path) -> bytes:
        """The first page as PNG, empty when it cannot be drawn within the limits."""
        with path.open("rb") as document, self._seat() as seat:
            until = time.monotonic() + self.wall
            seat.hand_over({"read": False, "preview": True, "cpu": self.cpu}, document.fileno())
            return seat.picture(until)

    def isolation(self) -> dict[str, bool]:
        """Which walls this host lets a child build around itself: `network`, `files`."""
        with self._seat() as seat:
            return seat.isolation

    def close(self) -> None:
        """End every child at once; a document being read ends with ReaderFailed."""
        for seat in self.seats:
            seat.kill()
        for seat in [self.free.get() for _ in self.seats]:
            seat.end()
            self.free.put(seat)

    def __enter__(self) -> Readers:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _read(self, path: Path, *, preview: bool) -> tuple[nouns.Reading, bytes]:
        with path.open("rb") as document, self._seat() as seat:
            until = time.monotonic() + self.wall
            seat.hand_over({"read": True, "preview": preview, "cpu": self.cpu}, document.fileno())
            answer = seat.answer(until)
            png = seat.picture(until) if preview else b""
        return believed(answer), png

    @contextmanager
    def _seat(self) -> Iterator[Seat]:
        seat = self.free.get()
        try:
            seat.start()
            yield seat
        finally:
            seat.recycle()
            self.free.put(seat)


def believed(answer: dict[str, Any]) -> nouns.Reading:
    """A child that a hostile page has taken over may say anything; only the shape of a Reading is taken."""
    if "not_an_invoice" in answer:
        raise errors.NotAnInvoice(str(answer.get("said")), reason=str(answer["not_an_invoice"]))
    try:
        return wire.unpacked(answer["reading"])
    except (KeyError, TypeError, ValueError, AttributeError) as err:
        raise errors.ReaderFailed("the reader made no sense") from err
