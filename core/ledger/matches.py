"""What people say of a Payment: these Invoices are its, this one is not, it needs none. Each is one MatchAct, and each can be undone.

Whether somebody may act is asked before, by the page; `by` is a person, None is the farm itself. Every act raises CannotAct with a
reason: `settled` (confirmed, closed or put aside meanwhile), `amount` (more than was paid), `nothing` (there is nothing to act on),
`undone`, `later` (what came after has to be undone first).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from core.db import models
from core.ledger import gaps, rematch, snapshots, tied
from core.ledger.acts import CannotAct
from core.ledger.tied import acts_of, of_invoice, of_payment

__all__ = [
    "CannotAct",
    "Why",
    "acts_of",
    "close",
    "confirm",
    "of_invoice",
    "of_payment",
    "refuse",
    "reopen",
    "tie",
    "undo",
]


#: A refusal takes back at once what the machine had earned, whatever it is of.
_TEACHES = frozenset({"refuse"})


class Why(StrEnum):
    """Why a Payment, or an expected period, has no Invoice and needs none (Cledara's five)."""

    ALREADY_UPLOADED = "already_uploaded"
    UNABLE_TO_FIND = "unable_to_find"
    CARD_VALIDATION = "card_validation"
    REFUND = "refund"
    OTHER = "other"


def confirm(session: Session, payment: models.Payment, *, by: int | None, now: datetime) -> models.MatchAct:
    """What is proposed is right."""
    _alone(session, payment)
    proposed = [match for match in of_payment(session, payment.id) if match.confirmed_at is None]
    if payment.closed_at is not None or not proposed:
        raise CannotAct("settled")
    act = _begin(session, payment, "confirm", by=by, now=now)
    for match in proposed:
        match.confirmed_at, match.confirmed_by = now, by
    return _end(session, payment, act, now)


def tie(
    session: Session,
    payment: models.Payment,
    parts: Mapping[int, int | None],
    *,
    by: int | None,
    now: datetime,
) -> models.MatchAct:
    """These Invoices are what was paid, whatever was proposed. A part is in the Payment's currency, signed as it; None: as far as it goes.

    An Invoice may be paid by several Payments; what this one pays already stays.
    """
    _alone(session, payment)
    if payment.closed_at is not None:
        raise CannotAct("settled")
    found = tied.shared(session, payment, parts)
    act = _begin(session, payment, "tie", by=by, now=now)
    _withdraw(session, payment)
    for invoice_id, part in found.items():
        session.add(_tied(payment, invoice_id, part, by=by, now=now))
    for refusal in tied.refusals(session, payment.id):
        if refusal.invoice_id in found:
            session.delete(refusal)
    payment.unmatched_for = None
    return _end(session, payment, act, now)


def refuse(
    session: Session,
    payment: models.Payment,
    invoice_ids: Collection[int] = (),
    *,
    by: int | None,
    now: datetime,
) -> models.MatchAct:
    """Not these (none said: nothing of what is tied or proposed): the pairs are not proposed again."""
    _alone(session, payment)
    here = {match.invoice_id: match for match in of_payment(session, payment.id)}
    wrong = set(invoice_ids or here)
    if not wrong or payment.closed_at is not None:
        raise CannotAct("nothing")
    act = _begin(session, payment, "refuse", by=by, now=now)
    known = {refusal.invoice_id for refusal in tied.refusals(session, payment.id)}
    for invoice_id in sorted(wrong):
        if invoice_id in here:
            session.delete(here[invoice_id])
        if invoice_id not in known:
            session.add(
                models.Refusal(
                    workspace_id=payment.workspace_id,
                    payment_id=payment.id,
                    invoice_id=tied.living(session, payment, invoice_id, any_state=True).id,
                    by=by,
                    at=now,
                )
            )
    if not set(here) - wrong:
        payment.unmatched_for = {"code": "refused"}
    return _end(session, payment, act, now)


def close(
    session: Session,
    payment: models.Payment,
    why: Why,
    *,
    note: str = "",
    by: int | None,
    now: datetime,
) -> models.MatchAct:
    """It has no Invoice and needs none."""
    _alone(session, payment)
    if payment.closed_at is not None or any(m.confirmed_at for m in of_payment(session, payment.id)):
        raise CannotAct("settled")
    act = _begin(session, payment, "close", by=by, now=now)
    _withdraw(session, payment)
    payment.closed_for, payment.closed_note = why.value, note.strip() or None
    payment.closed_at, payment.closed_by = now, by
    return _end(session, payment, act, now)


def reopen(session: Session, payment: models.Payment, *, by: int | None, now: datetime) -> models.MatchAct:
    """Its Invoice is looked for again."""
    _alone(session, payment)
    if payment.closed_at is None:
        raise CannotAct("settled")
    act = _begin(session, payment, "reopen", by=by, now=now)
    payment.closed_for = payment.closed_note = payment.closed_at = payment.closed_by = None
    payment.unmatched_for = payment.unmatched_for or {"code": "no_candidate"}
    return _end(session, payment, act, now)


def undo(session: Session, act_id: int, *, by: int | None, now: datetime) -> models.MatchAct:
    """Put back what was before, to the letter."""
    act = session.get_one(models.MatchAct, act_id)
    rematch.hold(session, act.workspace_id)
    session.refresh(act)
    if act.undone_at is not None:
        raise CannotAct("undone")
    if any(one.undone_at is None for one in acts_of(session, act.payment_id) if one.id > act.id):
        raise CannotAct("later")
    payment = session.get_one(models.Payment, act.payment_id)
    snapshots.put_back(session, payment, act.before)
    act.undone_at = now
    return _end(session, payment, act, now)


def _alone(session: Session, payment: models.Payment) -> None:
    """Nobody else changes it until this transaction ends; what others did a moment ago counts."""
    rematch.hold(session, payment.workspace_id)
    session.refresh(payment)


def _begin(
    session: Session, payment: models.Payment, name: str, *, by: int | None, now: datetime
) -> models.MatchAct:
    act = models.MatchAct(
        workspace_id=payment.workspace_id,
        payment_id=payment.id,
        act=name,
        before=snapshots.of(session, payment),
        by=by,
        at=now,
    )
    session.add(act)
    session.flush()
    return act


def _end(session: Session, payment: models.Payment, act: models.MatchAct, now: datetime) -> models.MatchAct:
    """What is missing follows, and the worker thinks again of what this frees or takes."""
    session.flush()
    gaps.settle(session, payment.workspace_id, [payment.id], now=now)
    if act.act in _TEACHES or act.undone_at is not None:
        rematch.ask(session, payment.workspace_id, now)
        return act
    touched = {match["invoice_id"] for match in act.before["matches"]}
    touched |= {match.invoice_id for match in of_payment(session, payment.id)}
    rematch.ask(session, payment.workspace_id, now, payments=[payment.id], invoices=touched)
    return act


def _withdraw(session: Session, payment: models.Payment) -> None:
    """What was only proposed goes."""
    for match in of_payment(session, payment.id):
        if match.confirmed_at is None:
            session.delete(match)
    session.flush()


def _tied(
    payment: models.Payment, invoice_id: int, part: int, *, by: int | None, now: datetime
) -> models.Match:
    said: list[Any] = [{"code": "by_hand"}]
    return models.Match(
        workspace_id=payment.workspace_id,
        payment_id=payment.id,
        invoice_id=invoice_id,
        amount_minor=part,
        band="person",
        confidence=None,
        reasons=said,
        made_at=now,
        confirmed_at=now,
        confirmed_by=by,
    )
