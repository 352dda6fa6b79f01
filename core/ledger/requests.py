"""Suppliers that somebody asks for: a record of this installation, with votes and a state. Nothing of it leaves by itself."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from core.db import models

#: How invoices come today, how one signs in twice, and how far a request has come.
TODAY = ("web", "mail", "api")
SECOND_FACTORS = ("unknown", "none", "sms", "email", "app", "totp")
STATES = ("asked", "being_built", "there")
_UNTOLD = {"website": "", "invoice_page": "", "today": "web", "second_factor": "unknown"}


def slug(name: str) -> str:
    """A name as an id of the catalogue: `Énergie & Cie` is `energie-cie`. Empty when nothing of it can be one."""
    folded = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(c for c in folded if not unicodedata.combining(c))
    return re.sub("[^a-z0-9]+", "-", plain).strip("-")[:40].strip("-")


def ask(
    session: Session,
    workspace_id: int,
    name: str,
    *,
    by: int,
    now: datetime,
    facts: Mapping[str, str | int | None] | None = None,
) -> models.SupplierRequest:
    """The request for this name, made now if it is the first, with the vote of whoever asks.

    `facts`: `website`, `invoice_page`, `today`, `second_factor`, `volume`; what is known already stays.
    """
    known = {fact: value for fact, value in (facts or {}).items() if value}
    asked = request(session, workspace_id, slug(name))
    if asked is None:
        row = {**_UNTOLD, **known, "workspace_id": workspace_id, "slug": slug(name), "name": name}
        asked = models.SupplierRequest(**row, asked_by=by, asked_at=now, state="asked")
        session.add(asked)
        session.flush()
    for fact, value in known.items():
        if getattr(asked, fact) in ("", None, "unknown"):
            setattr(asked, fact, value)
    vote(session, asked, by=by, now=now)
    return asked


def request(session: Session, workspace_id: int, slug: str) -> models.SupplierRequest | None:
    """What was asked of a company under this id."""
    mine = models.SupplierRequest.workspace_id == workspace_id, models.SupplierRequest.slug == slug
    return session.scalar(select(models.SupplierRequest).where(*mine))


def all_of(session: Session, workspace_id: int) -> list[models.SupplierRequest]:
    """Every request of a company, by name."""
    mine = select(models.SupplierRequest).where(models.SupplierRequest.workspace_id == workspace_id)
    return list(session.scalars(mine.order_by(models.SupplierRequest.name)))


def vote(session: Session, asked: models.SupplierRequest, *, by: int, now: datetime) -> None:
    """One person wants it; to want it twice is to want it."""
    if session.get(models.SupplierVote, (asked.id, by)) is None:
        session.add(models.SupplierVote(request_id=asked.id, person_id=by, at=now))
        session.flush()


def withdraw(session: Session, asked: models.SupplierRequest, *, by: int) -> None:
    """One person wants it no more; the record stays."""
    mine = models.SupplierVote.request_id == asked.id, models.SupplierVote.person_id == by
    session.execute(delete(models.SupplierVote).where(*mine))


def wants(session: Session, asked: models.SupplierRequest, person_id: int) -> bool:
    return session.get(models.SupplierVote, (asked.id, person_id)) is not None


def votes(session: Session, workspace_id: int) -> Counter[str]:
    """How many people of a company want each, by its id."""
    rows = session.execute(
        select(models.SupplierRequest.slug, func.count())
        .join(models.SupplierVote, models.SupplierVote.request_id == models.SupplierRequest.id)
        .where(models.SupplierRequest.workspace_id == workspace_id)
        .group_by(models.SupplierRequest.slug)
    )
    return Counter({row[0]: row[1] for row in rows})


def progress(asked: models.SupplierRequest, state: str) -> None:
    """How far it has come: one of `STATES`."""
    if state not in STATES:
        raise ValueError(f"{state!r} is none of {', '.join(STATES)}")
    asked.state = state
