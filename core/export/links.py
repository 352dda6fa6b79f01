"""Addresses for the accountant: one month, to read, without a password, until it ends or somebody closes it."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.db import models
from core.export.month import Span

LASTS = timedelta(days=14)


def make(
    session: Session, workspace_id: int, span: Span, *, by: int | None, now: datetime
) -> tuple[models.ExportLink, str]:
    """A new one and its token: 32 bytes of chance, given here once."""
    token = secrets.token_urlsafe(32)
    link = models.ExportLink(
        token_hash=_hash(token),
        workspace_id=workspace_id,
        first_on=span.first,
        made_by=by,
        made_at=now,
        ends_at=now + LASTS,
    )
    session.add(link)
    session.flush()
    return link, token


def of(session: Session, token: str, *, now: datetime) -> models.ExportLink | None:
    """None for one that has ended, was closed, or never was."""
    link = session.scalar(select(models.ExportLink).where(models.ExportLink.token_hash == _hash(token)))
    return link if link and link.revoked_at is None and now < link.ends_at else None


def open_of(session: Session, workspace_id: int, *, now: datetime) -> list[models.ExportLink]:
    """Those of a company that still open something, the newest first."""
    link = models.ExportLink
    mine = link.workspace_id == workspace_id, link.revoked_at.is_(None), link.ends_at > now
    return list(session.scalars(select(link).where(*mine).order_by(link.id.desc())))


def revoke(session: Session, workspace_id: int, link_id: int, *, now: datetime) -> models.ExportLink | None:
    """From now on it opens nothing. None when it is another company's."""
    link = session.get(models.ExportLink, link_id)
    if link is None or link.workspace_id != workspace_id:
        return None
    link.revoked_at = link.revoked_at or now
    return link


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
