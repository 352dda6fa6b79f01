"""The expected-invoice radar: an account's own rhythm says which month should have brought an Invoice, and which has not.

The rhythm is read from what the portal has ever listed (what the census left there too) and from what came by any door.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import nouns
from core.db import models
from core.ledger import dues, gaps, rematch, rhythm

#: How far back days are looked at: two years tell a yearly rhythm only badly, three well.
BACK = timedelta(days=3 * 366)
#: A day that the portal tells only by its month counts as this one.
_SOME_DAY = 28


def look(
    session: Session,
    workspace_id: int,
    *,
    today: date,
    now: datetime,
    account_ids: Collection[int] | None = None,
) -> tuple[int, int]:
    """Open a gap for each period that is late by now, close those whose Invoice has come, of these accounts or all. Gives opened and closed."""
    if account_ids is not None and not account_ids:
        return 0, 0
    rematch.hold(session, workspace_id)
    accounts = _accounts(session, workspace_id, account_ids)
    awake = {account.id: account for account in accounts if account.paused_at is None}
    issued = days(session, workspace_id, today=today, account_ids=account_ids)
    known = _known(session, workspace_id, account_ids)
    opened = 0
    for account_id, account in awake.items():
        for period in _late(issued.get(account_id, ()), today):
            if (account_id, period) not in known:
                session.add(_gap(account, period, now))
                opened += 1
    closed = sum(_has_come(gap, issued, now) for gap in known.values())
    session.flush()
    return opened, closed


def days(
    session: Session, workspace_id: int, *, today: date, account_ids: Collection[int] | None = None
) -> Mapping[int, set[date]]:
    """The days of issue that are known of each account's Invoices."""
    row, invoice = models.ListedRow, models.Invoice
    found: dict[int, set[date]] = defaultdict(set)
    listed = select(row.account_id, row.date, row.precision).where(
        row.workspace_id == workspace_id,
        row.date >= today - BACK,
        row.kind == nouns.Kind.INVOICE,
        _among(row.account_id, account_ids),
    )
    came = select(invoice.account_id, invoice.issued_on, invoice.precision).where(
        invoice.workspace_id == workspace_id,
        invoice.issued_on >= today - BACK,
        invoice.kind == nouns.Kind.INVOICE,
        invoice.account_id.is_not(None),
        dues.living(),
        _among(invoice.account_id, account_ids),
    )
    for each in (listed, came):
        rows: Iterable[Any] = session.execute(each.distinct())
        for account_id, day, precision in rows:
            found[account_id].add(day if precision == nouns.Precision.DAY else day.replace(day=_SOME_DAY))
    return found


def close(session: Session, gap: models.Gap, why: str, note: str, *, by: int | None, now: datetime) -> None:
    """A person says why this period has no Invoice (`matches.Why`)."""
    gap.closed_at, gap.closed_for, gap.closed_note, gap.closed_by = now, why, note.strip() or None, by
    session.flush()


def reopen(session: Session, gap: models.Gap) -> None:
    gap.closed_at = gap.closed_for = gap.closed_note = gap.closed_by = None
    session.flush()


def _among(column: Any, ids: Collection[int] | None) -> Any:
    return column.is_not(None) if ids is None else column.in_(ids)


def _accounts(session: Session, workspace_id: int, ids: Collection[int] | None) -> Collection[models.Account]:
    account = models.Account
    mine = account.workspace_id == workspace_id, account.deleted_at.is_(None), _among(account.id, ids)
    return session.scalars(select(account).where(*mine)).all()


def _known(
    session: Session, workspace_id: int, ids: Collection[int] | None
) -> dict[tuple[int, date], models.Gap]:
    gap = models.Gap
    mine = gap.workspace_id == workspace_id, gap.period.is_not(None), _among(gap.account_id, ids)
    found = session.scalars(select(gap).where(*mine))
    return {(gap.account_id, gap.period): gap for gap in found if gap.account_id and gap.period}


def _late(issued: Collection[date], today: date) -> list[date]:
    beat = rhythm.of(issued)
    return [one.period for one in beat.expected(today) if one.is_late(today)] if beat else []


def _gap(account: models.Account, period: date, now: datetime) -> models.Gap:
    return models.Gap(
        workspace_id=account.workspace_id,
        account_id=account.id,
        period=period,
        supplier=account.supplier,
        owner_id=account.owner_id,
        opened_at=now,
    )


def _has_come(gap: models.Gap, issued: Mapping[int, Collection[date]], now: datetime) -> bool:
    came = any(rhythm.month_of(day) == gap.period for day in issued.get(gap.account_id or 0, ()))
    if gap.closed_at is not None or not came:
        return False
    gap.closed_at, gap.closed_for = now, gaps.ARRIVED
    return True
