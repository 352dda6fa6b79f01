"""The only way to a secret: for a run that holds its lease, after a durable trace. No other function shows one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import errors, nouns
from core.db import Database, models
from vault import audit, sealing
from vault.keys import Keyring
from vault.redact import Secret

log = structlog.get_logger(__name__)

#: A run in one of these states has been leased and has not ended.
VISITING = tuple(state for state in nouns.ACTIVE_STATES if state != nouns.RunState.QUEUED)

#: The field that the portal's own session is sealed as.
SESSION = "portal session"

Sealed = models.Credential | models.PortalSession


@dataclass(frozen=True, slots=True)
class Kept:
    """What the portal gave us; `signed_in_at` None when only a failed sign-in left it, such as a device that is trusted."""

    state: bytes = field(repr=False)
    signed_in_at: datetime | None


class Opener:
    """Each opening is two steps: the right to it is proved and noted in one committed transaction; then the record opens.

    Raises LeaseLost when the run no longer holds its account, ActionNeeded (`origins`) when the supplier now signs in
    elsewhere, and VaultError when a record is not the one that was sealed.
    """

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring

    def credentials_for_run(
        self, run_id: int, fence: int, *, origins: tuple[str, ...], now: datetime
    ) -> dict[str, Secret]:
        """What signs in, by field. Raises BadCredentials for a version that the portal has refused."""
        with self._database.write() as session:
            account = _visited(session, run_id, fence)
            _expect_origins(account, origins)
            if account.secret_version == account.refused_version:
                raise errors.BadCredentials(step="vault")
            rows = _credentials(session, account)
            for row in rows:
                _expect_last_sealed(session, row)
            fields = sorted(row.field for row in rows)
            _note(session, account, run_id, "credential.opened", now, fields=fields)
        return {row.field: Secret(self._open(account, row).decode()) for row in rows}

    def proxy_for_run(
        self, run_id: int, fence: int, *, origins: tuple[str, ...], now: datetime
    ) -> Secret | None:
        """The account's own way out, with its login; None for an account that has none."""
        with self._database.write() as session:
            account = _visited(session, run_id, fence)
            _expect_origins(account, origins)
            rows = [row for row in _newest(session, account) if row.field == sealing.PROXY]
            for row in rows:
                _expect_last_sealed(session, row)
                _note(session, account, run_id, "proxy.opened", now)
        return Secret(self._open(account, rows[0]).decode()) if rows else None

    def session_for_run(
        self, run_id: int, fence: int, *, origins: tuple[str, ...], now: datetime
    ) -> Kept | None:
        """What the portal gave us the last time, or None. What older credentials signed in with is not taken up again."""
        with self._database.write() as session:
            account = _visited(session, run_id, fence)
            _expect_origins(account, origins)
            row = session.get(models.PortalSession, account.id)
            if row is None or (row.version != account.secret_version and row.signed_in_at):
                return None
            _expect_last_sealed(session, row)
            _note(session, account, run_id, "session.opened", now)
        return Kept(self._open(account, row), row.signed_in_at)

    def answer_for_run(
        self, run_id: int, fence: int, wish_id: int, *, origins: tuple[str, ...], now: datetime
    ) -> Secret:
        """What a person answered to the question of this run, once: nothing sealed is left of it afterwards."""
        with self._database.write() as session:
            account = _visited(session, run_id, fence)
            _expect_origins(account, origins)
            wish = _expect_answer(session, account, run_id, wish_id)
            record, wish.sealed = wish.sealed or b"", None
            wish.done_at, wish.outcome = now, "taken"
            challenge = wish.challenge_id or 0
            _note(session, account, run_id, "answer.opened", now, challenge=challenge, wish=wish.id)
        binding = sealing.answer_binding(account, challenge)
        return Secret(self._unsealed(account, binding, record).decode())

    def seal_session(
        self,
        run_id: int,
        fence: int,
        state: bytes,
        *,
        origins: tuple[str, ...],
        now: datetime,
        signed_in_at: datetime | None,
    ) -> None:
        """Keep what the portal gave us, in the place of what it gave before. `signed_in_at` None: it did not let us in."""
        with self._database.write() as session:
            account = _visited(session, run_id, fence)
            _expect_origins(account, origins)
            key = sealing.active_key(session, account.workspace_id)
            binding = sealing.Binding.of(account, SESSION, account.secret_version)
            record = sealing.seal(key, self._keyring.trusted, binding, state)
            owner = {"account_id": account.id, "workspace_id": account.workspace_id}
            session.merge(
                models.PortalSession(
                    **owner,
                    version=binding.version,
                    record=record,
                    saved_at=now,
                    signed_in_at=signed_in_at,
                )
            )
            _note(
                session,
                account,
                run_id,
                "session.sealed",
                now,
                **sealing.trace(SESSION, binding.version, record),
            )

    def verify(self, *, now: datetime) -> list[str]:
        """Which records do not open, in sentences. Nothing of what opens is kept; that it was done is on record."""
        with self._database.write() as session:
            audit.append(session, at=now, actor="command", action="vault.verified", object="vault")
        with self._database.read() as session:
            return [
                problem for account, row in _all_sealed(session) for problem in self._problems(account, row)
            ]

    def _problems(self, account: models.Account, row: Sealed) -> Iterator[str]:
        try:
            self._open(account, row)
        except errors.VaultError:
            yield f"the {_field(row)} of account {account.id} does not open"

    def _open(self, account: models.Account, row: Sealed) -> bytes:
        return self._unsealed(account, sealing.Binding.of(account, _field(row), row.version), row.record)

    def _unsealed(self, account: models.Account, binding: sealing.Binding, record: bytes) -> bytes:
        try:
            _, key_id, _ = sealing.taken_apart(record)
            return unseal(self._keyring.private(key_id), binding, record)
        except errors.VaultError:
            log.error(
                "a sealed record does not open",
                account=account.id,
                field=binding.field,
                version=binding.version,
            )
            raise


def unseal(private: X25519PrivateKey, binding: sealing.Binding, record: bytes) -> bytes:
    """What `sealing.seal` was given. Raises VaultError, the same for every reason."""
    suite, key_id, sealed = sealing.taken_apart(record)
    try:
        framed = sealing.SUITES[suite].decrypt(sealed, private, info=binding.info(suite, key_id))
    except (InvalidTag, ValueError):
        raise errors.VaultError() from None
    size = int.from_bytes(framed[:4])
    return framed[4 : 4 + size]


def _visited(session: Session, run_id: int, fence: int) -> models.Account:
    """The account that this run holds under this fence."""
    run, account = models.Run, models.Account
    query = (
        select(account)
        .join(run, (run.workspace_id == account.workspace_id) & (run.account_id == account.id))
        .where(run.id == run_id, run.fence == fence, run.state.in_(VISITING), account.deleted_at.is_(None))
    )
    held = session.scalar(query)
    if held is None:
        raise errors.LeaseLost()
    return held


def _expect_origins(account: models.Account, origins: tuple[str, ...]) -> None:
    """A secret goes only where it was meant to go when it was typed in."""
    if set(origins) != set(account.origins.splitlines()):
        raise errors.ActionNeeded(step="vault", wants="origins")


def _credentials(session: Session, account: models.Account) -> list[models.Credential]:
    """What signs in, the account's proxy aside."""
    found = [row for row in _newest(session, account) if row.field != sealing.PROXY]
    if not found:
        raise errors.VaultError()
    return found


def _newest(session: Session, account: models.Account) -> list[models.Credential]:
    """The newest of each field: who corrects a password may leave the login as it was sealed before."""
    kept = models.Credential
    mine = (kept.account_id == account.id, kept.version <= account.secret_version)
    newest = {row.field: row for row in session.scalars(select(kept).where(*mine).order_by(kept.version))}
    return list(newest.values())


def _expect_answer(session: Session, account: models.Account, run_id: int, wish_id: int) -> models.Wish:
    """A wish that nobody has taken yet, for the question with which this very run waits."""
    wish, challenge = models.Wish, models.Challenge
    query = select(wish).join(challenge, challenge.id == wish.challenge_id)
    mine = (challenge.account_id == account.id, challenge.run_id == run_id, challenge.closed_at.is_(None))
    found = session.scalar(
        query.where(wish.id == wish_id, wish.kind == "answer", wish.done_at.is_(None), *mine)
    )
    if found is None:
        raise errors.VaultError()
    return found


def _expect_last_sealed(session: Session, row: Sealed) -> None:
    """The record must be the last that was sealed here: an older one, put back, would open as well."""
    entry, field = models.AuditEntry, _field(row)
    action = "credential.sealed" if isinstance(row, models.Credential) else "session.sealed"
    query = (
        select(entry.detail)
        .where(entry.object == f"account:{row.account_id}", entry.action == action)
        .where(entry.detail["field"].as_string() == field)
        .order_by(entry.seq.desc())
    )
    if session.scalars(query.limit(1)).first() != sealing.trace(field, row.version, row.record):
        raise errors.VaultError()


def _note(
    session: Session, account: models.Account, run_id: int, action: str, now: datetime, **detail: Any
) -> None:
    audit.append(
        session,
        at=now,
        actor=f"run:{run_id}",
        action=action,
        object=f"account:{account.id}",
        workspace_id=account.workspace_id,
        detail=detail,
    )


def _field(row: Sealed) -> str:
    return row.field if isinstance(row, models.Credential) else SESSION


def _all_sealed(session: Session) -> Iterator[tuple[models.Account, Sealed]]:
    tables: tuple[Any, ...] = (models.Credential, models.PortalSession)
    for table in tables:
        rows = select(models.Account, table).join(table, table.account_id == models.Account.id)
        yield from session.execute(rows.execution_options(yield_per=500))
