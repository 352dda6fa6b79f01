"""Payments and invoices as columns, so that a million of them are looked at in one go.

Days are proleptic ordinals, money is integer minor units, currencies and cores are numbered. -1 is "not said".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from operator import attrgetter
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt

from core.matching import labels, places, spoken
from core.matching.spoken import References, Spoken
from core.matching.values import Invoice, Payment, Rates

Ints = spoken.Ints
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Tokens = tuple[str, ...]
T = TypeVar("T")
NONE = -1


@dataclass
class Numbering(Generic[T]):
    """Things numbered as they come."""

    of: dict[T, int] = field(default_factory=dict)

    def __call__(self, thing: T) -> int:
        return self.of.setdefault(thing, len(self.of))

    def __len__(self) -> int:
        return len(self.of)


@dataclass
class Lines:
    """Payments. `core` and `party` (the counterparty's name) number `cores`; `references` have four digits or more."""

    ids: Sequence[str]
    day: Ints
    bought: Ints
    cents: Ints
    money: Ints
    asked: Ints
    asked_money: Ints
    channel: Ints
    core: Ints
    party: Ints
    cores: list[Tokens]
    references: References

    def __len__(self) -> int:
        return len(self.ids)


@dataclass
class Units:
    """Documents to be paid, copies merged: `members` are the ids of each, the first of them stands for all."""

    members: list[tuple[str, ...]]
    keys: list[Hashable]
    supplier: Ints
    day: Ints
    due: Ints
    cents: Ints
    money: Ints
    numbers: list[str]
    suppliers: list[str]
    names: list[tuple[str, ...]]
    monies: list[str]

    def __len__(self) -> int:
        return len(self.members)


def ints(values: Iterable[int]) -> Ints:
    return np.fromiter(values, np.int64)


def _each(payments: Sequence[Payment], name: str) -> Ints:
    return np.fromiter(map(attrgetter(name), payments), np.int64, len(payments))


def _numbered(names: Iterable[T | None], numbering: Callable[[T], int], unsaid: T | None = None) -> Ints:
    """By the name of each; -1 for `unsaid`, and for what is not said."""
    listed = list(names)
    of = {
        name: numbering(name) if name is not None and name != unsaid else NONE
        for name in dict.fromkeys(listed)
    }
    return np.fromiter(map(of.__getitem__, listed), np.int64, len(listed))


def lines(
    payments: Sequence[Payment], monies: Numbering[str], known: frozenset[str], said: Spoken | None = None
) -> Lines:
    """`known` are the places that labels may begin or end with; `said` the labels, where they were taken apart before."""
    said = said or spoken.read(payments)
    numbered = Numbering[Tokens]()
    numbered(())
    cores = ints(numbered(places.without(shape.tokens, known)) for shape in said.shapes)
    parties = _numbered(map(attrgetter("counterparty"), payments), lambda name: _party(name, numbered), "")
    day = _days(payments)
    return Lines(
        ids=[each.id for each in payments],
        day=day,
        bought=spoken.bought(payments, said, day),
        cents=_each(payments, "amount_minor"),
        money=_numbered(map(attrgetter("currency"), payments), monies),
        asked=ints(abs(each or 0) for each in map(attrgetter("original_minor"), payments)),
        asked_money=_numbered(map(attrgetter("original_currency"), payments), monies, ""),
        channel=ints(shape.channel for shape in said.shapes)[said.which],
        core=cores[said.which],
        party=parties,
        cores=list(numbered.of),
        references=spoken.references(payments, said),
    )


def _party(name: str, numbered: Numbering[Tokens]) -> int:
    tokens = labels.tokens_of(name)
    return numbered(tokens) if tokens else NONE


def _days(payments: Sequence[Payment]) -> Ints:
    days = map(date.toordinal, map(attrgetter("booked_on"), payments))
    return np.fromiter(days, np.int64, len(payments))


def units(invoices: Sequence[Invoice], monies: Numbering[str]) -> Units:
    """Copies of one document are one unit: declared so, or same supplier, number, day, currency and total."""
    groups: dict[Hashable, list[Invoice]] = defaultdict(list)
    known = {each.id: each for each in invoices}
    for each in invoices:
        groups[document(known.get(each.copy_of or "", each))].append(each)
    kept = [group[0] for group in groups.values()]
    suppliers = Numbering[str]()
    names: dict[int, dict[str, None]] = defaultdict(dict)
    for each in invoices:
        names[suppliers(each.supplier)].update(dict.fromkeys(each.supplier_names or (each.supplier,)))
    return Units(
        members=[tuple(each.id for each in group) for group in groups.values()],
        keys=list(groups),
        supplier=ints(suppliers(each.supplier) for each in kept),
        day=ints(each.issued_on.toordinal() for each in kept),
        due=ints(each.due_on.toordinal() if each.due_on else NONE for each in kept),
        cents=ints(each.owed for each in kept),
        money=ints(monies(each.currency) for each in kept),
        numbers=[labels.compact(each.number) for each in kept],
        suppliers=list(suppliers.of),
        names=[tuple(names[at]) for at in range(len(suppliers))],
        monies=list(monies.of),
    )


def document(invoice: Invoice) -> Hashable:
    """What copies share; a document without a number is its own."""
    number = labels.compact(invoice.number)
    if not number:
        return invoice.id
    return invoice.supplier, number, invoice.issued_on, invoice.currency, invoice.owed


@dataclass
class Exchange:
    """Euros for a hundredth of a currency's unit, by day and currency, as one table."""

    first: int
    table: Floats

    def euros(self, money: Ints, day: Ints) -> Floats:
        """NaN where no rate is known."""
        at = np.clip(day - self.first, 0, len(self.table) - 1)
        return self.table[at, money]


def exchange(rates: Rates, monies: Numbering[str], first: int, last: int) -> Exchange:
    """Over all days from `first` to `last`, each with the last rate that was known."""
    table = np.full((last - first + 1, len(monies)), np.nan)
    for name, code in monies.of.items():
        if name == "EUR":
            table[:, code] = 1.0
        for day, rate in sorted(rates.by_currency.get(name, {}).items()):
            table[max(0, day.toordinal() - first) :, code] = float(rate)
    return Exchange(first, table)


def day_of(ordinal: int) -> date:
    return date.fromordinal(int(ordinal))
