"""The only way to what mailboxes, destinations and apps hold: for a round that has its lease, after a durable trace."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import errors, nouns
from core.db import Database, models
from vault import audit, fields, opening, sealing
from vault.keys import Keyring
from vault.redact import Secret

log = structlog.get_logger(__name__)


class FieldOpener:
    """Each opening is two steps, as with an account's: the right is proved and noted in one transaction; then the record opens.

    Raises LeaseLost when the round no longer holds its lease, ActionNeeded (`origins`) when a secret was meant to go
    elsewhere, and VaultError when a record is not the one that was sealed last.
    """

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring

    def of_round(self, of: nouns.Round, *, origins: tuple[str, ...], now: datetime) -> dict[str, Secret]:
        """All that the round's mailbox or destination holds, by field; the newest of each."""
        with self._database.write() as session:
            holder = fields.Holder.of(held(session, of), origins)
            rows = self._noted(session, of, holder, now)
        return {row.field: self._open(holder, row) for row in rows}

    def of_app(
        self, of: nouns.Round, app_id: int, *, origins: tuple[str, ...], now: datetime
    ) -> dict[str, Secret]:
        """What the round's company keeps of its app at a provider."""
        with self._database.write() as session:
            held(session, of)
            app = session.get(models.ProviderApp, app_id)
            if app is None or app.workspace_id != of.workspace_id:
                raise errors.VaultError()
            holder = fields.Holder.of(app, origins)
            rows = self._noted(session, of, holder, now)
        return {row.field: self._open(holder, row) for row in rows}

    def of_consent(
        self, of: nouns.Round, state_hash: str, *, origins: tuple[str, ...], now: datetime
    ) -> tuple[Secret, Secret]:
        """Verifier and code of a consent to the round's mailbox or destination, once: nothing sealed is left afterwards."""
        with self._database.write() as session:
            holder = fields.Holder.of(held(session, of), origins)
            consent = session.get(models.Consent, state_hash)
            if consent is None or (consent.owner, consent.owner_id) != (of.what, of.id) or consent.done_at:
                raise errors.VaultError()
            sealed = {"verifier": consent.verifier or b"", "code": consent.code or b""}
            consent.verifier = consent.code = None
            _note(session, of, holder, "consent.opened", now)
        bound = {part: fields.consent_binding(consent, part, origins) for part in sealed}
        verifier, code = (self._unsealed(bound[part], record, holder.name) for part, record in sealed.items())
        return verifier, code

    def seal(
        self,
        session: Session,
        of: nouns.Round,
        field: str,
        secret: str,
        *,
        origins: tuple[str, ...],
        now: datetime,
    ) -> None:
        """Keep what a partner gave, in the caller's transaction, under the round's fence."""
        holder = fields.Holder.of(held(session, of), origins)
        fields.seal(session, self._keyring.trusted, holder, field, secret, actor=_actor(of), at=now)

    def verify(self) -> list[str]:
        """Which fields do not open, in sentences. Nothing of what opens is kept."""
        with self._database.read() as session:
            return [problem for row in _all(session) for problem in self._problems(session, row)]

    def _noted(
        self, session: Session, of: nouns.Round, holder: fields.Holder, now: datetime
    ) -> list[models.SealedField]:
        rows = _newest(session, holder)
        for row in rows:
            if set(row.origins.splitlines()) != set(holder.origins):
                raise errors.ActionNeeded(step="vault", wants="origins")
            _expect_last_sealed(session, holder, row)
        _note(session, of, holder, "field.opened", now, fields=sorted(row.field for row in rows))
        return rows

    def _problems(self, session: Session, row: models.SealedField) -> Iterator[str]:
        owner: fields.Row | None = session.get(_OWNERS[row.owner], row.owner_id)
        try:
            if owner is None:
                raise errors.VaultError()
            self._open(fields.Holder.of(owner, tuple(row.origins.splitlines())), row)
        except errors.VaultError:
            yield f"the {row.field} of {row.owner} {row.owner_id} does not open"

    def _open(self, holder: fields.Holder, row: models.SealedField) -> Secret:
        return self._unsealed(holder.binding(row.field, row.version), row.record, holder.name)

    def _unsealed(self, binding: sealing.Binding, record: bytes, whose: str) -> Secret:
        try:
            _, key_id, _ = sealing.taken_apart(record)
            return Secret(opening.unseal(self._keyring.private(key_id), binding, record).decode())
        except errors.VaultError:
            log.error("a sealed record does not open", of=whose, field=binding.field.partition(":")[0])
            raise


_OWNERS: dict[str, Any] = {
    "mailbox": models.Mailbox,
    "destination": models.Destination,
    "app": models.ProviderApp,
}


def held(session: Session, of: nouns.Round) -> models.Mailbox | models.Destination:
    """The mailbox or destination that this round holds under its fence."""
    row: models.Mailbox | models.Destination | None
    if of.what == "mailbox":
        row = session.get(models.Mailbox, of.id)
        gone = row is None or row.deleted_at
    else:
        row = session.get(models.Destination, of.id)
        gone = row is None or row.removed_at
    if row is None or gone or row.leased_by is None or row.fence != of.fence:
        raise errors.LeaseLost()
    return row


def _newest(session: Session, holder: fields.Holder) -> list[models.SealedField]:
    """The newest of each field: who corrects a password may leave the rest as it was sealed before."""
    kept = models.SealedField
    mine = (kept.owner == holder.what, kept.owner_id == holder.id, kept.version <= holder.version)
    by_field = {row.field: row for row in session.scalars(select(kept).where(*mine).order_by(kept.version))}
    return list(by_field.values())


def _expect_last_sealed(session: Session, holder: fields.Holder, row: models.SealedField) -> None:
    """The record must be the last that was sealed here: an older one, put back, would open as well."""
    entry = models.AuditEntry
    sealed = (entry.object == holder.name, entry.action == "field.sealed")
    query = select(entry.detail).where(*sealed, entry.detail["field"].as_string() == row.field)
    last = session.scalars(query.order_by(entry.seq.desc()).limit(1)).first()
    if last != sealing.trace(row.field, row.version, row.record):
        raise errors.VaultError()


def _actor(of: nouns.Round) -> str:
    return f"round:{of.what}:{of.id}/{of.fence}"


def _note(
    session: Session, of: nouns.Round, holder: fields.Holder, action: str, now: datetime, **detail: Any
) -> None:
    audit.append(
        session,
        at=now,
        actor=_actor(of),
        action=action,
        object=holder.name,
        workspace_id=holder.workspace,
        detail=detail,
    )


def _all(session: Session) -> Iterator[models.SealedField]:
    yield from session.scalars(select(models.SealedField).execution_options(yield_per=500))
