"""What sources hand over the counter: a message that was seen; and who waits for a code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from core.mailbox.heads import Head


@dataclass(frozen=True, slots=True)
class Found:
    """A message that a source has seen. `head` may come from a look at it that left it closed; `size` in bytes.

    `raw` fetches all of it, or None when it is gone by now. `received_at` is the server's.
    """

    remote_id: str
    head: Head
    received_at: datetime
    size: int
    raw: Callable[[], bytes | None]
    folder: str = ""


@dataclass(frozen=True, slots=True)
class Awaited:
    """A visit waits for a code that its portal has mailed: `senders` as its supplier declares them; `give` hands it over."""

    senders: tuple[str, ...]
    asked_at: datetime
    give: Callable[[str], None]
