"""Who is signed in: a random token in a cookie, its hash in the database, rotated at each sign-in."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Request
from sqlalchemy import Select, delete, select, update
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core import nouns
from core.db import models
from web import farm

#: A session ends after this long without a click, and after this long whatever happens (OWASP ASVS 7.3).
IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
#: `seen_at` moves at most this often, so that reading pages does not write.
_STEP = timedelta(minutes=1)


@dataclass(frozen=True)
class Visitor:
    """A signed-in person, in one Workspace, with the role held there."""

    person_id: int
    email: str
    language: str
    workspace_id: int
    workspace: str
    role: nouns.Role
    token_hash: str

    def may(self, *roles: nouns.Role) -> bool:
        return self.role in roles


def open_for(session: Session, person_id: int, workspace_id: int, now: datetime) -> str:
    """A new session's token, which is shown to the browser once and kept nowhere."""
    token = secrets.token_urlsafe(32)
    session.execute(delete(models.WebSession).where(models.WebSession.created_at < now - ABSOLUTE))
    session.add(
        models.WebSession(
            token_hash=farm.here().desk.key.hash_token(token),
            person_id=person_id,
            workspace_id=workspace_id,
            created_at=now,
            seen_at=now,
        )
    )
    return token


def close(session: Session, token_hash: str) -> None:
    session.execute(delete(models.WebSession).where(models.WebSession.token_hash == token_hash))


def visitor_of(token: str | None, *, clicked: bool) -> Visitor | None:
    """Whose token this is; None when it is unknown or over. `clicked` tells a person from a page that refreshes itself."""
    if not token:
        return None
    here, now = farm.here(), farm.here().now()
    hashed = here.desk.key.hash_token(token)
    with here.database.read() as session:
        found = session.execute(_holder(hashed)).first()
    if found is None or not _alive(found[0], now):
        return None
    seen, person, workspace, role = found
    if clicked and now - seen.seen_at > _STEP:
        _touch(hashed, now)
    return Visitor(
        person.id, person.email, person.language, workspace.id, workspace.name, nouns.Role(role), hashed
    )


def _holder(hashed: str) -> Select[models.WebSession, models.Person, models.Workspace, str]:
    return (
        select(models.WebSession, models.Person, models.Workspace, models.Membership.role)
        .join(models.Person, models.Person.id == models.WebSession.person_id)
        .join(models.Workspace, models.Workspace.id == models.WebSession.workspace_id)
        .join(
            models.Membership,
            (models.Membership.person_id == models.WebSession.person_id)
            & (models.Membership.workspace_id == models.WebSession.workspace_id),
        )
        .where(models.WebSession.token_hash == hashed)
    )


def _alive(seen: models.WebSession, now: datetime) -> bool:
    return now - seen.seen_at <= IDLE and now - seen.created_at <= ABSOLUTE


def _touch(hashed: str, now: datetime) -> None:
    with farm.here().database.write() as session:
        session.execute(
            update(models.WebSession).where(models.WebSession.token_hash == hashed).values(seen_at=now)
        )


def cookie_name(request: Request) -> str:
    """Over https the `__Host-` prefix keeps other hosts and paths from planting one."""
    return "__Host-moisson" if request.is_secure else "moisson"


def give(response: Response, request: Request, token: str) -> None:
    response.set_cookie(
        cookie_name(request), token, httponly=True, secure=request.is_secure, samesite="Lax", path="/"
    )


def take_back(response: Response, request: Request) -> None:
    response.delete_cookie(
        cookie_name(request), httponly=True, secure=request.is_secure, samesite="Lax", path="/"
    )
