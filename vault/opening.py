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

from core import errors
from core.db import Database, models
from vault import audit, rights, sealing
from vault.keys import Keyring
from vault.redact import Secret

log = structlog.get_logger(__name__)


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
            account = rights.visited(session, run_id, fence, origins)
            if account.secret_version == account.refused_version:
                raise errors.BadCredentials(step="vault")
            rows = rights.credentials(session, account)
            for row in rows:
                rights.expect_last_sealed(session, row)
            rights.tried(session, run_id, account)
            fields = sorted(row.field for row in rows)
            _note(session, account, run_id, "credential.opened", now, fields=fields)
        return {row.field: Secret(self._open(account, row).decode()) for row in rows}

    def proxy_for_run(
        self, run_id: int, fence: int, *, origins: tuple[str, ...], now: datetime
    ) -> Secret | None:
        """The account's own way out, with its login; None for an account that has none."""
        with self._database.write() as session:
            account = rights.visited(session, run_id, fence, origins)
            rows = [row for row in rights.newest(session, account) if row.field == sealing.PROXY]
            for row in rows:
                rights.expect_last_sealed(session, row)
                _note(session, account, run_id, "proxy.opened", now)
        return Secret(self._open(account, rows[0]).decode()) if rows else None

    def session_for_run(
        self, run_id: int, fence: int, *, origins: tuple[str, ...], now: datetime
    ) -> Kept | None:
        """What the portal gave us the last time, or None. What older credentials signed in with is not taken up again."""
        with self._database.write() as session:
            account = rights.visited(session, run_id, fence, origins)
            row = session.get(models.PortalSession, account.id)
            if row is None or (row.version != account.secret_version and row.signed_in_at):
                return None
            rights.expect_last_sealed(session, row)
            _note(session, account, run_id, "session.opened", now)
        return Kept(self._open(account, row), row.signed_in_at)

    def answer_for_run(
        self, run_id: int, fence: int, wish_id: int, *, origins: tuple[str, ...], now: datetime
    ) -> Secret:
        """What a person answered to the question of this run, once: nothing sealed is left of it afterwards."""
        with self._database.write() as session:
            account = rights.visited(session, run_id, fence, origins)
            wish = rights.answer(session, account, run_id, wish_id)
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
            account = rights.visited(session, run_id, fence, origins)
            key = sealing.active_key(session, account.workspace_id)
            binding = sealing.Binding.of(account, rights.SESSION, account.secret_version)
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
                **sealing.trace(rights.SESSION, binding.version, record),
            )

    def verify(self, *, now: datetime) -> list[str]:
        """Which records do not open, in sentences. Nothing of what opens is kept; that it was done is on record."""
        with self._database.write() as session:
            audit.append(session, at=now, actor="command", action="vault.verified", object="vault")
        with self._database.read() as session:
            return [
                problem for account, row in _all_sealed(session) for problem in self._problems(account, row)
            ]

    def _problems(self, account: models.Account, row: rights.Sealed) -> Iterator[str]:
        try:
            self._open(account, row)
        except errors.VaultError:
            yield f"the {rights.field(row)} of account {account.id} does not open"

    def _open(self, account: models.Account, row: rights.Sealed) -> bytes:
        return self._unsealed(
            account, sealing.Binding.of(account, rights.field(row), row.version), row.record
        )

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


def _all_sealed(session: Session) -> Iterator[tuple[models.Account, rights.Sealed]]:
    tables: tuple[Any, ...] = (models.Credential, models.PortalSession)
    for table in tables:
        rows = select(models.Account, table).join(table, table.account_id == models.Account.id)
        yield from session.execute(rows.execution_options(yield_per=500))
