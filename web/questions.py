"""A question that a portal asks a person, as the pages show it: answerable now, being checked, too late, or to be settled on its site."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from core import ledger, nouns
from core.db import models
from core.ledger import questions as open_questions
from vault import audit, sealing
from web import farm, people, speech

#: No portal sends a longer code, and no mailed link is longer.
LONGEST = {"code": 64, "link": 2000}


@dataclass(frozen=True)
class Asked:
    """`phase`: `live`, `checking`, `expired`, `elsewhere` (nothing to answer here) or `closed`."""

    challenge: models.Challenge
    account: models.Account
    phase: str
    now: datetime
    #: What was wrong with what was just typed: a key of `i18n`, or nothing.
    problem: str = ""

    @property
    def kind(self) -> str:
        """`code`, `approval` or `link`."""
        return self.challenge.wants if self.challenge.wants in ("approval", "link") else "code"

    @property
    def can_resend(self) -> bool:
        return self.challenge.resend_at is not None and self.challenge.resend_at <= self.now

    @property
    def left(self) -> str:
        """What is left of the time to answer, as a clock that runs down says it."""
        until = self.challenge.expires_at
        minutes, seconds = divmod(max(0, int((until - self.now).total_seconds())) if until else 0, 60)
        return speech.say("question.left_long" if minutes else "question.left", m=minutes, s=seconds)


def of(session: Session, challenge: models.Challenge, *, problem: str = "") -> Asked:
    """The question as it stands."""
    now = farm.here().now()
    account = session.get_one(models.Account, challenge.account_id)
    return Asked(challenge, account, _phase(session, challenge, now), now, problem)


def _phase(session: Session, challenge: models.Challenge, now: datetime) -> str:
    if challenge.closed_at is not None:
        return "closed"
    if challenge.kind != "CodeNeeded":
        return "elsewhere"
    run = session.get(models.Run, challenge.run_id)
    if run and run.state in nouns.ACTIVE_STATES and ledger.is_being_checked(session, challenge):
        return "checking"
    return "live" if ledger.is_answerable(session, challenge, now=now) else "expired"


def of_view(session: Session, view: ledger.AccountView | None) -> Asked | None:
    """The code, approval or link that an account waits for, if any."""
    challenge = view.open_challenge if view else None
    return of(session, challenge) if challenge and challenge.kind == "CodeNeeded" else None


def round_of(session: Session, workspace_id: int) -> list[Asked]:
    """The code round: those whose time runs out first, then those that somebody must wake, then what is being checked."""
    order = {"live": 0, "expired": 1, "checking": 2}
    asked = [of(session, challenge) for challenge in open_questions.waiting(session, workspace_id)]
    return sorted(asked, key=lambda a: (order[a.phase], a.challenge.expires_at or a.now, a.challenge.id))


def checked(typed: str, kind: str) -> tuple[str, str]:
    """What to hand over, and what is wrong with it. Codes are written with spaces and dashes that are none of them."""
    if kind == "approval":
        return "", "question.no_field"
    bare = "".join(typed.split())
    text = bare if kind == "link" else bare.replace("-", "")
    if not text:
        return "", f"question.missing_{kind}"
    if len(text) > LONGEST[kind] or (kind == "link" and urlsplit(text).scheme not in ("https", "http")):
        return "", f"question.wrong_{kind}"
    return text, ""


def hand_over(session: Session, asked: Asked, typed: str, *, by: int | None) -> str:
    """Seal the answer for the visit that waits; gives what kept it from being handed over, or nothing. Raises VaultError."""
    if asked.phase != "live":
        return f"question.late_{asked.phase}"
    text, problem = checked(typed, asked.kind)
    if problem:
        return problem
    sealed = sealing.seal_answer(session, farm.here().desk.trusted(), asked.challenge, text)
    ledger.answer(session, asked.challenge, sealed, by=by, now=asked.now)
    record(session, asked, "challenge.answered", by=by)
    return ""


def record(session: Session, asked: Asked, action: str, *, by: int | None) -> None:
    """Who did it, in the chain; never what was typed. Without a person it came by a one-time link."""
    audit.append(
        session,
        at=asked.now,
        actor=f"person:{by}" if by else "link",
        action=action,
        object=f"account:{asked.account.id}",
        workspace_id=asked.account.workspace_id,
        detail={"challenge": asked.challenge.id},
    )


def asker(session: Session, asked: Asked) -> str:
    """The person on whose behalf the portal was visited, else the account's owner."""
    run = session.get(models.Run, asked.challenge.run_id)
    return people.named(session, run.asked_by if run and run.asked_by else asked.account.owner_id)
