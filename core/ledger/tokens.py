"""By what programs come in: a token that is shown once, of which only the hash is kept, with the scopes that it opens."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.db import models

#: What a token may be made for (`docs/api.md`).
SCOPES = ("payments:write", "documents:read", "documents:write")
#: By its beginning a token is found in a place where it should not be.
MARK = "moisson_"
#: `used_at` moves at most this often, so that a busy program does not write at each call.
_STEP = timedelta(minutes=1)


def make(
    session: Session, workspace_id: int, name: str, scopes: Collection[str], *, by: int | None, now: datetime
) -> tuple[models.ApiToken, str]:
    """A new token and what it says: 32 bytes of chance, given here once. Raises ValueError for a scope that is none."""
    if not scopes or not set(scopes) <= set(SCOPES):
        raise ValueError(f"a token is for some of {', '.join(SCOPES)}")
    token = f"{MARK}{secrets.token_urlsafe(32)}"
    row = models.ApiToken(
        token_hash=_hash(token),
        workspace_id=workspace_id,
        name=" ".join(name.split())[:80],
        scopes=[scope for scope in SCOPES if scope in scopes],
        made_by=by,
        made_at=now,
    )
    session.add(row)
    session.flush()
    return row, token


def of(session: Session, token: str, *, now: datetime) -> models.ApiToken | None:
    """Whose token this is, and the use noted; None for one that is revoked or never was. In a transaction that writes."""
    row = session.scalar(select(models.ApiToken).where(models.ApiToken.token_hash == _hash(token)))
    if row is None or row.revoked_at is not None:
        return None
    if row.used_at is None or now - row.used_at > _STEP:
        row.used_at = now
    return row


def all_of(session: Session, workspace_id: int) -> list[models.ApiToken]:
    """Newest first, the revoked ones too."""
    mine = select(models.ApiToken).where(models.ApiToken.workspace_id == workspace_id)
    return list(session.scalars(mine.order_by(models.ApiToken.id.desc())))


def revoke(session: Session, workspace_id: int, token_id: int, *, now: datetime) -> models.ApiToken | None:
    """From now on it opens nothing. None when it is another company's."""
    row = session.get(models.ApiToken, token_id)
    if row is None or row.workspace_id != workspace_id:
        return None
    row.revoked_at = row.revoked_at or now
    return row


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
