"""Payments and invoices as columns, so that a million of them are looked at in one go.

Days are proleptic ordinals, money is integer minor units, currencies and cores are numbered. -1 is "not said".
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt

from core.matching import labels, places
from core.matching.values import Invoice, Payment, Rates

Ints = npt.NDArray[np.int64]
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
    """Payments. `core` and `party` (the counterparty's name) number `cores`; `refs` is (line, what it says) with four digits or more."""

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
    refs: list[tuple[int, str]]

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


Spoken = tuple[list[str], list[labels.Shape]]


def spoken(payments: Sequence[Payment]) -> Spoken:
    """The labels, plain and taken apart."""
    plain = [labels.plain(each.label) for each in payments]
    return plain, [labels.read(labels.shape_of(each)) for each in plain]


def lines(
    payments: Sequence[Payment], monies: Numbering[str], known: frozenset[str], said: Spoken | None = None
) -> Lines:
    """`known` are the places that labels may begin or end with; `said` the labels, where they were taken apart before."""
    plain, shapes = said or spoken(payments)
    parties = [labels.tokens_of(each.counterparty) if each.counterparty else () for each in payments]
    numbered = Numbering[Tokens]()
    numbered(())
    cached: dict[int, int] = {}
    cores = np.empty(len(payments), np.int64)
    for at, shape in enumerate(shapes):
        key = id(shape)
        if key not in cached:
            cached[key] = numbered(places.without(shape.tokens, known))
        cores[at] = cached[key]
    party = ints(numbered(each) if each else NONE for each in parties)
    day = ints(each.booked_on.toordinal() for each in payments)
    return Lines(
        ids=[each.id for each in payments],
        day=day,
        bought=_bought(payments, plain, shapes),
        cents=ints(each.amount_minor for each in payments),
        money=ints(monies(each.currency) for each in payments),
        asked=ints(abs(each.original_minor or 0) for each in payments),
        asked_money=ints(
            monies(each.original_currency) if each.original_currency else NONE for each in payments
        ),
        channel=ints(shape.channel for shape in shapes),
        core=cores,
        party=party,
        cores=list(numbered.of),
        refs=references(payments, plain, shapes),
    )


def _bought(payments: Sequence[Payment], plain: list[str], shapes: list[labels.Shape]) -> Ints:
    """The day of purchase where a label says it, else of booking."""

    def day(payment: Payment, label: str, shape: labels.Shape) -> int:
        if shape.day is None:
            return payment.booked_on.toordinal()
        return (labels.bought_on(label, shape, payment.booked_on) or payment.booked_on).toordinal()

    return ints(map(day, payments, plain, shapes))


def references(
    payments: Sequence[Payment], plain: list[str], shapes: list[labels.Shape]
) -> list[tuple[int, str]]:
    """What lines say that may be a document's number; two words that stand side by side also as one."""
    said: list[tuple[int, str]] = []
    for at, (payment, label, shape) in enumerate(zip(payments, plain, shapes, strict=True)):
        if shape.references:
            words = [labels.compact(label[slice(*span)]) for span in shape.references]
            said += [(at, word) for word in words]
            said += [(at, one + other) for one, other in itertools.pairwise(words)]
        if payment.reference:
            said.append((at, labels.compact(payment.reference)))
    return said


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
