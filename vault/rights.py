"""The right to a secret, proved in the transaction that notes the opening: the lease, the origins, the last record sealed."""

from __future__ import annotations

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from core import errors, nouns
from core.db import models
from vault import sealing

#: A run in one of these states has been leased and has not ended.
VISITING = tuple(state for state in nouns.ACTIVE_STATES if state != nouns.RunState.QUEUED)

#: The field that the portal's own session is sealed as.
SESSION = "portal session"

Sealed = models.Credential | models.PortalSession


def visited(session: Session, run_id: int, fence: int, origins: tuple[str, ...]) -> models.Account:
    """The account that this run holds under this fence. A secret goes only where it was meant to go when it was typed in."""
    run, account = models.Run, models.Account
    query = (
        select(account)
        .join(run, (run.workspace_id == account.workspace_id) & (run.account_id == account.id))
        .where(run.id == run_id, run.fence == fence, run.state.in_(VISITING), account.deleted_at.is_(None))
    )
    held = session.scalar(query)
    if held is None:
        raise errors.LeaseLost()
    if set(origins) != set(held.origins.splitlines()):
        raise errors.ActionNeeded(step="vault", wants="origins")
    return held


def credentials(session: Session, account: models.Account) -> list[models.Credential]:
    """What signs in, the account's proxy aside."""
    found = [row for row in newest(session, account) if row.field != sealing.PROXY]
    if not found:
        raise errors.VaultError()
    return found


def tried(session: Session, run_id: int, account: models.Account) -> None:
    """What the run's last sign-in is of: a person may have corrected the account since it was counted."""
    attempt = models.LoginAttempt
    last = select(func.max(attempt.id)).where(attempt.run_id == run_id).scalar_subquery()
    session.execute(update(attempt).where(attempt.id == last).values(secret_version=account.secret_version))


def newest(session: Session, account: models.Account) -> list[models.Credential]:
    """The newest of each field: who corrects a password may leave the login as it was sealed before."""
    kept = models.Credential
    mine = (kept.account_id == account.id, kept.version <= account.secret_version)
    by_field = {row.field: row for row in session.scalars(select(kept).where(*mine).order_by(kept.version))}
    return list(by_field.values())


def answer(session: Session, account: models.Account, run_id: int, wish_id: int) -> models.Wish:
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


def expect_last_sealed(session: Session, row: Sealed) -> None:
    """The record must be the last that was sealed here: an older one, put back, would open as well."""
    entry, its = models.AuditEntry, field(row)
    action = "credential.sealed" if isinstance(row, models.Credential) else "session.sealed"
    query = (
        select(entry.detail)
        .where(entry.object == f"account:{row.account_id}", entry.action == action)
        .where(entry.detail["field"].as_string() == its)
        .order_by(entry.seq.desc())
    )
    if session.scalars(query.limit(1)).first() != sealing.trace(its, row.version, row.record):
        raise errors.VaultError()


def field(row: Sealed) -> str:
    return row.field if isinstance(row, models.Credential) else SESSION
