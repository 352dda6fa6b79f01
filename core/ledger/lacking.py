"""The Payments that lack their Invoice, as programs ask for them: in the order in which that was found out, a page at a time."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.db import models

#: The largest key that every database takes (PostgreSQL's INTEGER).
MOST = 2**31 - 1


class Lacking(NamedTuple):
    gap: models.Gap
    payment: models.Payment
    account: models.BankAccount


def page(session: Session, workspace_id: int, *, after: int = 0, limit: int = 100) -> Sequence[Lacking]:
    """Those whose gap is newer than the gap `after`. What closes meanwhile shifts nothing."""
    gap, payment, account = models.Gap, models.Payment, models.BankAccount
    rows = session.execute(
        select(gap, payment, account)
        .join(payment, payment.id == gap.payment_id)
        .join(account, account.id == payment.bank_account_id)
        .where(gap.workspace_id == workspace_id, gap.closed_at.is_(None), gap.id > after)
        .order_by(gap.id)
        .limit(limit)
    )
    return [Lacking(*row) for row in rows]


def payments(session: Session, workspace_id: int, entries: Collection[str]) -> dict[str, int]:
    """The Payments of a company that these ids name; an id that names none is left out."""
    asked = {int(one): one for one in entries if is_id(one)}
    payment = models.Payment
    mine = payment.workspace_id == workspace_id, payment.id.in_(asked)
    return {asked[key]: key for key in session.scalars(select(payment.id).where(*mine))}


def is_id(told: str) -> bool:
    """Written as we write it, and no larger than a key of a database."""
    return (
        told.isascii()
        and told.isdecimal()
        and len(told) <= 10
        and str(int(told)) == told
        and is_key(int(told))
    )


def is_key(told: int) -> bool:
    return 0 < told <= MOST


def supplier(session: Session, payment_ids: Collection[int]) -> str | None:
    """Whose Invoice these Payments wait for, when they all say the same."""
    gap = models.Gap
    named = select(gap.supplier).where(gap.payment_id.in_(payment_ids), gap.supplier.is_not(None)).distinct()
    found = session.scalars(named).all()
    return found[0] if len(found) == 1 else None
