"""What a whole pile of payments and invoices tells about itself, without a person: its places, names, aliases and habits.

It is *frozen*: a pair's score depends on the pair and on this, so one arrival more changes no other pair, and order never matters.
A new survey is made when the whole pile is solved again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from core.matching import aliases, bankwords, places
from core.matching import names as naming
from core.matching.columns import Ints, Tokens, Units
from core.matching.spoken import Spoken
from core.matching.values import Invoice, Memory

#: A supplier whose habit is not known, in days.
UNKNOWN = -(10**6)
#: Payments below which nobody has a habit.
ENOUGH = 3
#: An alias that may be looked at as a name is.
SURE_ALIAS = 3

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
    def book(self) -> naming.Book:
        return naming.Book(self.names)

    @cached_property
    def by_core(self) -> dict[Tokens, list[tuple[str, int]]]:
        """Aliases of each core, strongest first."""
        found: dict[Tokens, list[tuple[str, int]]] = defaultdict(list)
        for (core, supplier), level in self.aliases.items():
            if level:
                found[core].append((supplier, level))
        return {
            core: sorted(several, key=lambda each: (-each[1], each[0])) for core, several in found.items()
        }

    def payee(self, core: Tokens) -> str | None:
        """The one supplier that a core names, or is an alias of, better than all others."""
        ranked = [each for each in self.book.ranked(core) if each[1] >= naming.CUT]
        ranked = ranked or [each for each in self.by_core.get(core, ()) if each[1] >= SURE_ALIAS]
        clear = ranked and (len(ranked) == 1 or ranked[0][1] > ranked[1][1])
        return ranked[0][0] if clear else None

    def taught(self, memory: Memory) -> Survey:
        """With what people's words on pairs say of a core and a supplier: sure after ENOUGH, never after refusals that outweigh."""
        told = {}
        for (core, supplier), (agreed, refused) in memory.aliases.items():
            key = places.without(tuple(core.split()), self.places), supplier
            if agreed > refused:
                sure = aliases.MOST if agreed - refused >= ENOUGH else SURE_ALIAS
                told[key] = max(sure, self.aliases.get(key, 0))
            elif refused:
                told[key] = 0
        return replace(self, aliases={**self.aliases, **told}) if told else self

    def newcomers(self, suppliers: Mapping[str, tuple[str, ...]]) -> naming.Book | None:
        """A book of those that were not known when the survey was made."""
        new = {supplier: several for supplier, several in suppliers.items() if supplier not in self.names}
        return naming.Book(new, self.book) if new else None


def places_of(said: Spoken, invoices: Sequence[Invoice]) -> frozenset[str]:
    printed = {name for each in invoices for name in each.supplier_names}
    named = {token for name in printed for token in naming.name_tokens(name)}
    return places.of({shape.tokens for shape in said.shapes}, named - bankwords.GENERIC)


def names_of(units: Units) -> dict[str, tuple[str, ...]]:
    return dict(zip(units.suppliers, units.names, strict=True))


def recurring(units: Units) -> frozenset[Asked]:
    """What a supplier asked in two documents and more."""
    if not len(units):
        return frozenset()
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
