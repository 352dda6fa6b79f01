"""Secrets that destinations hold: sealed for the worker alone; and the one that the farm makes itself, shown once and changed without a gap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.db import models
from core.export import catalogue
from core.export.kinds import Field
from vault import fields
from web import farm


def held(session: Session, row: models.Destination, field: Field) -> Sequence[tuple[str, datetime]]:
    """What is sealed of it: under which name and since when, the newest first."""
    kept = models.SealedField
    mine = (kept.owner == "destination", kept.owner_id == row.id, kept.field.in_(field.names))
    newest = select(kept.field, kept.sealed_at).where(*mine).order_by(kept.version.desc())
    found: dict[str, datetime] = {}
    for name, since in session.execute(newest):
        found.setdefault(name, since)
    return list(found.items())


def seal(
    session: Session, row: models.Destination, secrets: Mapping[str, str], *, by: int, now: datetime
) -> None:
    """All of them under a new version. Raises VaultClosed, VaultError."""
    kind = catalogue.known(row.kind)
    if not secrets or kind is None:
        return
    row.secret_version += 1
    session.flush()
    holder, trusted = fields.Holder.of(row, kind.origins(row)), farm.here().desk.trusted()
    for name, secret in secrets.items():
        fields.seal(session, trusted, holder, name, secret, actor=f"person:{by}", by=by, at=now)


def make(session: Session, row: models.Destination, field: Field, *, by: int, now: datetime) -> str:
    """A new one, in the place that is free or else the older's: the last one before it goes on beside it. Raises VaultClosed, VaultError."""
    assert field.made  # noqa: S101 - only such a field is made
    living, secret = held(session, row, field), field.made()
    newest = living[0][0] if living else ""
    name = next(one for one in field.names if one != newest)
    seal(session, row, {name: secret}, by=by, now=now)
    return secret


def end_former(session: Session, row: models.Destination, field: Field, *, by: int, now: datetime) -> None:
    """Only the newest goes on."""
    for name, _ in held(session, row, field)[1:]:
        fields.end(session, row, name, actor=f"person:{by}", at=now)
