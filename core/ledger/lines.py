"""The ledger proper: every line a portal ever listed. New means: not in here. Decided by identity, never by date."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import nouns
from core.db import models
from core.ledger import runs
from core.ledger.cents import minor
from core.ledger.known import known_lines


def note_baseline(
    session: Session,
    run_id: int,
    fence: int,
    account: models.Account,
    lines: Iterable[nouns.Listed],
    *,
    now: datetime,
) -> int:
    """The census: these lines are noted and left at the portal. Gives how many were not noted before."""
    runs.guard(session, run_id, fence)
    before = known_lines(session, account)
    fresh = {(line.contract.portal_id, line.identity): line for line in lines if before.is_new(line)}
    for line in fresh.values():
        row_of(session, run_id, account, line, now=now).baseline = True
    return len(fresh)


def hold(
    session: Session,
    run_id: int,
    fence: int,
    account: models.Account,
    listed: nouns.Listed,
    why: str,
    *,
    now: datetime,
) -> None:
    """This line did not come home; it is not lost: the next visit tries again."""
    runs.guard(session, run_id, fence)
    row = row_of(session, run_id, account, listed, now=now)
    row.held_times = row.held_times + 1 if row.held_for == why else 1
    row.held_for = why


def baseline(session: Session, workspace_id: int, account_id: int) -> list[tuple[models.ListedRow, str]]:
    """What was at the portal before, newest first, each with its contract's label."""
    rows = session.execute(
        select(models.ListedRow, models.ContractRow.label)
        .join(models.ContractRow, models.ContractRow.id == models.ListedRow.contract_id)
        .where(
            models.ListedRow.workspace_id == workspace_id,
            models.ListedRow.account_id == account_id,
            models.ListedRow.baseline,
        )
        .order_by(models.ListedRow.date.desc(), models.ListedRow.id)
    )
    return [(row, label) for row, label in rows]


def row_of(
    session: Session, run_id: int, account: models.Account, listed: nouns.Listed, *, now: datetime
) -> models.ListedRow:
    """This line's row, made when it is listed for the first time."""
    contract = _contract(session, account, listed.contract)
    row = session.scalar(
        select(models.ListedRow).where(
            models.ListedRow.contract_id == contract.id, models.ListedRow.identity == listed.identity
        )
    )
    if row is None:
        row = models.ListedRow(
            workspace_id=account.workspace_id,
            account_id=account.id,
            contract_id=contract.id,
            identity=listed.identity,
            baseline=False,
            seen_at=now,
            held_times=0,
            run_id=run_id,
        )
        tell(row, listed)
        session.add(row)
        session.flush()
    return row


def tell(row: models.ListedRow, listed: nouns.Listed) -> None:
    """The line as the portal shows it now; what it does not tell any more stays as it was."""
    row.number = listed.number or row.number
    row.date, row.precision = (
        (listed.date, listed.precision) if listed.date else (row.date, row.precision or listed.precision)
    )
    if listed.total:
        row.total_minor, row.currency = minor(listed.total), listed.total.currency
    row.kind, row.mark = listed.kind, listed.mark or row.mark


def _contract(session: Session, account: models.Account, contract: nouns.Contract) -> models.ContractRow:
    row = session.scalar(
        select(models.ContractRow).where(
            models.ContractRow.account_id == account.id, models.ContractRow.portal_id == contract.portal_id
        )
    )
    if row is None:
        row = models.ContractRow(
            workspace_id=account.workspace_id,
            account_id=account.id,
            portal_id=contract.portal_id,
            label=contract.label,
        )
        session.add(row)
        session.flush()
    return row
