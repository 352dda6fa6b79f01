"""What mailboxes, destinations and apps at providers hold: each field sealed for the worker alone. Nothing here can open one.

The record is that of an account's credentials. What stands for the supplier is `mailbox/imap` or `destination/xero`: no
supplier's id has a slash, so no record of one kind ever opens in the place of another.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core.db import models
from vault import audit, sealing

Row = models.Mailbox | models.Destination | models.ProviderApp

_WHAT: dict[type[Row], str] = {
    models.Mailbox: "mailbox",
    models.Destination: "destination",
    models.ProviderApp: "app",
}


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose a field is, and where it may be sent: `origins`, such as `https://api.xero.com`, `imaps://imap.firm.fr:993`."""

    workspace: int
    what: str
    id: int
    kind: str
    version: int
    origins: tuple[str, ...]

    @classmethod
    def of(cls, row: Row, origins: tuple[str, ...]) -> Self:
        kind = row.provider if isinstance(row, models.ProviderApp) else row.kind
        return cls(row.workspace_id, _WHAT[type(row)], row.id, kind, row.secret_version, origins)

    @property
    def name(self) -> str:
        """As the audit calls it."""
        return f"{self.what}:{self.id}"

    def binding(self, field: str, version: int) -> sealing.Binding:
        """What a field of it belongs to."""
        supplier = f"{self.what}/{self.kind}"
        return sealing.Binding(self.workspace, self.id, supplier, field, version, self.origins)


def seal(
    session: Session,
    trusted: sealing.TrustedKey,
    holder: Holder,
    field: str,
    secret: str,
    *,
    actor: str,
    by: int | None = None,
    at: datetime,
) -> models.SealedField:
    """Seal one field, in the place of what it held in this version; the trace that opening asks for goes along.

    Raises VaultClosed while there is no key to seal with, VaultError when the key is not the worker's own.
    """
    key = sealing.active_key(session, holder.workspace)
    record = sealing.seal(key, trusted, holder.binding(field, holder.version), secret)
    row = _kept(session, holder, field) or models.SealedField(
        workspace_id=holder.workspace,
        owner=holder.what,
        owner_id=holder.id,
        field=field,
        version=holder.version,
    )
    row.origins, row.record = "\n".join(sorted(holder.origins)), record
    row.sealed_at, row.sealed_by = at, by
    session.add(row)
    _note(session, holder, "field.sealed", actor, at, sealing.trace(field, holder.version, record))
    return row


def forget(session: Session, row: Row, *, actor: str, at: datetime) -> None:
    """Destroy all that it holds; a consent or a round that is under way comes to nothing."""
    holder, kept, consent = Holder.of(row, ()), models.SealedField, models.Consent
    if not isinstance(row, models.ProviderApp):
        row.leased_by, row.fence = None, row.fence + 1
    session.execute(delete(kept).where(kept.owner == holder.what, kept.owner_id == holder.id))
    session.execute(delete(consent).where(consent.owner == holder.what, consent.owner_id == holder.id))
    _note(session, holder, "fields.forgotten", actor, at, {})


def end(session: Session, row: Row, field: str, *, actor: str, at: datetime) -> None:
    """Destroy what is sealed under one field, in every version; the rest stays."""
    holder, kept = Holder.of(row, ()), models.SealedField
    mine = (kept.owner == holder.what, kept.owner_id == holder.id, kept.field == field)
    session.execute(delete(kept).where(*mine))
    _note(session, holder, "field.forgotten", actor, at, {"field": field})


def holds(session: Session, row: Row, field: str) -> datetime | None:
    """Since when something is sealed there; None is nothing."""
    kept, holder = models.SealedField, Holder.of(row, ())
    mine = (kept.owner == holder.what, kept.owner_id == holder.id, kept.field == field)
    return session.scalar(
        select(kept.sealed_at).where(*mine, kept.version <= holder.version).order_by(kept.version.desc())
    )


def consent_binding(consent: models.Consent, part: str, origins: tuple[str, ...]) -> sealing.Binding:
    """What the verifier or the code of one consent belongs to."""
    supplier, field = f"consent/{consent.provider}", f"{part}:{consent.state_hash}"
    return sealing.Binding(consent.workspace_id, consent.owner_id, supplier, field, 1, origins)


def _kept(session: Session, holder: Holder, field: str) -> models.SealedField | None:
    kept = models.SealedField
    mine = (kept.owner == holder.what, kept.owner_id == holder.id)
    return session.scalar(select(kept).where(*mine, kept.field == field, kept.version == holder.version))


def _note(
    session: Session, holder: Holder, action: str, actor: str, at: datetime, detail: dict[str, object]
) -> None:
    audit.append(
        session,
        at=at,
        actor=actor,
        action=action,
        object=holder.name,
        workspace_id=holder.workspace,
        detail=detail,
    )
