"""What is missing: a Payment without its Invoice. A gap opens and closes by one rule, and says who owes what.

Expected periods without an Invoice are gaps too (`core.ledger.radar`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from types import MappingProxyType
from typing import Any, NamedTuple

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from core.db import models
from core.ledger import dues, rematch, runs

ARRIVED = "arrived"
#: Why the matcher left a Payment alone where nobody owes an Invoice.
NEEDS_NONE = frozenset({"fee"})
#: Payments that one query asks for, and one transaction settles.
_AT_ONCE = 5_000
_NOBODY: Mapping[int, str | None] = MappingProxyType({})


class Standing(NamedTuple):
    """What decides whether a Payment's Invoice is missing. `why` is the matcher's reason code, None while it has not looked."""

    amount_minor: int
    closed_for: str | None
    why: str | None
    matched: bool


def is_missing(one: Standing) -> bool:
    """A debit that the matcher has looked at, that nobody has explained, and that has no Invoice, not even a proposed one."""
    if one.amount_minor >= 0 or one.closed_for is not None or one.matched:
        return False
    return one.why is not None and one.why not in NEEDS_NONE


def settle(
    session: Session,
    workspace_id: int,
    payment_ids: Collection[int],
    *,
    now: datetime,
    suppliers: Mapping[int, str | None] = _NOBODY,
) -> tuple[int, int]:
    """Open and close the gaps of these Payments. `suppliers` are whose Invoices they are, as far as labels tell. Gives opened and closed."""
    rematch.hold(session, workspace_id)
    opened = closed = 0
    owners = Owners(session, workspace_id)
    for ids in portions(payment_ids):
        known = _known(session, ids)
        for payment, standing in _standings(session, ids):
            gap, supplier = known.get(payment), suppliers.get(payment)
            if is_missing(standing):
                opened += _open(session, workspace_id, payment, gap, owners.of(supplier), now)
            elif gap is not None:
                closed += _close(session, gap, standing.closed_for or ARRIVED, now)
    session.flush()
    return opened, closed


class Owner(NamedTuple):
    """Where a Supplier's Invoices come from in a company: the account that is asked, and its owner."""

    supplier: str | None = None
    account_id: int | None = None
    owner_id: int | None = None


class Owners:
    """By supplier; an account at work before one that is paused, then the oldest."""

    def __init__(self, session: Session, workspace_id: int) -> None:
        account = models.Account
        rows = session.execute(
            select(account.supplier, account.id, account.owner_id)
            .where(account.workspace_id == workspace_id, account.deleted_at.is_(None))
            .order_by(account.paused_at.is_(None), account.id.desc())
        )
        self._by_supplier = {row.supplier: Owner(*row) for row in rows}

    def of(self, supplier: str | None) -> Owner:
        return self._by_supplier.get(supplier or "", Owner(supplier))


def ask(session: Session, gap: models.Gap, *, by: int | None, now: datetime) -> models.Wish | None:
    """Have its Supplier asked now; None where there is no account to ask, or nothing is missing any more."""
    account = session.get(models.Account, gap.account_id) if gap.account_id else None
    if account is None or account.deleted_at is not None or gap.closed_at is not None:
        return None
    gap.asked_at = now
    return runs.wish(session, gap.workspace_id, "collect", account_id=account.id, asked_by=by, now=now)


def opened(session: Session, workspace_id: int) -> set[int]:
    """The Payments that have an open one."""
    gap = models.Gap
    mine = gap.workspace_id == workspace_id, gap.closed_at.is_(None), gap.payment_id.is_not(None)
    return {one for one in session.scalars(select(gap.payment_id).where(*mine)) if one is not None}


def of_payment(session: Session, payment_id: int) -> models.Gap | None:
    return session.scalar(select(models.Gap).where(models.Gap.payment_id == payment_id))


def _open(
    session: Session, workspace_id: int, payment_id: int, known: Any, owner: Owner, now: datetime
) -> bool:
    """Whether it was not open before. What is known of whose it is only grows."""
    if known is None:
        session.add(
            models.Gap(workspace_id=workspace_id, payment_id=payment_id, opened_at=now, **owner._asdict())
        )
        return True
    another = owner.supplier is not None and (known.supplier, known.account_id) != owner[:2]
    if known.closed_at is None and not another:
        return False
    gap = session.get_one(models.Gap, known.id, populate_existing=True)
    if another:
        gap.supplier, gap.account_id, gap.owner_id = owner
    gap.closed_at = gap.closed_for = gap.closed_note = gap.closed_by = None
    return known.closed_at is not None


def _close(session: Session, known: Any, why: str, now: datetime) -> bool:
    """Whether it was open before."""
    if known.closed_at is None or known.closed_for != why:
        gap = session.get_one(models.Gap, known.id, populate_existing=True)
        gap.closed_at, gap.closed_for = now, why
    return known.closed_at is None


def _standings(session: Session, ids: Sequence[int]) -> Iterator[tuple[int, Standing]]:
    payment, match, invoice = models.Payment, models.Match, models.Invoice
    matched = exists(
        select(match.id)
        .join(invoice, invoice.id == match.invoice_id)
        .where(match.payment_id == payment.id, dues.living())
    )
    rows = session.execute(
        select(payment.id, payment.amount_minor, payment.closed_for, payment.unmatched_for, matched).where(
            payment.id.in_(ids)
        )
    )
    for key, amount, closed_for, why, is_matched in rows:
        yield key, Standing(amount, closed_for, (why or {}).get("code"), bool(is_matched))


def _known(session: Session, ids: Sequence[int]) -> dict[int, Any]:
    """By Payment, what its gap says."""
    gap = models.Gap
    rows = session.execute(
        select(gap.id, gap.payment_id, gap.closed_at, gap.closed_for, gap.supplier, gap.account_id).where(
            gap.payment_id.in_(ids)
        )
    )
    return {row.payment_id: row for row in rows}


def portions(ids: Collection[int]) -> Iterator[list[int]]:
    """As many at once as one short transaction may settle."""
    left = iter(sorted(ids))
    while portion := list(islice(left, _AT_ONCE)):
        yield portion
