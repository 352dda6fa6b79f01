"""Accounts in every state in which the pages may meet them, each with the visits that led there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from core.db import models
from core.ledger import arrivals
from tests.web import visits
from tests.web.visits import NOW

#: Makes the account of that name, and gives its number.
Build = Callable[[Session, str], int]


def _fine(session: Session, name: str) -> int:
    made = visits.account(session, name, label="Siège")
    visits.history(session, made, trouble=(12, 13))
    last = visits.run(session, made, "done", hours=3, new=1, cause="person")
    for step, words in (
        ("signing_in", {}),
        ("signed_in", {}),
        ("listed", {"count": 14, "new": 1, "census": False}),
        ("fetching", {"position": 1, "count": 1}),
    ):
        session.add(
            models.RunEvent(
                workspace_id=1, run_id=last.id, at=NOW - timedelta(hours=3), step=step, words=words
            )
        )
    return made


def _nothing_new(session: Session, name: str) -> int:
    made = visits.account(session, name, supplier="nimbus", label="")
    visits.history(session, made)
    visits.run(session, made, "done", hours=3)
    return made


def _failed(
    state: str,
    error: str,
    code: str,
    *,
    said: str | None = None,
    step: str | None = None,
    detail: Mapping[str, str] | None = None,
    asks: str = "",
    standing: Mapping[str, Any] | None = None,
) -> Build:
    """An account whose last visit ended so; `asks` is what its portal wants of a person."""
    told = {"error_said": said, "error_step": step, "error_detail": dict(detail or {})}

    def build(session: Session, name: str) -> int:
        made = visits.account(session, name, **(standing or {}))
        visits.history(session, made, days=20)
        last = visits.run(session, made, state, hours=2, error=error, error_code=code, **told)
        if asks:
            _question(session, last, kind=error, wants=asks, opened_at=NOW)
        return made

    return build


def _asking(wants: str, medium: str, said: str, **more: Any) -> Build:
    """An account whose visit stands before a question with the portal's page open."""
    asked = {"kind": "CodeNeeded", "wants": wants, "medium": medium, "said": said, **more}
    since, until = NOW - timedelta(seconds=30), NOW + timedelta(seconds=252)

    def build(session: Session, name: str) -> int:
        made = visits.account(session, name)
        visits.history(session, made, days=3)
        last = visits.run(session, made, "login", hours=0.01, cause="person", asked_by=1)
        _question(session, last, opened_at=since, expires_at=until, **asked)
        return made

    return build


def _question(session: Session, visit: models.Run, **asked: Any) -> None:
    session.add(models.Challenge(workspace_id=1, account_id=visit.account_id, run_id=visit.id, **asked))


def _running(session: Session, name: str) -> int:
    made = visits.account(session, name)
    visits.history(session, made, days=5)
    last = visits.run(session, made, "listing", hours=0.001, cause="person")
    session.add(models.RunEvent(workspace_id=1, run_id=last.id, at=NOW, step="signing_in", words={}))
    return made


def _trial(session: Session, name: str) -> int:
    made = visits.account(
        session,
        name,
        trial=True,
        baseline_at=None,
        last_success_at=None,
        last_new_at=None,
        last_attempt_at=None,
        next_run_at=None,
    )
    visits.run(session, made, "login", hours=0.001, cause="trial", census=True)
    return made


def _never(session: Session, name: str) -> int:
    return visits.account(
        session,
        name,
        last_success_at=None,
        last_attempt_at=None,
        last_new_at=None,
        baseline_at=None,
        supplier="nimbus",
    )


def _paused(session: Session, name: str) -> int:
    made = visits.account(
        session, name, paused_at=NOW - timedelta(days=2), next_run_at=None, supplier="nimbus"
    )
    visits.history(session, made, days=12)
    return made


def _brought(session: Session, name: str) -> int:
    """An account that nobody visits, with a file of each fate and an address."""
    facts = {"next_run_at": None, "baseline_at": None, "last_attempt_at": None, "masked_login": ""}
    made = visits.account(session, name, supplier="upload", label="Papeterie Durand", origins="", **facts)
    owner = session.get_one(models.Account, made)
    arrivals.make_address(session, owner, "the-secret-of-an-address", made_by=1, now=NOW - timedelta(days=3))
    for n, (channel, why) in enumerate(
        [("push", None), ("push", "html"), ("upload", "known"), ("upload", "")]
    ):
        session.add(
            models.Arrival(
                workspace_id=1,
                account_id=made,
                channel=channel,
                path=f"{n}.arrival",
                sha256="0" * 64,
                size=48_213,
                name=f"Facture n° {n}.pdf",
                arrived_at=NOW - timedelta(hours=n),
                taken_at=None if why is None else NOW,
                document_id=1 if why in ("known", "") else None,
                refused=why or None,
            )
        )
    return made


#: How each account of the company comes to be, by the state that it is in.
STATES: dict[str, Build] = {
    "ok": _fine,
    "ok_nothing_new": _nothing_new,
    "needs_password": _failed(
        "refused",
        "BadCredentials",
        "MOISSON-P101",
        said="Identifiant ou mot de passe incorrect.",
        standing={"refused_version": 1, "next_run_at": None},
    ),
    "needs_code": _failed(
        "waiting", "CodeNeeded", "MOISSON-P104", said="Un code vous a été envoyé au •• •• 42.", asks="code"
    ),
    "needs_consent": _failed(
        "waiting", "ActionNeeded", "MOISSON-P103", asks="terms", detail={"wants": "terms"}
    ),
    "portal_changed": _failed(
        "needs_person",
        "PortalChanged",
        "MOISSON-P301",
        step="the password page",
        detail={"expected": "a field “Mot de passe”", "seen": "a page titled “Bienvenue”"},
    ),
    "portal_down": _failed("retry_at", "PortalDown", "MOISSON-P201"),
    "asks_code": _asking(
        "code",
        "sms",
        "Un code a été envoyé au •• •• 42.",
        tries_left=3,
        resend_at=NOW + timedelta(seconds=20),
    ),
    "asks_approval": _asking("approval", "app", "Confirmez la connexion dans votre application."),
    "asks_link": _asking("link", "email", "We sent a sign-in link to j•••@firm.fr.", tries=1, tries_left=2),
    "running": _running,
    "trial": _trial,
    "never_run": _never,
    "paused": _paused,
    "brought": _brought,
}
