"""The person at the terminal: asked there for what a portal wants, without an echo, and answering as anybody does in the web."""

from __future__ import annotations

import asyncio
import sys
import termios
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from collectors import kit
from core import errors, ledger
from core.db import Database, models
from core.settings import Settings
from scheduler import farm
from vault import audit, sealing
from vault.redact import Secret

#: Shows words, and gives what is typed after them.
Prompt = Callable[[str], str]
Say = Callable[[str], None]

#: Seconds between two looks at whether something is asked.
LOOK = 0.3
APPROVE = "confirm the sign-in there; the visit goes on by itself"
ANOTHER = "leave it empty for another one"


@contextmanager
def as_found() -> Iterator[None]:
    """Whatever a prompt did to the terminal is undone, though nobody answered it."""
    if not sys.stdin.isatty():
        yield
        return
    kept = termios.tcgetattr(sys.stdin)
    try:
        yield
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, kept)


@contextmanager
def answering(settings: Settings, account_id: int, prompt: Prompt) -> Iterator[None]:
    """While a visit to this account goes on, wherever it does, what its portal asks is asked here."""
    over = threading.Event()
    listening = threading.Thread(target=_listen, args=(settings, account_id, prompt, over), daemon=True)
    with as_found():
        listening.start()
        try:
            yield
        finally:
            over.set()


def _listen(settings: Settings, account_id: int, prompt: Prompt, over: threading.Event) -> None:
    database = Database.of(settings)
    asked: set[tuple[int, int]] = set()
    while not over.wait(LOOK):
        challenge = _live(database, account_id)
        if challenge is None or (challenge.id, challenge.tries) in asked:
            continue
        asked.add((challenge.id, challenge.tries))
        if challenge.wants == "approval":
            sys.stderr.write(f"{_words(challenge.said, None, APPROVE)}\n")
            continue
        more = ANOTHER if challenge.resend_at else ""
        text = prompt(_words(challenge.said, challenge.refused_said, more))
        if text.strip():
            _hand_over(settings, database, challenge, text)
        else:
            asked.discard((challenge.id, challenge.tries))
            _send_again(database, challenge)


def _live(database: Database, account_id: int) -> models.Challenge | None:
    with database.read() as session:
        challenge = ledger.open_challenge(session, account_id)
        live = challenge and ledger.is_answerable(session, challenge, now=farm.utc_now())
        return challenge if live else None


def _hand_over(settings: Settings, database: Database, challenge: models.Challenge, text: str) -> None:
    trusted = sealing.TrustedKey.read(settings.data / "vault.pub")
    with database.write() as session:
        now, sealed = farm.utc_now(), sealing.seal_answer(session, trusted, challenge, text)
        ledger.answer(session, challenge, sealed, by=None, now=now)
        audit.append(
            session,
            at=now,
            actor="command",
            action="challenge.answered",
            object=f"account:{challenge.account_id}",
            workspace_id=challenge.workspace_id,
            detail={"challenge": challenge.id},
        )


def _send_again(database: Database, challenge: models.Challenge) -> None:
    with database.write() as session:
        ledger.send_again(
            session, session.get_one(models.Challenge, challenge.id), by=None, now=farm.utc_now()
        )


class AtTerminal:
    """The Answers of a visit that has no account."""

    def __init__(self, prompt: Prompt, say: Say) -> None:
        self._prompt, self._say = prompt, say

    async def __call__(self, asked: kit.Question, /) -> kit.Answer:
        try:
            async with asyncio.timeout(asked.valid):
                return await self._answer(asked)
        except TimeoutError:
            raise errors.CodeNeeded(
                asked.said, step=asked.step, wants=asked.kind, medium=asked.medium
            ) from None

    async def _answer(self, asked: kit.Question) -> kit.Answer:
        if asked.kind == "approval":
            self._say(_words(asked.said, None, APPROVE))
            await asyncio.Event().wait()
        more = "" if asked.resend_after is None else ANOTHER
        text = await asyncio.to_thread(self._prompt, _words(asked.said, asked.refused, more))
        if not text.strip() and asked.resend_after is not None:
            return kit.Answer(again=True)
        return kit.Answer(Secret(text))

    async def settled(self) -> None:
        """The step that says so is shown anyway."""


def _words(said: str | None, refused: str | None, more: str = "") -> str:
    """What the portal says, in one line."""
    told = [part for part in (refused, said or "The portal asks for a code.") if part]
    return f"{' '.join(told)}{f' ({more})' if more else ''} > "
