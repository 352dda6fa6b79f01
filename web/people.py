"""Who may sign in: the first admin, made once, and the check of a password (Argon2id)."""

from __future__ import annotations

from datetime import datetime
from functools import cache

import argon2
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core import nouns
from core.db import models
from web import farm

#: Length is what makes a passphrase strong; no other rule is asked (NIST SP 800-63B 3.1.1).
SHORTEST = 12
_HASHER = argon2.PasswordHasher()


class SetUpAlready(Exception):
    """Somebody has set this farm up before."""


def exist() -> bool:
    """Whether anybody can sign in yet."""
    with farm.here().database.read() as session:
        return session.scalar(select(models.Person.id).limit(1)) is not None


def set_up(email: str, password: str, language: str) -> tuple[int, int]:
    """The first admin and the Workspace, as (person, workspace). Raises SetUpAlready: two at once make one."""
    here, hashed = farm.here(), _HASHER.hash(password)
    try:
        with here.database.write() as session:
            # The primary key of this row is what makes it happen once.
            session.add(models.Installation(name="set_up_at", value=here.now().isoformat()))
            session.flush()
            return _first_admin(session, email, hashed, language, here.now())
    except IntegrityError:
        raise SetUpAlready from None


def _first_admin(session: Session, email: str, hashed: str, language: str, now: datetime) -> tuple[int, int]:
    workspace = session.scalar(select(models.Workspace).order_by(models.Workspace.id).limit(1))
    if workspace is None:
        workspace = models.Workspace(name="Moisson", created_at=now)
        session.add(workspace)
    person = models.Person(email=normal(email), password_hash=hashed, language=language, created_at=now)
    session.add(person)
    session.flush()
    session.add(
        models.Membership(workspace_id=workspace.id, person_id=person.id, role=nouns.Role.ADMIN.value)
    )
    return person.id, workspace.id


def check(email: str, password: str) -> tuple[int, int] | None:
    """The person and their first Workspace, or None. An unknown address takes as long as a wrong password."""
    with farm.here().database.read() as session:
        found = session.execute(
            select(models.Person, models.Membership.workspace_id)
            .join(models.Membership, models.Membership.person_id == models.Person.id)
            .where(models.Person.email == normal(email))
            .order_by(models.Membership.workspace_id)
        ).first()
    try:
        _HASHER.verify(found[0].password_hash if found else _nobody(), password)
    except argon2.exceptions.VerificationError:
        return None
    return (found[0].id, found[1]) if found else None


@cache
def _nobody() -> str:
    return _HASHER.hash("nobody has this password")


def normal(email: str) -> str:
    return email.strip().lower()


def of_workspace(session: Session, workspace_id: int) -> list[models.Person]:
    """Those who can own an account, by address."""
    return list(
        session.scalars(
            select(models.Person)
            .join(models.Membership, models.Membership.person_id == models.Person.id)
            .where(models.Membership.workspace_id == workspace_id)
            .order_by(models.Person.email)
        )
    )


def named(session: Session, person_id: int | None) -> str:
    """A person's address, or nothing when there is none."""
    person = session.get(models.Person, person_id) if person_id else None
    return person.email if person else ""


def speak(person_id: int, language: str) -> None:
    """Remember the language a person has chosen."""
    with farm.here().database.write() as session:
        session.get_one(models.Person, person_id).language = language


def companies(session: Session, person_id: int) -> dict[int, str]:
    """Where a person may make things run, by id: those in which they are admin or finance."""
    acting = models.Membership.role.in_((nouns.Role.ADMIN.value, nouns.Role.FINANCE.value))
    mine = (
        select(models.Workspace)
        .join(models.Membership, models.Membership.workspace_id == models.Workspace.id)
        .where(models.Membership.person_id == person_id, acting)
    )
    return {one.id: one.name for one in session.scalars(mine.order_by(models.Workspace.id))}
