"""What people say of an Invoice: confirm, correct, reject, split, merge. Each is one ReviewAct, and each can be undone.

A correction stands beside what the machine read, never over it: the Invoice holds what counts, Correction what a person said.
Whether somebody may act is asked before, by the page; `by` is a person, None is the farm itself.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import nouns
from core.db import models
from core.ledger import acts, fill, rematch, search
from core.ledger.acts import CannotAct
from core.ledger.acts import of as acts_of
from core.ledger.fill import FIELDS
from core.ledger.merge import merge, unmerge
from core.ledger.split import split
from core.ledger.waiting import Narrowed, count_waiting, green, of_places, places, queue, reasons, suppliers

__all__ = [
    "FIELDS",
    "CannotAct",
    "Narrowed",
    "Why",
    "acts_of",
    "confirm",
    "confirm_green",
    "correct",
    "corrections_of",
    "count_waiting",
    "green",
    "merge",
    "not_an_invoice",
    "of_places",
    "places",
    "queue",
    "reasons",
    "reject",
    "split",
    "suppliers",
    "undo",
    "unmerge",
]


class Why(StrEnum):
    """Why an Invoice is put aside."""

    NOT_AN_INVOICE = "not_an_invoice"
    NOT_OURS = "not_ours"
    WRONG = "wrong"
    DUPLICATE = "duplicate"


def confirm(session: Session, invoice: models.Invoice, *, by: int | None, now: datetime) -> models.ReviewAct:
    """A person has looked: what it says counts, and no later reading changes it."""
    _living(invoice)
    if invoice.reviewed_at is not None:
        raise CannotAct("settled")
    act, pen = acts.begin(session, invoice, "confirm", by=by, now=now), acts.Pen(session, invoice)
    pen.change(invoice, reviewed_at=now, reviewed_by=by)
    return pen.sign(act)


def confirm_green(
    session: Session, workspace_id: int, *, by: int | None, now: datetime, ids: list[int] | None = None
) -> list[models.ReviewAct]:
    """Confirm all that is green; with `ids`, of these only (what the page showed)."""
    fine = of_places(session, green(session, workspace_id, only=ids))
    return [confirm(session, invoice, by=by, now=now) for invoice in fine]


def correct(
    session: Session,
    invoice: models.Invoice,
    field: str,
    value: str,
    *,
    by: int | None,
    now: datetime,
    box: nouns.Box | None = None,
) -> models.ReviewAct:
    """The Invoice says `value` from here on, typed as people write it (`45,90`, `03/10/2026`); an empty one is none.

    It still waits to be confirmed. Raises CannotAct `value` or `unknown_field`.
    """
    _living(invoice)
    if field not in FIELDS:
        raise CannotAct("unknown_field")
    text = fill.normal(field, value) if value.strip() else None
    if text is None and value.strip():
        raise CannotAct("value")
    try:
        columns = fill.corrected(invoice, field, text)
    except ValueError as err:
        raise CannotAct("value") from err
    act, pen = acts.begin(session, invoice, "correct", by=by, now=now), acts.Pen(session, invoice)
    pen.change(invoice, **columns)
    session.add(
        models.Correction(
            workspace_id=invoice.workspace_id,
            invoice_id=invoice.id,
            act_id=act.id,
            field=field,
            value=text or "",
            box=asdict(box) if box else None,
        )
    )
    search.tell(session, invoice)
    return pen.sign(act)


def reject(
    session: Session, invoice: models.Invoice, why: Why, *, by: int | None, now: datetime
) -> models.ReviewAct:
    """It is put aside: what is owed of it and not sent stays here, as long as it is."""
    _living(invoice)
    act, pen = acts.begin(session, invoice, "reject", by=by, now=now), acts.Pen(session, invoice)
    pen.change(invoice, rejected_for=str(why))
    return pen.sign(act)


def not_an_invoice(
    session: Session, invoice: models.Invoice, *, by: int | None, now: datetime
) -> models.ReviewAct:
    return reject(session, invoice, Why.NOT_AN_INVOICE, by=by, now=now)


def undo(session: Session, act_id: int, *, by: int | None, now: datetime) -> models.ReviewAct:
    """Put back what was before. Raises CannotAct: `undone`, or `later` when a later act on the same has to be undone first."""
    act = session.get_one(models.ReviewAct, act_id, with_for_update=True)
    if act.undone_at is not None:
        raise CannotAct("undone")
    left = acts.take_back(session, act)
    act.undone_at = now
    for invoice in left:
        _read_since(session, invoice, act)
        search.tell(session, invoice)
    rematch.ask_if_any(session, act.workspace_id, now)
    session.flush()
    return act


def corrections_of(session: Session, invoice_id: int) -> dict[str, models.Correction]:
    """The last living correction of each field."""
    correction, act = models.Correction, models.ReviewAct
    living = (
        select(correction)
        .join(act, act.id == correction.act_id)
        .where(correction.invoice_id == invoice_id, act.undone_at.is_(None))
    )
    return {one.field: one for one in session.scalars(living.order_by(correction.id))}


def _living(invoice: models.Invoice) -> None:
    if invoice.rejected_for is not None or invoice.merged_into is not None:
        raise CannotAct("settled")


def _read_since(session: Session, invoice: models.Invoice, act: models.ReviewAct) -> None:
    """What was read while the correction stood counts once it is gone."""
    if act.act != "correct":
        return
    given = select(models.Correction.field).where(models.Correction.act_id == act.id)
    field = session.scalar(given) or ""
    reading, document = models.ReadingRow, models.Document
    since = (
        select(reading.fields)
        .join(document, document.id == reading.document_id)
        .where(document.invoice_id == invoice.id, reading.at > act.at)
        .order_by(reading.id.desc())
    )
    fields = session.scalar(since.limit(1)) or {}
    if field in fields and field not in corrections_of(session, invoice.id):
        said = fill.columns({field: str(fields[field]["value"])}, invoice.currency)
        for name, value in said.items():
            setattr(invoice, name, value)
