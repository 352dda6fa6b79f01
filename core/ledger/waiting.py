"""What waits for a person: the queue of the review desk, what narrows it, and which of it has nothing left to look at."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from typing import Any, TypedDict, Unpack

from sqlalchemy import ColumnElement, Select, Text, cast, func, select
from sqlalchemy.orm import Session

from core import nouns
from core.db import models
from core.ledger import search

#: How far net and VAT may be from the total, in minor units.
ROUNDED = 2


class Narrowed(TypedDict, total=False):
    """What a person narrows the queue to. `reason` is a doubt's sentence, `words` as in `search.find`."""

    supplier: str | None
    reason: str | None
    amount: Decimal | None
    words: str


def queue(
    session: Session, workspace_id: int, *, limit: int = 200, **narrowed: Unpack[Narrowed]
) -> list[models.Invoice]:
    """The Invoices that ask for a person, in the order of `places`."""
    chosen = _ordered(select(models.Invoice).where(*_asked(session, workspace_id, narrowed)))
    return list(session.scalars(chosen.limit(limit)))


def places(session: Session, workspace_id: int, **narrowed: Unpack[Narrowed]) -> list[int]:
    """The ids of all that waits: what falls due first, then what names no day, each in the order in which they came.

    Neither a new reading of another Invoice nor the time of day moves anything, so that who walks the queue misses none.
    """
    return list(
        session.scalars(_ordered(select(models.Invoice.id).where(*_asked(session, workspace_id, narrowed))))
    )


def of_places(session: Session, ids: list[int]) -> list[models.Invoice]:
    """These Invoices, in this order."""
    found = session.scalars(select(models.Invoice).where(models.Invoice.id.in_(ids)))
    return sorted(found, key=lambda invoice: ids.index(invoice.id))


def green(
    session: Session, workspace_id: int, *, only: list[int] | None = None, **narrowed: Unpack[Narrowed]
) -> list[int]:
    """Those that can be confirmed with others like them: nothing is doubted, nothing vital is missing, the sums come out."""
    chosen = select(models.Invoice.id).where(*_asked(session, workspace_id, narrowed), *_green())
    if only is not None:
        chosen = chosen.where(models.Invoice.id.in_(only))
    return list(session.scalars(_ordered(chosen)))


def count_waiting(session: Session, workspace_id: int) -> int:
    mine = _asked(session, workspace_id, {})
    return session.scalar(select(func.count()).select_from(models.Invoice).where(*mine)) or 0


def reasons(session: Session, workspace_id: int) -> Counter[str]:
    """The doubts of all that waits, each with how many Invoices have it."""
    doubts = session.scalars(select(models.Invoice.doubts).where(*_asked(session, workspace_id, {})))
    return Counter(doubt for each in doubts for doubt in each)


def suppliers(session: Session, workspace_id: int) -> list[str]:
    """Whose Invoices wait, by name."""
    supplier = models.Invoice.supplier
    return list(
        session.scalars(
            select(supplier).where(*_asked(session, workspace_id, {})).distinct().order_by(supplier)
        )
    )


def _asked(session: Session, workspace_id: int, narrowed: Narrowed) -> list[ColumnElement[bool]]:
    invoice, asked = models.Invoice, [models.Invoice.workspace_id == workspace_id, *search.waits()]
    if supplier := narrowed.get("supplier"):
        asked.append(invoice.supplier == supplier)
    if reason := narrowed.get("reason"):
        asked.append(cast(invoice.doubts, Text).contains(json.dumps(reason), autoescape=True))
    if (amount := narrowed.get("amount")) is not None:
        asked.append(search.has_amount(amount))
    if typed := narrowed.get("words", "").strip():
        asked.append(search.speaks_of(session, workspace_id, typed))
    return asked


def _ordered(chosen: Select[Any]) -> Select[Any]:
    invoice = models.Invoice
    return chosen.order_by(invoice.due_on.is_(None), invoice.due_on, invoice.id)


def _green() -> list[ColumnElement[bool]]:
    invoice = models.Invoice
    vital = (invoice.number, invoice.issued_on, invoice.currency, invoice.read_at)
    return [
        *(one.is_not(None) for one in vital),
        invoice.kind == nouns.Kind.INVOICE,
        invoice.precision == nouns.Precision.DAY,
        func.abs(invoice.net_minor + invoice.vat_minor - invoice.total_minor) <= ROUNDED,
        cast(invoice.doubts, Text) == "[]",
        invoice.twin_of.is_(None),
    ]
