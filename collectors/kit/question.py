"""What a portal asks a person in the midst of a sign-in, and who brings the answer. The page stays open meanwhile."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, Protocol

from collectors.kit import challenge
from collectors.kit import mask as masks

#: `code` is typed into a field; `approval` is given on the person's phone, and the page goes on by itself; `link` is an address to open.
Kind = Literal["code", "approval", "link"]
KINDS: tuple[Kind, ...] = ("code", "approval", "link")
MEDIA = ("sms", "email", "app")


@dataclass(frozen=True, slots=True)
class Question:
    """`medium` is `sms`, `email`, `app` or nothing; `said` and `refused` are the portal's own words, masked.

    `valid` is how many seconds the portal waits; `resend_after`, if it can send again, from how many seconds on.
    `tries_left` counts the answer that is asked for. `refused` says why the last one was not taken. `fresh`: the portal has just
    sent what it asks for.
    """

    kind: Kind = "code"
    medium: str = ""
    said: str = ""
    valid: float = 600.0
    tries_left: int = 3
    refused: str = ""
    resend_after: float | None = None
    fresh: bool = True
    step: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the person typed; or `again`: they want the portal to send another. An approval has neither."""

    text: challenge.Secret | None = None
    again: bool = False


class Answers(Protocol):
    """Whoever can be asked during a visit."""

    async def __call__(self, question: Question, /) -> Answer:
        """Waits for the person. Raises CodeNeeded when the time is over. An approval waits until it is cancelled, or sent again."""

    async def settled(self) -> None:
        """The page that asked has gone: the portal took the answer."""


def bare(code: str) -> str:
    """A code as a portal wants it: people paste `123 456` and `123-456`."""
    return "".join(code.split()).replace("-", "")


def spellings(answer: str) -> tuple[str, ...]:
    """What of an answer must not be shown: it, its bare form, and what in an address may be a token."""
    pieces = (piece for piece in re.split(r"[/?&=#]", answer) if len(piece) >= masks.TOKEN)
    return (answer.strip(), bare(answer), *pieces)


@contextmanager
def untimed(limit: asyncio.Timeout) -> Iterator[None]:
    """Time that passes in here, while a person is waited for, does not count for `limit`."""
    now = asyncio.get_running_loop().time
    end = limit.when()
    left = None if end is None else end - now()
    limit.reschedule(None)
    try:
        yield
    finally:
        if left is not None:
            limit.reschedule(now() + left)
