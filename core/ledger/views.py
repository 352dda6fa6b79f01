"""What the pages ask of the ledger: accounts with their state, a run with its steps. Few queries, whatever the size."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import extract, func, or_, select
from sqlalchemy.orm import Session

from core import nouns
from core.db import models
from core.ledger import past, standing


@dataclass(frozen=True)
class AccountView:
    """An Account as a page shows it; `last_runs` newest first, at most 30."""

    account: models.Account
    state: nouns.AccountState
    last_runs: Sequence[past.Past]
    open_challenge: models.Challenge | None
    held: int
    new_this_month: int
    #: Median of documents a month over the months since the first one; None before there is a whole month.
    usual_per_month: float | None


def accounts_with_state(session: Session, workspace_id: int, now: datetime) -> list[AccountView]:
    """Every living account of a workspace, in the order they were added."""
    chosen = select(models.Account).where(
        models.Account.workspace_id == workspace_id, models.Account.deleted_at.is_(None)
    )
    return _views(session, list(session.scalars(chosen.order_by(models.Account.id))), now)


def account_view(session: Session, workspace_id: int, account_id: int, now: datetime) -> AccountView | None:
    account = session.scalar(
        select(models.Account).where(
            models.Account.workspace_id == workspace_id,
            models.Account.id == account_id,
            models.Account.deleted_at.is_(None),
        )
    )
    return _views(session, [account], now)[0] if account else None


def called(session: Session, told: str) -> list[int]:
    """The accounts of this supplier or label, in any workspace, in the order they were added."""
    account = models.Account
    named = or_(account.supplier == told, account.label == told)
    return list(
        session.scalars(select(account.id).where(named, account.deleted_at.is_(None)).order_by(account.id))
    )


def _views(session: Session, accounts: list[models.Account], now: datetime) -> list[AccountView]:
    ids = [account.id for account in accounts]
    runs, held, months = past.last_runs(session, ids), _held(session, ids), _per_month(session, ids)
    asked = {
        c.account_id: c
        for c in session.scalars(
            select(models.Challenge).where(
                models.Challenge.account_id.in_(ids), models.Challenge.closed_at.is_(None)
            )
        )
    }
    this_month = now.strftime("%Y-%m")
    return [
        AccountView(
            account=account,
            state=standing.state_of(account, runs[account.id], asked.get(account.id), now),
            last_runs=runs[account.id],
            open_challenge=asked.get(account.id),
            held=held.get(account.id, 0),
            new_this_month=months[account.id].get(this_month, 0),
            usual_per_month=_usual({m: n for m, n in months[account.id].items() if m != this_month}),
        )
        for account in accounts
    ]


def _held(session: Session, ids: list[int]) -> dict[int, int]:
    rows = session.execute(
        select(models.ListedRow.account_id, func.count())
        .where(models.ListedRow.account_id.in_(ids), models.ListedRow.held_for.is_not(None))
        .group_by(models.ListedRow.account_id)
    )
    return {row[0]: row[1] for row in rows}


def _per_month(session: Session, ids: list[int]) -> dict[int, dict[str, int]]:
    """Documents by account and month (UTC), counted by the database."""
    invoice, at = models.Invoice, models.Invoice.received_at
    year, month = extract("year", at), extract("month", at)
    rows = session.execute(
        select(invoice.account_id, year, month, func.count())
        .where(invoice.account_id.in_(ids))
        .group_by(invoice.account_id, year, month)
    )
    months: dict[int, dict[str, int]] = defaultdict(dict)
    for account_id, y, m, count in rows:
        months[account_id or 0][f"{y:04}-{m:02}"] = count
    return months


def _usual(months: dict[str, int]) -> float | None:
    counts = sorted(months.values())
    return float(counts[len(counts) // 2]) if counts else None


def last_greens(session: Session) -> dict[str, datetime]:
    """When a visit to each Supplier last ended well, for whomever in this installation."""
    account = models.Account
    rows = session.execute(
        select(account.supplier, func.max(account.last_success_at)).group_by(account.supplier)
    )
    return {supplier: at for supplier, at in rows if at}


def run_with_events(
    session: Session, workspace_id: int, run_id: int
) -> tuple[models.Run, list[models.RunEvent], list[models.Evidence]] | None:
    """A run, its steps in order, and what it left to look at."""
    run = session.scalar(
        select(models.Run).where(models.Run.workspace_id == workspace_id, models.Run.id == run_id)
    )
    if run is None:
        return None
    events = session.scalars(
        select(models.RunEvent).where(models.RunEvent.run_id == run_id).order_by(models.RunEvent.id)
    )
    left = session.scalars(
        select(models.Evidence).where(models.Evidence.run_id == run_id).order_by(models.Evidence.id)
    )
    return run, list(events), list(left)
