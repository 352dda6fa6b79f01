"""How often a password may be typed. The count is written before the password is handed out, so that a crash loop cannot lock an account."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core import errors
from core.db import models

WINDOW = timedelta(hours=24)
#: Sign-ins of one account in the window, whoever asked; automatic runs may use all but the last.
AT_MOST = 3
KEPT_FOR_A_PERSON = 1


def remaining_logins(
    session: Session, account: models.Account, *, lock_limit: int, automatic: bool, now: datetime
) -> int:
    """Sign-ins left in the last 24 hours. `lock_limit` is the number of bad passwords after which the supplier locks."""
    granted = _lately(session, models.LoginGrant, account, now)
    allowed = max(1, min(AT_MOST, lock_limit - 2)) + granted
    kept = KEPT_FOR_A_PERSON if automatic and allowed > 1 else 0
    return max(0, allowed - kept - _lately(session, models.LoginAttempt, account, now))


def _lately(
    session: Session,
    kind: type[models.LoginAttempt | models.LoginGrant],
    account: models.Account,
    now: datetime,
) -> int:
    counted = (
        select(func.count()).select_from(kind).where(kind.account_id == account.id, kind.at > now - WINDOW)
    )
    return session.scalar(counted) or 0


def grant_login(session: Session, account: models.Account, *, granted_by: int | None, now: datetime) -> None:
    """A person wants one more sign-in than the budget gives."""
    session.add(
        models.LoginGrant(
            workspace_id=account.workspace_id, account_id=account.id, at=now, granted_by=granted_by
        )
    )


def give_back_login(session: Session, run: models.Run) -> None:
    """The run's last sign-in ended before any secret was typed: the supplier has counted nothing either."""
    if last := last_login(session, run.id):
        session.delete(last)


def last_login(session: Session, run_id: int) -> models.LoginAttempt | None:
    """The run's last sign-in; None when it made none."""
    question = select(models.LoginAttempt).where(models.LoginAttempt.run_id == run_id)
    return session.scalars(question.order_by(models.LoginAttempt.id.desc())).first()


def count_login(
    session: Session, account: models.Account, run: models.Run, *, lock_limit: int, now: datetime
) -> None:
    """Count one sign-in. Raises BudgetSpent when none is left; the password must not be opened then."""
    automatic = run.cause == "schedule"
    if remaining_logins(session, account, lock_limit=lock_limit, automatic=automatic, now=now) < 1:
        raise errors.BudgetSpent
    session.add(
        models.LoginAttempt(
            workspace_id=account.workspace_id,
            account_id=account.id,
            run_id=run.id,
            at=now,
            automatic=automatic,
            secret_version=account.secret_version,
        )
    )
