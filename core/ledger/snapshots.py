"""How a Payment stands with its Invoices, as a value that can be kept and put back to the letter."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.db import models

_OF_PAYMENT = ("closed_for", "closed_note", "closed_by", "closed_at", "unmatched_for")
_OF_MATCH = (
    "invoice_id", "amount_minor", "band", "confidence", "reasons", "made_at", "confirmed_at", "confirmed_by",
)  # fmt: skip
_OF_REFUSAL = ("invoice_id", "by", "at")
_INSTANTS = {"closed_at", "made_at", "confirmed_at", "at"}


def of(session: Session, payment: models.Payment) -> dict[str, Any]:
    """`{"payment": {…}, "matches": [{…}], "refusals": [{…}]}`, instants in ISO 8601."""
    return {
        "payment": _told(payment, _OF_PAYMENT),
        "matches": [_told(row, _OF_MATCH) for row in _rows(session, models.Match, payment.id)],
        "refusals": [_told(row, _OF_REFUSAL) for row in _rows(session, models.Refusal, payment.id)],
    }


def put_back(session: Session, payment: models.Payment, before: dict[str, Any]) -> None:
    """An Invoice that is no more is left out."""
    _set(payment, before["payment"])
    _replace(session, payment, models.Match, before["matches"])
    _replace(session, payment, models.Refusal, before["refusals"])
    session.flush()


def _replace(
    session: Session, payment: models.Payment, model: type[Any], wanted: list[dict[str, Any]]
) -> None:
    there = {row.invoice_id: row for row in _rows(session, model, payment.id)}
    rows = {row["invoice_id"]: row for row in wanted}
    for invoice_id, row in there.items():
        if invoice_id not in rows:
            session.delete(row)
    for invoice_id, told in rows.items():
        row = there.get(invoice_id)
        if row is None and session.get(models.Invoice, invoice_id) is None:
            continue
        row = row or model(workspace_id=payment.workspace_id, payment_id=payment.id)
        _set(row, told)
        session.add(row)


def _rows(session: Session, model: type[Any], payment_id: int) -> list[Any]:
    return list(
        session.scalars(select(model).where(model.payment_id == payment_id).order_by(model.invoice_id))
    )


def _told(row: models.Base, names: tuple[str, ...]) -> dict[str, Any]:
    said = {name: getattr(row, name) for name in names}
    return {name: one.isoformat() if isinstance(one, datetime) else one for name, one in said.items()}


def _set(row: models.Base, told: dict[str, Any]) -> None:
    for name, one in told.items():
        setattr(row, name, datetime.fromisoformat(one) if name in _INSTANTS and one else one)
