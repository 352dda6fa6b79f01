"""What the ledger knows that booking needs: the VAT of each Invoice by rate, and reference rates of its day."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.db import models
from core.export.chart import Chart
from core.export.entries import Means, Vat
from core.export.month import Bill

#: Banks' holidays in a row: no older rate is taken for a day.
_OLDEST = timedelta(days=7)
_AT_ONCE = 500


def means(
    session: Session, workspace_id: int, bills: Collection[Bill], chart: Chart, category: Callable[[str], str]
) -> Means:
    """`category` tells a Supplier's category in the catalogue."""
    ids = [bill.id for bill in bills]
    vat: dict[int, Sequence[Vat]] = {}
    for start in range(0, len(ids), _AT_ONCE):
        vat |= vat_of(session, workspace_id, ids[start : start + _AT_ONCE])
    return Means(chart, category, vat, _euro(session, bills))


def vat_of(session: Session, workspace_id: int, ids: Collection[int]) -> dict[int, Sequence[Vat]]:
    """As the newest reading of each Invoice tells it."""
    document, reading = models.Document, models.ReadingRow
    told = reading.fields["vat_rates"]["value"].as_string()
    rows = session.execute(
        select(document.invoice_id, told)
        .join(document, document.id == reading.document_id)
        .where(document.workspace_id == workspace_id, document.invoice_id.in_(ids))
        .order_by(reading.id)
    )
    return {invoice_id: _rates(said) for invoice_id, said in rows if said}


def _rates(said: str) -> list[Vat]:
    """Nothing when it is no such list: the sum is taken instead."""
    try:
        return [Vat(*(Decimal(each[name]) for name in ("rate", "base", "vat"))) for each in json.loads(said)]
    except (ValueError, KeyError, TypeError, InvalidOperation):
        return []


def _euro(session: Session, bills: Collection[Bill]) -> Callable[[str, date], Decimal | None]:
    """What one unit was worth on a day, or on the last day before it that has a rate."""
    row, days = models.ReferenceRate, [bill.day for bill in bills]
    currencies = {bill.currency for bill in bills} - {None, "EUR"}
    if not currencies:
        return lambda _currency, _day: None
    known = {
        (currency, day): euro
        for currency, day, euro in session.execute(
            select(row.currency, row.day, row.euro).where(
                row.currency.in_(currencies), row.day.between(min(days) - _OLDEST, max(days))
            )
        )
    }

    def euro(currency: str, day: date) -> Decimal | None:
        near = (known.get((currency, day - timedelta(days=n))) for n in range(_OLDEST.days + 1))
        return next((rate for rate in near if rate is not None), None)

    return euro
