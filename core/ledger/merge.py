"""Two Invoices that are one: the portal's copy, the mailed one, the e-invoice. One Invoice then, with a Document of each door."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.db import models
from core.ledger import acts, search
from core.ledger.acts import CannotAct, Pen

#: What the kept Invoice takes from the other where it says nothing itself.
_TAKEN = (
    "contract_id", "number", "total_minor", "currency", "net_minor", "vat_minor", "due_on", "period_from", "period_to",
    "seller", "seller_id", "iban", "customer_ref",
)  # fmt: skip


def merge(
    session: Session,
    kept: models.Invoice,
    other: models.Invoice,
    *,
    by: int | None,
    now: datetime,
    says: Mapping[str, Any] = MappingProxyType({}),
) -> models.ReviewAct:
    """`other` turned out to be `kept`: its Documents go there, and what `kept` does not say it takes. The act is one of `other`.

    `says` are columns of `kept` as all Documents together make them.
    """
    if kept.id == other.id or kept.workspace_id != other.workspace_id:
        raise CannotAct("itself")
    if any(one.rejected_for is not None or one.merged_into is not None for one in (kept, other)):
        raise CannotAct("settled")
    act, pen = acts.begin(session, other, "merge", by=by, now=now), Pen(session, kept, other)
    for one in session.scalars(select(models.Invoice).where(models.Invoice.merged_into == other.id)):
        pen.change(one, merged_into=kept.id)
    for document in _documents(session, other):
        pen.change(document, invoice_id=kept.id)
    _share_deliveries(session, pen, kept, other, now)
    _share_payments(session, pen, kept, other)
    _take(pen, kept, other)
    pen.change(kept, **says)
    pen.change(other, merged_into=kept.id)
    if kept.twin_of == other.id:
        pen.change(kept, twin_of=None)
    search.tell(session, kept)
    return pen.sign(act)


def _share_payments(session: Session, pen: Pen, kept: models.Invoice, other: models.Invoice) -> None:
    """What was paid of the one was paid of the other; a Payment that has both keeps the one."""
    match = models.Match
    has = set(session.scalars(select(match.payment_id).where(match.invoice_id == kept.id)))
    for one in session.scalars(select(match).where(match.invoice_id == other.id)):
        if one.payment_id not in has:
            pen.change(one, invoice_id=kept.id)


def unmerge(session: Session, other: models.Invoice, *, by: int | None, now: datetime) -> models.ReviewAct:
    """They are two after all; the farm will not merge these again by itself."""
    kept = session.get(models.Invoice, other.merged_into) if other.merged_into else None
    merged = _merge_of(session, other)
    if kept is None or merged is None:
        raise CannotAct("not_merged")
    if kept.id not in merged.before["of"]:
        raise CannotAct("later")
    act, pen = acts.begin(session, other, "unmerge", by=by, now=now), Pen(session, kept, other)
    for row, values in acts.as_before(session, merged.before["rows"]):
        pen.change(row, **values)
    search.tell(session, kept)
    return pen.sign(act)


def were_parted(session: Session, one: models.Invoice, other: models.Invoice) -> bool:
    """Has a person said that these are two?"""
    act = models.ReviewAct
    parted = select(act.before).where(
        act.invoice_id.in_([one.id, other.id]), act.act == "unmerge", act.undone_at.is_(None)
    )
    return any({one.id, other.id} <= set(before["of"]) for before in session.scalars(parted))


def _merge_of(session: Session, other: models.Invoice) -> models.ReviewAct | None:
    act = models.ReviewAct
    mine = select(act).where(act.invoice_id == other.id, act.act == "merge", act.undone_at.is_(None))
    return session.scalar(mine.order_by(act.id.desc()).limit(1))


def _documents(session: Session, invoice: models.Invoice) -> list[models.Document]:
    its = select(models.Document).where(models.Document.invoice_id == invoice.id)
    return list(session.scalars(its.order_by(models.Document.id)))


def _share_deliveries(
    session: Session, pen: Pen, kept: models.Invoice, other: models.Invoice, now: datetime
) -> None:
    """One Invoice goes to a Destination once: what is owed of `other` where `kept` goes already is not sent."""
    delivery = models.Delivery
    there = set(session.scalars(select(delivery.destination_id).where(delivery.invoice_id == kept.id)))
    for owed in session.scalars(
        select(delivery).where(delivery.invoice_id == other.id).order_by(delivery.id)
    ):
        pen.change(owed, invoice_id=kept.id)
        if owed.destination_id in there and owed.sent_at is None:
            pen.change(owed, withdrawn_at=now)


def _take(pen: Pen, kept: models.Invoice, other: models.Invoice) -> None:
    missing = {
        name: getattr(other, name)
        for name in _TAKEN
        if getattr(kept, name) is None and getattr(other, name) is not None
    }
    if kept.currency is not None and kept.currency != other.currency:
        missing = {name: value for name, value in missing.items() if not name.endswith("_minor")}
    if kept.issued_on is None and other.issued_on is not None:
        missing |= {"issued_on": other.issued_on, "precision": other.precision}
    pen.change(kept, **missing)
