"""Finding Payments: by words of their labels and by filters; and how far each is from its Invoice."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, func, not_, or_, select
from sqlalchemy.orm import Session

from core.db import models
from core.ledger import cents


class State(StrEnum):
    """How a Payment stands to its Invoice."""

    LINKED = "linked"
    PROPOSED = "proposed"
    MISSING = "missing"
    CLOSED = "closed"
    ALONE = "alone"


def find(
    session: Session,
    workspace_id: int,
    *,
    words: str = "",
    account_id: int | None = None,
    batch_id: int | None = None,
    amount: Decimal | None = None,
    state: State | None = None,
    since: date | None = None,
    until: date | None = None,
    page: int = 1,
    per_page: int = 50,
) -> tuple[list[models.Payment], int]:
    """One page of Payments, the last day first, and how many there are in all. `amount` is looked for whatever its sign."""
    payment = models.Payment
    told = [
        payment.workspace_id == workspace_id,
        *([payment.bank_account_id == account_id] if account_id is not None else []),
        *([payment.batch_id == batch_id] if batch_id is not None else []),
        *([payment.booked_on >= since] if since else []),
        *([payment.booked_on <= until] if until else []),
        *([_has_amount(amount)] if amount is not None else []),
        *([_stands(state)] if state else []),
        *(_says(session, word) for word in words.split()[:8]),
    ]
    total = session.scalar(select(func.count()).select_from(payment).where(*told)) or 0
    newest = select(payment).where(*told).order_by(payment.booked_on.desc(), payment.id.desc())
    return list(session.scalars(newest.limit(per_page).offset((page - 1) * per_page))), total


def states(session: Session, payments: Collection[models.Payment]) -> dict[int, State]:
    """The State of each of these, by its id."""
    ids = [payment.id for payment in payments]
    tied = [(match.payment_id, match.confirmed_at is not None) for match in ties(session, ids)]
    gap = models.Gap
    open_ones = select(gap.payment_id).where(gap.payment_id.in_(ids), gap.closed_at.is_(None))
    missing = set(session.scalars(open_ones))
    return {
        payment.id: _state(
            (payment.id, True) in tied, (payment.id, False) in tied, payment, payment.id in missing
        )
        for payment in payments
    }


def ties(session: Session, payment_ids: Collection[int]) -> Sequence[models.Match]:
    match = models.Match
    return session.scalars(select(match).where(match.payment_id.in_(payment_ids)).order_by(match.id)).all()


def _state(linked: bool, proposed: bool, payment: models.Payment, missing: bool) -> State:
    if linked:
        return State.LINKED
    if payment.closed_for:
        return State.CLOSED
    if proposed:
        return State.PROPOSED
    return State.MISSING if missing else State.ALONE


def _stands(state: State) -> ColumnElement[bool]:
    """The same as `_state`, said to the database."""
    payment, match, gap = models.Payment, models.Match, models.Gap
    linked = payment.id.in_(select(match.payment_id).where(match.confirmed_at.is_not(None)))
    proposed = payment.id.in_(select(match.payment_id).where(match.confirmed_at.is_(None)))
    waits = select(gap.payment_id).where(gap.payment_id.is_not(None), gap.closed_at.is_(None))
    open_one, missing = payment.closed_for.is_(None), payment.id.in_(waits)
    return {
        State.LINKED: linked,
        State.CLOSED: and_(not_(linked), payment.closed_for.is_not(None)),
        State.PROPOSED: and_(not_(linked), open_one, proposed),
        State.MISSING: and_(not_(linked), open_one, not_(proposed), missing),
        State.ALONE: and_(not_(linked), open_one, not_(proposed), not_(missing)),
    }[state]


def _says(session: Session, word: str) -> ColumnElement[bool]:
    """Whether a word is in any of its texts, in whatever case. SQLite's LIKE knows no case of plain letters by itself."""
    payment = models.Payment
    more = (func.coalesce(payment.counterparty, ""), func.coalesce(payment.reference, ""))
    said = payment.label.concat(" ").concat(more[0]).concat(" ").concat(more[1])
    plain = re.sub("([/%_])", r"/\1", word)
    sqlite = session.get_bind().dialect.name == "sqlite"
    return said.like(f"%{plain}%", escape="/") if sqlite else said.ilike(f"%{plain}%", escape="/")


def _has_amount(amount: Decimal) -> ColumnElement[bool]:
    """In whatever currency, and before exchange too."""
    payment = models.Payment
    found: list[ColumnElement[bool]] = []
    for places, currencies in cents.unusual().items():
        minor = abs(amount).scaleb(places)
        if minor != int(minor):
            continue
        both = (int(minor), -int(minor))
        for worth, currency in (
            (payment.amount_minor, payment.currency),
            (payment.original_minor, payment.original_currency),
        ):
            its = currency.not_in(currencies) if places == cents.USUAL else currency.in_(currencies)
            found.append(and_(worth.in_(both), its))
    return or_(*found) if found else payment.id < 0
