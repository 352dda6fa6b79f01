"""Accounts come, pause, get a new password and go."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from core import nouns
from core.db import models
from core.ledger import budget, runs


class AlreadyThere(ValueError):
    """This login at this supplier is already an account."""

    def __init__(self, account: models.Account) -> None:
        super().__init__(f"already account {account.id}")
        self.account = account


def add_account(
    session: Session,
    *,
    workspace_id: int,
    supplier: str,
    label: str,
    owner_id: int | None,
    masked_login: str,
    login_hash: str,
    origins: tuple[str, ...],
    terms_version: str,
    now: datetime,
    cadence: int = 86_400,
) -> models.Account:
    """A new account on trial; it is stored for good when its first visit ends well. Raises AlreadyThere."""
    refuse_twin(session, workspace_id, supplier, login_hash)
    account = models.Account(
        workspace_id=workspace_id,
        supplier=supplier,
        label=label,
        owner_id=owner_id,
        masked_login=masked_login,
        login_hash=login_hash,
        origins="\n".join(sorted(origins)),
        terms_version=terms_version,
        terms_accepted_at=now,
        cadence=cadence,
        trial=True,
        created_at=now,
    )
    session.add(account)
    session.flush()
    return account


def refuse_twin(
    session: Session, workspace_id: int, supplier: str, login_hash: str, *, but: int | None = None
) -> None:
    """Raises AlreadyThere with the other account of that login, which can still be read after the transaction is gone."""
    twin = session.scalar(
        select(models.Account).where(
            models.Account.workspace_id == workspace_id,
            models.Account.supplier == supplier,
            models.Account.login_hash == login_hash,
            models.Account.id.is_distinct_from(but),
            models.Account.deleted_at.is_(None),
        )
    )
    if twin:
        session.expunge(twin)
        raise AlreadyThere(twin)


def new_credentials(session: Session, account: models.Account, *, asked_by: int | None, now: datetime) -> int:
    """The version to seal the corrected credentials for. Lifts the freeze, grants its sign-in and asks for a visit."""
    account.secret_version += 1
    account.refused_version = None
    budget.grant_login(session, account, granted_by=asked_by, now=now)
    close_challenge(session, account.id, outcome="new_credentials", now=now)
    runs.wish(session, account.workspace_id, "collect", account_id=account.id, asked_by=asked_by, now=now)
    return account.secret_version


def close_challenge(session: Session, account_id: int, *, outcome: str, now: datetime) -> None:
    """A person has answered what the portal asked; the account may visit again."""
    session.execute(
        update(models.Challenge)
        .where(models.Challenge.account_id == account_id, models.Challenge.closed_at.is_(None))
        .values(closed_at=now, outcome=outcome)
    )


def try_again(session: Session, account: models.Account, *, asked_by: int | None, now: datetime) -> None:
    """A person did at the portal what it asked for: the question is closed and a visit asked, with a sign-in of its own."""
    close_challenge(session, account.id, outcome="done_at_the_portal", now=now)
    budget.grant_login(session, account, granted_by=asked_by, now=now)
    runs.wish(session, account.workspace_id, "collect", account_id=account.id, asked_by=asked_by, now=now)


def forget_trial(session: Session, account: models.Account) -> None:
    """*Cancel* during the first visit: no row, no secret, no session is left (the visit finds its lease gone)."""
    session.execute(delete(models.Wish).where(models.Wish.account_id == account.id))
    session.delete(account)


def mark_paused(account: models.Account, *, now: datetime, until: datetime | None = None) -> None:
    account.paused_at, account.paused_until = now, until
    account.next_run_at = until


def resume_account(account: models.Account, *, now: datetime) -> None:
    account.paused_at = account.paused_until = None
    account.next_run_at = now


def remove_account(session: Session, account: models.Account, *, now: datetime) -> None:
    """Destroys secrets and session and stops what runs; invoices and their documents stay."""
    for kind in (models.Credential, models.PortalSession):
        session.execute(delete(kind).where(kind.account_id == account.id))
    visits = select(models.Run.id).where(models.Run.account_id == account.id)
    session.execute(delete(models.Evidence).where(models.Evidence.run_id.in_(visits)))
    session.execute(
        update(models.Run)
        .where(models.Run.account_id == account.id, models.Run.state.in_(nouns.ACTIVE_STATES))
        .values(state=nouns.RunState.CANCELLED, ended_at=now, fence=models.Run.fence + 1)
    )
    close_challenge(session, account.id, outcome="account_removed", now=now)
    account.deleted_at, account.next_run_at = now, None
