"""When a Supplier's next Invoice is due, from the days of those before: a pure rule, silent where there is no rhythm."""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

#: A rhythm shows in so many months with an Invoice, and in so many of the last ones.
CYCLES, LOOKED_AT = 3, 7
#: Months from one Invoice to the next that are a rhythm.
USUAL = (1, 2, 3, 6, 12)
#: How long after its last usual day an Invoice counts as late.
GRACE = timedelta(days=3)
#: After so many missing ones in a row, the contract has probably ended.
GIVEN_UP_AFTER = 3


@dataclass(frozen=True, slots=True)
class Expected:
    """One period that should have an Invoice: its month, by its first day, and the days between which one usually is issued."""

    period: date
    first: date
    last: date

    def is_late(self, today: date) -> bool:
        return today > self.last + GRACE


@dataclass(frozen=True, slots=True)
class Rhythm:
    """One Invoice `every` so many months, from day to day of the month (both in it); the last was in the month `since`."""

    every: int
    from_day: int
    to_day: int
    since: date

    def expected(self, today: date) -> list[Expected]:
        """The periods since the last Invoice that have begun by today, oldest first."""
        periods = [_month(_index(self.since) + n * self.every) for n in range(1, GIVEN_UP_AFTER + 1)]
        return [
            Expected(one, _day(one, self.from_day), _day(one, self.to_day)) for one in periods if one <= today
        ]


def of(days: Collection[date]) -> Rhythm | None:
    """The rhythm of Invoices issued on these days; None when they have none, or are too few."""
    first_of: dict[int, date] = {}
    for day in sorted(days):
        first_of.setdefault(_index(day), day)
    months = sorted(first_of)[-LOOKED_AT:]
    if len(months) < CYCLES:
        return None
    steps = Counter(later - earlier for earlier, later in pairwise(months))
    every = min(steps)  # one that is missing makes a step longer, never shorter
    if every not in USUAL or steps[every] < max(CYCLES - 1, steps.total() - 1):
        return None
    in_month = [first_of[month].day for month in months]
    return Rhythm(every, min(in_month), max(in_month), _month(months[-1]))


def month_of(day: date) -> date:
    """By its first day."""
    return day.replace(day=1)


def back(month: date, by: int) -> date:
    """The first day of the month so many months before."""
    return _month(_index(month) - by)


def _index(day: date) -> int:
    return day.year * 12 + day.month - 1


def _month(index: int) -> date:
    return date(index // 12, index % 12 + 1, 1)


def _day(month: date, day: int) -> date:
    return month.replace(day=min(day, monthrange(month.year, month.month)[1]))
