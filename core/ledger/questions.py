"""The questions that portals ask people: who may answer one, until when, and how the answer gets to the visit that waits."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from core import nouns
from core.db import models
from core.ledger import accounts, budget, runs

#: A one-time address lives this long, and bears so many refused answers.
LINK_LIVES = timedelta(minutes=10)
LINK_TRIES = 3


def open_challenge(session: Session, account_id: int) -> models.Challenge | None:
    """The question that this account waits with, if any."""
    return session.scalar(
        select(models.Challenge).where(
            models.Challenge.account_id == account_id, models.Challenge.closed_at.is_(None)
        )
    )


def is_answerable(session: Session, challenge: models.Challenge, *, now: datetime) -> bool:
    """Whether a visit still waits for the answer with the portal's page open. Else a person says first that they are there."""
    run = session.get(models.Run, challenge.run_id)
    waits = run is not None and run.state in nouns.ACTIVE_STATES
    return waits and challenge.closed_at is None and (challenge.expires_at or now) > now


def is_being_checked(session: Session, challenge: models.Challenge) -> bool:
    """Whether an answer was handed over that the portal has not judged: a second one now would be typed for nothing."""
    handed = select(func.count()).where(
        models.Wish.challenge_id == challenge.id, models.Wish.kind == "answer"
    )
    return (session.scalar(handed) or 0) > challenge.tries


def waiting(session: Session, workspace_id: int) -> list[models.Challenge]:
    """Every open question of a company that a code, an approval or a link answers, oldest first: the code round."""
    mine = (models.Challenge.workspace_id == workspace_id, models.Challenge.closed_at.is_(None))
    asks = models.Challenge.kind == "CodeNeeded"
    return list(session.scalars(select(models.Challenge).where(*mine, asks).order_by(models.Challenge.id)))


def answer(
    session: Session, challenge: models.Challenge, sealed: bytes, *, by: int | None, now: datetime
) -> models.Wish:
    """Hand a sealed answer to the waiting visit."""
    return _wish(session, challenge, "answer", sealed=sealed, by=by, now=now)


def send_again(
    session: Session, challenge: models.Challenge, *, by: int | None, now: datetime
) -> models.Wish | None:
    """Ask the portal for another code in the same session; None before its delay is over, where it cannot, or when it was just asked."""
    unheard = select(models.Wish.id).where(
        models.Wish.challenge_id == challenge.id,
        models.Wish.kind == "send_again",
        models.Wish.done_at.is_(None),
    )
    if challenge.resend_at is None or challenge.resend_at > now or session.scalar(unheard.limit(1)):
        return None
    return _wish(session, challenge, "send_again", sealed=None, by=by, now=now)


def here_i_am(session: Session, account: models.Account, *, by: int | None, now: datetime) -> models.Wish:
    """A person is there: the old question is closed, and a visit is asked that may make the portal send a new code."""
    accounts.close_challenge(session, account.id, outcome="asked_anew", now=now)
    budget.grant_login(session, account, granted_by=by, now=now)
    return runs.wish(session, account.workspace_id, "collect", account_id=account.id, asked_by=by, now=now)


def add_link(session: Session, challenge: models.Challenge, token_hash: str, *, now: datetime) -> None:
    """A one-time address for this question; whoever has it needs no other key."""
    session.add(
        models.ChallengeLink(
            token_hash=token_hash, challenge_id=challenge.id, expires_at=now + LINK_LIVES, wrong_tries=0
        )
    )


def new_link(session: Session, challenge: models.Challenge, *, now: datetime) -> str:
    """A one-time address's token (32 random bytes). It is given here once, and cannot be had again."""
    token = secrets.token_urlsafe(32)
    add_link(session, challenge, link_hash(token), now=now)
    return token


def link_hash(token: str) -> str:
    """What is kept of a one-time address."""
    return hashlib.sha256(token.encode()).hexdigest()


def by_link(session: Session, token_hash: str, *, now: datetime) -> models.Challenge | None:
    """The open question of a one-time address that still lives."""
    link = session.get(models.ChallengeLink, token_hash)
    if link is None or link.expires_at <= now or link.wrong_tries >= LINK_TRIES:
        return None
    challenge = session.get_one(models.Challenge, link.challenge_id)
    return None if challenge.closed_at else challenge


def served(session: Session, token_hash: str, *, now: datetime) -> bool:
    """Whether the answer that came through this address let the visit in: whoever typed it may be thanked for a while."""
    link = session.get(models.ChallengeLink, token_hash)
    if link is None or link.used_at is None or link.expires_at <= now:
        return False
    return session.get_one(models.Challenge, link.challenge_id).outcome == "answered"


def count_refused(session: Session, challenge: models.Challenge) -> None:
    """The portal refused an answer: every address of this question is one try nearer to its end."""
    session.execute(
        update(models.ChallengeLink)
        .where(models.ChallengeLink.challenge_id == challenge.id)
        .values(wrong_tries=models.ChallengeLink.wrong_tries + 1)
    )


def _wish(
    session: Session,
    challenge: models.Challenge,
    kind: str,
    *,
    sealed: bytes | None,
    by: int | None,
    now: datetime,
) -> models.Wish:
    asked = runs.wish(
        session,
        challenge.workspace_id,
        kind,
        account_id=challenge.account_id,
        run_id=challenge.run_id,
        asked_by=by,
        now=now,
    )
    asked.challenge_id, asked.sealed = challenge.id, sealed
    return asked
