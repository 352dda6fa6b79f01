"""A portal that changed is one event, not one per account: the supplier rests, and a single canary account looks again."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from core import ledger, nouns
from core.db import models
from scheduler import policy

LONGEST = timedelta(days=1)


def changed(session: Session, supplier: str, step: str, account_id: int, now: datetime) -> bool:
    """Opens when a second account fails at the same step with no success in between. Gives whether it is open now."""
    open_one = session.get(models.Breaker, supplier)
    if open_one is None and not _another_failed(session, supplier, step, account_id):
        return False
    rest(session, supplier, step, policy.HALF_OPEN_AFTER, now)
    return True


def rest(session: Session, supplier: str, step: str, at_least: timedelta, now: datetime) -> None:
    """Leave the supplier alone; each further failure doubles the rest, up to a day."""
    held = session.get(models.Breaker, supplier)
    if held is None:
        session.add(models.Breaker(supplier=supplier, step=step, opened_at=now, half_open_at=now + at_least))
        return
    longer = max(at_least, min(LONGEST, 2 * (held.half_open_at - held.opened_at)))
    held.opened_at, held.half_open_at, held.canary_id = now, now + longer, None


def _another_failed(session: Session, supplier: str, step: str, account_id: int) -> bool:
    ours = select(models.Account.id).where(models.Account.supplier == supplier)
    success = select(func.max(models.Run.id)).where(
        models.Run.account_id.in_(ours), models.Run.state == nouns.RunState.DONE
    )
    failed = select(models.Run.id).where(
        models.Run.account_id.in_(ours),
        models.Run.account_id != account_id,
        models.Run.error == "PortalChanged",
        models.Run.error_step == step,
        models.Run.id > func.coalesce(success.scalar_subquery(), 0),
    )
    return session.scalar(failed.limit(1)) is not None


def worked(session: Session, supplier: str) -> None:
    """A success closes the breaker; the accounts that waited are due as they were."""
    session.execute(delete(models.Breaker).where(models.Breaker.supplier == supplier))


def send_canaries(session: Session, now: datetime) -> None:
    """One account of each supplier whose rest is over looks whether the portal is known again."""
    for held in session.scalars(select(models.Breaker).where(models.Breaker.half_open_at <= now)):
        canary = session.scalar(
            select(models.Account)
            .where(models.Account.supplier == held.supplier, *ledger.may_go(now))
            .order_by(models.Account.next_run_at)
            .limit(1)
        )
        if canary is None:
            session.delete(held)
        elif ledger.queue_run(session, canary, cause="schedule", now=now):
            canary.next_run_at = ledger.next_visit(now, canary.cadence)
            held.canary_id, held.half_open_at = canary.id, now + policy.HALF_OPEN_AFTER
