"""The missing invoices as people look at them: a list of gaps by age, and a grid of suppliers and months."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from core.db import models
from core.ledger import choices, dues, radar, rhythm

#: Months of the grid, the one of today among them.
MONTHS = 12


def find(
    session: Session,
    workspace_id: int,
    *,
    supplier: str | None = None,
    owner_id: int | None = None,
    closed: bool = False,
    page: int = 1,
    per_page: int = 30,
) -> tuple[list[tuple[models.Gap, models.Payment | None]], int]:
    """One page of gaps, the longest open first (of the closed the last), each with its Payment, and how many there are."""
    gap, payment = models.Gap, models.Payment
    told = [*_standing(workspace_id, closed=closed)]
    told += [gap.supplier == supplier] if supplier else []
    told += [gap.owner_id == owner_id] if owner_id else []
    total = session.scalar(select(func.count()).select_from(gap).where(*told)) or 0
    order = (gap.closed_at.desc(), gap.id.desc()) if closed else (gap.opened_at, gap.id)
    ids = select(gap.id).where(*told).order_by(*order).limit(per_page).offset((page - 1) * per_page)
    rows = session.execute(
        select(gap, payment)
        .outerjoin(payment, payment.id == gap.payment_id)
        .where(gap.id.in_(list(session.scalars(ids))))
        .order_by(*order)
    )
    return [(one, paid) for one, paid in rows], total


def count_open(session: Session, workspace_id: int) -> int:
    gap = models.Gap
    return session.scalar(select(func.count()).select_from(gap).where(*_standing(workspace_id))) or 0


def left_behind(session: Session, gap: models.Gap, payment: models.Payment | None) -> models.ListedRow | None:
    """The line that the census left at the portal and that is what was paid: no collection brings it."""
    row = models.ListedRow
    if gap.account_id is None or payment is None:
        return None
    same = row.total_minor == -payment.amount_minor, row.currency == payment.currency
    left = select(row).where(row.account_id == gap.account_id, row.baseline, row.received_at.is_(None), *same)
    near = row.date.between(payment.booked_on - choices.EARLIER, payment.booked_on + choices.LATER)
    return session.scalar(left.where(near).order_by(row.date.desc()).limit(1))


def suppliers(session: Session, workspace_id: int) -> list[str]:
    """Whose Invoices are missing, as far as anybody knows."""
    gap = models.Gap
    named = select(gap.supplier).where(*_standing(workspace_id), gap.supplier.is_not(None)).distinct()
    return sorted(one for one in session.scalars(named) if one)


def _standing(workspace_id: int, *, closed: bool = False) -> Iterable[ColumnElement[bool]]:
    gap = models.Gap
    return gap.workspace_id == workspace_id, gap.closed_at.is_not(None) if closed else gap.closed_at.is_(None)


@dataclass(frozen=True, slots=True)
class Cell:
    """One supplier and month. `stand`: `late` (a gap is open), `expected`, `received`, `explained`, `left` (listed before the start), or empty."""

    month: date
    stand: str = ""
    count: int = 0
    why: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """An account, or a supplier that has none and whose Invoices are missing all the same."""

    supplier: str
    account: models.Account | None
    cells: Sequence[Cell]


@dataclass
class _Facts:
    """What is known of each month of one row."""

    received: Counter[date] = field(default_factory=Counter)
    left: Counter[date] = field(default_factory=Counter)
    late: Counter[date] = field(default_factory=Counter)
    explained: dict[date, str] = field(default_factory=dict)
    expected: set[date] = field(default_factory=set)

    def cell(self, month: date) -> Cell:
        """What is late comes before what came: one of two may be missing."""
        if self.late[month]:
            return Cell(month, "late", self.late[month])
        if self.received[month]:
            return Cell(month, "received", self.received[month])
        if month in self.explained:
            return Cell(month, "explained", why=self.explained[month])
        if self.left[month]:
            return Cell(month, "left", self.left[month])
        return Cell(month, "expected") if month in self.expected else Cell(month)


_Key = tuple[str, int | None]


def grid(
    session: Session, workspace_id: int, *, today: date, page: int = 1, per_page: int = 25
) -> tuple[list[Row], int]:
    """One page of suppliers by name, each with its last months, and how many suppliers there are."""
    accounts, orphans = _accounts(session, workspace_id), _orphans(session, workspace_id)
    keys: list[_Key] = sorted([(one.supplier, one.id) for one in accounts.values()]) + [
        (one, None) for one in orphans
    ]
    keys.sort(key=lambda key: (key[0], key[1] or 0))
    shown = keys[(page - 1) * per_page : page * per_page]
    facts = _facts(session, workspace_id, shown, today)
    months = [rhythm.back(rhythm.month_of(today), by) for by in reversed(range(MONTHS))]
    rows = [
        Row(supplier, accounts.get(account or 0), [facts[supplier, account].cell(month) for month in months])
        for supplier, account in shown
    ]
    return rows, len(keys)


def _accounts(session: Session, workspace_id: int) -> dict[int, models.Account]:
    account = models.Account
    mine = account.workspace_id == workspace_id, account.deleted_at.is_(None)
    return {one.id: one for one in session.scalars(select(account).where(*mine))}


def _orphans(session: Session, workspace_id: int) -> list[str]:
    """Suppliers with an open gap and no account."""
    gap = models.Gap
    lonely = gap.account_id.is_(None), gap.supplier.is_not(None)
    found = session.scalars(select(gap.supplier).where(*_standing(workspace_id), *lonely).distinct())
    return sorted(one for one in found if one)


def _facts(session: Session, workspace_id: int, keys: Sequence[_Key], today: date) -> Mapping[_Key, _Facts]:
    facts: dict[_Key, _Facts] = defaultdict(_Facts)
    if not keys:
        return facts
    whose = {account: supplier for supplier, account in keys if account is not None}
    first = rhythm.back(rhythm.month_of(today), MONTHS - 1)
    for account, day, came in _papers(session, workspace_id, list(whose), first):
        its = facts[whose[account], account]
        (its.received if came else its.left)[rhythm.month_of(day)] += 1
    for account, issued in radar.days(session, workspace_id, today=today, account_ids=whose).items():
        beat = rhythm.of(issued)
        facts[whose[account], account].expected |= (
            {one.period for one in beat.expected(today)} if beat else set()
        )
    _note_gaps(session, workspace_id, keys, first, facts)
    return facts


def _papers(
    session: Session, workspace_id: int, accounts: Sequence[int], first: date
) -> Iterable[tuple[int, date, bool]]:
    """(account, day, whether it came) of every Invoice, and of every line that the census left."""
    invoice, row = models.Invoice, models.ListedRow
    came = select(invoice.account_id, invoice.issued_on).where(
        invoice.workspace_id == workspace_id,
        invoice.account_id.in_(accounts),
        invoice.issued_on >= first,
        dues.living(),
    )
    rows: Iterable[Any] = session.execute(came)
    yield from ((account, day, True) for account, day in rows)
    left = select(row.account_id, row.date).where(
        row.workspace_id == workspace_id, row.account_id.in_(accounts), row.date >= first, row.baseline,
        row.received_at.is_(None),
    )  # fmt: skip
    rows = session.execute(left)
    yield from ((account, day, False) for account, day in rows)


def _note_gaps(
    session: Session, workspace_id: int, keys: Sequence[_Key], first: date, facts: dict[_Key, _Facts]
) -> None:
    """A gap of a Payment stands in the month that it was paid in."""
    gap, payment, shown = models.Gap, models.Payment, set(keys)
    rows: Iterable[Any] = session.execute(
        select(gap.supplier, gap.account_id, func.coalesce(gap.period, payment.booked_on), gap.closed_at, gap.closed_for)
        .outerjoin(payment, payment.id == gap.payment_id)
        .where(gap.workspace_id == workspace_id, gap.supplier.in_({supplier for supplier, _ in keys}))
        .where(func.coalesce(gap.period, payment.booked_on) >= first)
    )  # fmt: skip
    for supplier, account, day, closed_at, why in rows:
        if (supplier, account) not in shown:
            continue
        month = rhythm.month_of(day if isinstance(day, date) else date.fromisoformat(day))
        if closed_at is None:
            facts[supplier, account].late[month] += 1
        elif why != "arrived":
            facts[supplier, account].explained[month] = why or ""
