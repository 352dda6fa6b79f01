"""What a whole pile of payments and invoices tells about itself, without a person: its places, names, aliases and habits.

It is *frozen*: a pair's score depends on the pair and on this, so one arrival more changes no other pair, and order never matters.
A new survey is made when the whole pile is solved again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from core.matching import aliases, labels, names, places
from core.matching.columns import Ints, Tokens, Units
from core.matching.values import Memory, Payment

#: A supplier whose habit is not known, in days.
UNKNOWN = -(10**6)
#: Payments below which nobody has a habit.
ENOUGH = 3

Asked = tuple[str, str, int]


@dataclass(frozen=True)
class Survey:
    """`aliases`: level by core and supplier. `habits`: days from invoice to payment. `recurring`: amounts a supplier asks again."""

    places: frozenset[str] = frozenset()
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    aliases: Mapping[tuple[Tokens, str], int] = field(default_factory=dict)
    habits: Mapping[str, int] = field(default_factory=dict)
    recurring: frozenset[Asked] = frozenset()

    @cached_property
    def book(self) -> names.Book:
        return names.Book(self.names)

    def book_with(self, suppliers: Mapping[str, tuple[str, ...]]) -> names.Book:
        """The book, with suppliers that were not known when it was written."""
        new = {supplier: several for supplier, several in suppliers.items() if supplier not in self.names}
        return names.Book({**self.names, **new}) if new else self.book


def places_of(payments: Sequence[Payment]) -> frozenset[str]:
    shapes = {labels.shape_of(labels.plain(each.label)) for each in payments}
    return places.of({labels.read(shape).tokens for shape in shapes})


def names_of(units: Units) -> dict[str, tuple[str, ...]]:
    return dict(zip(units.suppliers, units.names, strict=True))


def recurring(units: Units) -> frozenset[Asked]:
    """What a supplier asked in two documents and more."""
    keys = np.stack([units.supplier, units.money, units.cents])
    seen, times = np.unique(keys, axis=1, return_counts=True)
    return frozenset(
        (units.suppliers[supplier], units.monies[money], int(cents))
        for supplier, money, cents in seen[:, times > 1].T.tolist()
    )


def habits(suppliers: Ints, lags: Ints, count: int) -> Ints:
    """By supplier, the middle of the days from invoice to payment; UNKNOWN below ENOUGH."""
    order = np.lexsort((lags, suppliers))
    several = np.bincount(suppliers, minlength=count)
    middle = np.cumsum(several) - several + several // 2
    usual = np.full(count, UNKNOWN)
    known = several >= ENOUGH
    usual[known] = lags[order][middle[known]]
    return usual


def taught(memory: Memory, found: frozenset[str]) -> dict[tuple[Tokens, str], int]:
    """What people's words on pairs say of a core and a supplier: sure after ENOUGH, never after a refusal that outweighs."""
    told = {}
    for (core, supplier), (agreed, refused) in memory.aliases.items():
        key = places.without(tuple(core.split()), found), supplier
        if agreed > refused:
            told[key] = aliases.MOST if agreed - refused >= ENOUGH else aliases.MOST - 2
        elif refused:
            told[key] = 0
    return told
