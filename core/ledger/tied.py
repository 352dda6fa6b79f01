"""What is tied to a Payment or an Invoice, what was said of it, and what part of a Payment its Invoices get."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.db import models
from core.ledger import dues, shares
from core.ledger.acts import CannotAct


def of_payment(session: Session, payment_id: int) -> Sequence[models.Match]:
    match = models.Match
    return session.scalars(select(match).where(match.payment_id == payment_id).order_by(match.id)).all()


def of_invoice(session: Session, invoice_id: int) -> Sequence[models.Match]:
    match = models.Match
    return session.scalars(select(match).where(match.invoice_id == invoice_id).order_by(match.id)).all()


def acts_of(session: Session, payment_id: int) -> Sequence[models.MatchAct]:
    """What was done to a Payment, newest first; what is undone has `undone_at`."""
    act = models.MatchAct
    return session.scalars(select(act).where(act.payment_id == payment_id).order_by(act.id.desc())).all()


def refusals(session: Session, payment_id: int) -> Sequence[models.Refusal]:
    refusal = models.Refusal
    return session.scalars(select(refusal).where(refusal.payment_id == payment_id)).all()


def shared(session: Session, payment: models.Payment, parts: Mapping[int, int | None]) -> dict[int, int]:
    """Each Invoice with its part. Raises CannotAct."""
    kept = [match for match in of_payment(session, payment.id) if match.confirmed_at is not None]
    if any(match.invoice_id in parts for match in kept):
        raise CannotAct("settled")
    left = payment.amount_minor - sum(match.amount_minor for match in kept)
    invoices = [living(session, payment, one) for one in parts]
    if not invoices:
        raise CannotAct("nothing")
    typed = {one: part for one, part in parts.items() if part is not None}
    rest = left - sum(typed.values())
    if not _fits(typed.values(), left):
        raise CannotAct("amount")
    return typed | _rest(session, payment, [one for one in invoices if one.id not in typed], rest)


def _fits(typed: Collection[int], left: int) -> bool:
    """No part is nothing, and together they are no more than what is left to be shared."""
    return not typed or (all(typed) and sum(typed) * left > 0 and abs(sum(typed)) <= abs(left))


def _rest(
    session: Session, payment: models.Payment, invoices: Sequence[models.Invoice], left: int
) -> dict[int, int]:
    """What is left goes to these, as far as each is owed. Raises CannotAct."""
    if not invoices:
        return {}
    before = dues.paid(session, [invoice.id for invoice in invoices], but=payment.id)
    due = [(dues.owed(invoice) - before.get(invoice.id, 0)) or dues.owed(invoice) for invoice in invoices]
    same = all(invoice.currency in (None, payment.currency) for invoice in invoices)
    found = shares.share(left, due, same_currency=same) if left else None
    if found is None:
        raise CannotAct("amount")
    return {invoice.id: part for invoice, part in zip(invoices, found, strict=True)}


def living(
    session: Session, payment: models.Payment, invoice_id: int, *, any_state: bool = False
) -> models.Invoice:
    """An Invoice of the same company that can be paid. Raises CannotAct."""
    mine = models.Invoice.id == invoice_id, models.Invoice.workspace_id == payment.workspace_id
    invoice = session.scalar(select(models.Invoice).where(*mine, *(() if any_state else (dues.living(),))))
    if invoice is None:
        raise CannotAct("settled")
    return invoice
