"""The visit's side of a portal's question: put to people, their words looked for, settled. And how long a Session lived."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from core.db import models
from core.ledger import accounts, questions, runs


@dataclass(frozen=True, slots=True)
class Put:
    """A question as the page asks it: the kind (`code`, `approval`, `link`), the portal's words, and how long an answer still serves.

    `fresh`: the portal has just sent what it asks for, and can send it again after `resend_after`, if at all. `refused` is why the last answer was
    not taken.
    """

    wants: str
    medium: str
    said: str
    refused: str
    tries_left: int
    valid: timedelta
    fresh: bool = True
    resend_after: timedelta | None = None


def put(session: Session, run_id: int, fence: int, asked: Put, *, now: datetime) -> models.Challenge:
    """Open the account's question, or bring it up to date. Its owner hears of it, unless they asked for this visit and look on."""
    runs.guard(session, run_id, fence)
    run = session.get_one(models.Run, run_id)
    challenge = questions.open_challenge(session, run.account_id)
    if challenge is None:
        challenge = models.Challenge(workspace_id=run.workspace_id, account_id=run.account_id, opened_at=now)
        session.add(challenge)
    challenge.run_id, challenge.kind = run_id, "CodeNeeded"
    challenge.wants, challenge.medium = asked.wants, asked.medium
    challenge.said, challenge.refused_said = asked.said or None, asked.refused or None
    challenge.tries_left, challenge.expires_at = asked.tries_left, now + asked.valid
    if asked.fresh:
        challenge.resend_at = None if asked.resend_after is None else now + asked.resend_after
    session.flush()
    if asked.refused:
        _refused(session, challenge, now)
    account = session.get_one(models.Account, run.account_id)
    if run.asked_by is None or run.asked_by != account.owner_id:
        tell_of(session, account, challenge, now=now)
    return challenge


def tell_of(session: Session, account: models.Account, challenge: models.Challenge, *, now: datetime) -> None:
    """Once for each question, whatever becomes of it."""
    runs.tell(session, account, about=f"challenge:{challenge.id}", error=challenge.kind, now=now)


def give_up(session: Session, challenge: models.Challenge, words: str, *, now: datetime) -> None:
    """The portal takes no more answers in this session."""
    challenge.refused_said, challenge.tries_left = words or None, 0
    _refused(session, challenge, now)


def _refused(session: Session, challenge: models.Challenge, now: datetime) -> None:
    """Every answer handed over until now is spent, those too that a second click sent after the first."""
    spend_answers(session, challenge.id, now=now)
    mine = (models.Wish.challenge_id == challenge.id, models.Wish.kind == "answer")
    challenge.tries = session.scalar(select(func.count()).where(*mine)) or 0
    questions.count_refused(session, challenge)


def spend_answers(session: Session, challenge_id: int, *, now: datetime) -> None:
    """Nobody waits for these any more; nothing sealed is left of them."""
    wish = models.Wish
    mine = (
        wish.challenge_id == challenge_id,
        wish.kind.in_(("answer", "send_again")),
        wish.done_at.is_(None),
    )
    session.execute(update(wish).where(*mine).values(done_at=now, outcome="late", sealed=None))


def next_word(session: Session, challenge_id: int) -> models.Wish | None:
    """The oldest thing that a person said to this question and the visit has not heard."""
    wish = models.Wish
    said = (
        wish.challenge_id == challenge_id,
        wish.kind.in_(("answer", "send_again")),
        wish.done_at.is_(None),
    )
    return session.scalars(select(wish).where(*said).order_by(wish.id).limit(1)).first()


def settle(session: Session, run_id: int, fence: int, *, now: datetime) -> None:
    """The portal took the answer, and let the visit in."""
    runs.guard(session, run_id, fence)
    account_id = session.get_one(models.Run, run_id).account_id
    accounts.close_challenge(session, account_id, outcome="answered", now=now)


def end_life(session: Session, account: models.Account, began_at: datetime, *, now: datetime) -> None:
    """A visit found the Session dead that this sign-in had begun: what the weather is learnt from. Once for each."""
    life = models.SessionLife
    known = select(life.id).where(life.account_id == account.id, life.began_at == began_at)
    if session.scalar(known.limit(1)) is not None:
        return
    session.add(
        models.SessionLife(
            workspace_id=account.workspace_id,
            account_id=account.id,
            supplier=account.supplier,
            began_at=began_at,
            ended_at=now,
            asked=_was_asked(session, account.id, began_at),
        )
    )


def _was_asked(session: Session, account_id: int, began_at: datetime) -> bool:
    """Whether the visit that signed in then had put a question and got its answer."""
    run, asked = models.Run, models.Challenge
    found = (
        select(asked.id)
        .join(run, run.id == asked.run_id)
        .where(
            asked.account_id == account_id,
            asked.outcome == "answered",
            run.started_at <= began_at,
            asked.closed_at <= began_at,
            run.ended_at.is_(None) | (run.ended_at >= began_at),
        )
        .limit(1)
    )
    return session.scalar(found) is not None
