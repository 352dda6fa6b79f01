"""Payments meet their invoices. Pure functions over values: no database, no clock.

`solve` takes a whole pile; a `Field` keeps one solved while payments and invoices arrive one by one.
"""

from core.matching.field import Change, Field
from core.matching.labels import core_of
from core.matching.memory import confirmation, from_pairs, learn
from core.matching.solving import solve
from core.matching.values import (
    Confirmation,
    Invoice,
    Link,
    Memory,
    Payment,
    Rates,
    Reason,
    Solution,
    Unlinked,
    pairs,
)

__all__ = [
    "Change",
    "Confirmation",
    "Field",
    "Invoice",
    "Link",
    "Memory",
    "Payment",
    "Rates",
    "Reason",
    "Solution",
    "Unlinked",
    "confirmation",
    "core_of",
    "from_pairs",
    "learn",
    "pairs",
    "solve",
]
