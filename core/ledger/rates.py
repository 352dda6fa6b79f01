"""Reference rates: what one unit of a currency was worth in euro on a day, for every company of this installation."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from core.db import models
from core.payments.eurofxref import Rate


def keep(session: Session, rates: Iterable[Rate]) -> int:
    """Keep these; how many are new or said otherwise before. The same file twice changes nothing."""
    told = {(rate.day, rate.currency): rate.euro for rate in rates}
    row = models.ReferenceRate
    first, last = (min(told)[0], max(told)[0]) if told else (date.max, date.max)
    here = select(row.day, row.currency, row.euro).where(row.day.between(first, last))
    known = {(day, currency): euro for day, currency, euro in session.execute(here)}
    fresh = [{"day": d, "currency": c, "euro": euro} for (d, c), euro in told.items() if (d, c) not in known]
    other = [key for key, euro in told.items() if key in known and known[key] != euro]
    if fresh:
        session.execute(insert(row), fresh)
    for day, currency in other:
        mine = update(row).where(row.day == day, row.currency == currency)
        session.execute(mine.values(euro=told[day, currency]))
    return len(fresh) + len(other)


def last_day(session: Session) -> date | None:
    """The newest day that there are rates of."""
    return session.scalar(select(func.max(models.ReferenceRate.day)))
