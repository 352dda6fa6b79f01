"""Which payment and unit are looked at together: joins of sorted columns, and no pair outside them.

What may become a link is met by (c) a number in the label or (d) a supplier that the label names, and an amount that can be
explained. By (a) the same cents, (b) the same original amount or (e) a rate alone strangers meet: that is only counted, to find aliases.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from core.matching import names
from core.matching.columns import NONE, Bools, Exchange, Floats, Ints, Lines, Numbering, Units, ints

#: A payment is at most this many days before, and after, the day of its invoice.
WINDOW = range(-50, 126)
#: How a payment's amount comes from the unit's: not at all, cent for cent, by what the shop asked, by a rate, VAT added, less a discount.
OFF, EQUAL, ASKED, RATED, GROSSED, DISCOUNTED = range(6)
#: What a bank takes for changing money, with the drift of a few days: payment in euros over invoice in euros.
CHEAPEST, DEAREST = 0.985, 1.045
#: VAT of the Union's countries, as a payment stands to a total that was read without it (Directive 2006/112/EC, rates of 2026).
GROSSES = (1.2, 1.19, 1.21, 1.22, 1.23, 1.24, 1.25, 1.18, 1.17, 1.1, 1.07, 1.09, 1.055, 1.05, 1.04, 1.021)
DISCOUNTS = (0.98, 0.97, 0.99, 0.95)
#: The least and the most by which a payment and its invoice differ in one currency.
FACTORS = min(DISCOUNTS), max(GROSSES)
#: Pairs that are made at a time.
PIECE = 1_000_000
#: A name that reaches this level brings all its supplier's units, whatever their amount.
NAMES = names.FAINT


def by_cents(lines: Lines, units: Units, since: Ints, who: Bools, lags: range) -> Iterator[tuple[Ints, Ints]]:
    """(a): lines of `who`, so many days after `since`, which is a day for each unit."""
    mine = np.flatnonzero(who)
    owed, paid = (units.money << 44) + units.cents, (lines.money[mine] << 44) - lines.cents[mine]
    for line, unit in _same(paid, lines.bought[mine], owed, since, lags):
        yield mine[line], unit


def by_asked(lines: Lines, units: Units, since: Ints, who: Bools, lags: range) -> Iterator[tuple[Ints, Ints]]:
    """(b), where the original differs from what was booked."""
    mine = np.flatnonzero(who & (lines.asked > 0) & (lines.asked_money != lines.money))
    signed = np.where(lines.cents[mine] < 0, lines.asked[mine], -lines.asked[mine])
    owed, paid = (units.money << 44) + units.cents, (lines.asked_money[mine] << 44) + signed
    for line, unit in _same(paid, lines.bought[mine], owed, since, lags):
        yield mine[line], unit


def by_number(lines: Lines, units: Units) -> Iterator[tuple[Ints, Ints]]:
    """(c): also what stands in the label between other letters, as RE-2024-118 in RE2024118/1."""
    numbered = Numbering[str]()
    owner = ints(unit for unit, number in enumerate(units.numbers) if sum(map(str.isdigit, number)) >= 4)
    offered = ints(numbered(units.numbers[unit]) for unit in owner.tolist())
    said = lines.references
    word = ints(numbered.of.get(each, NONE) for each in said.words)
    met = np.flatnonzero(word != NONE)
    who = np.searchsorted(said.starts, met, side="right") - 1
    order = np.argsort(offered, kind="stable")
    first, last = (np.searchsorted(offered[order], word[met], side=side) for side in ("left", "right"))
    line, unit = _spread(first, last, who, owner[order])
    near = np.abs(lines.day[line] - units.day[unit]) <= 2 * WINDOW[-1]
    yield line[near], unit[near]


def by_name(
    lines: Lines, units: Units, table: names.Table, changes: Exchange, level: int = NAMES
) -> Iterator[tuple[Ints, Ints]]:
    """(d): only pairs whose amounts can be explained."""
    plain = np.where(lines.asked_money == NONE, lines.money, NONE)
    for several, one in named(lines, units, table, level):
        near = _near(plain[several] == units.money[one], lines.cents[several], units.cents[one])
        line, unit = several[near], one[near]
        kept = relation(lines, units, changes, line, unit) != OFF
        yield line[kept], unit[kept]


def _near(same: Bools, paid: Ints, owed: Ints) -> Bools:
    """False where no relation can hold: of one currency, and too far apart for any of the FACTORS. Cheap, for most are strangers."""
    paid, owed = np.abs(paid), np.abs(owed)
    between = (paid >= FACTORS[0] * owed - 2) & (paid <= FACTORS[1] * owed + 2)
    return np.asarray(between | ~same)


def named(lines: Lines, units: Units, table: names.Table, level: int = NAMES) -> Iterator[tuple[Ints, Ints]]:
    """Lines and units that a core or a counterparty brings together, whatever the amount."""
    for who in (lines.core, lines.party):
        line, supplier = suppliers_of(who, table, level)
        for one, other in _same(supplier, lines.bought[line], units.supplier, units.day, WINDOW):
            yield line[one], other


def due_to(lines: Lines, units: Units, payee: Ints, some: Ints) -> Iterator[tuple[Ints, Ints]]:
    """Places in `some` lines with the units of the supplier that each names, whatever the amount, in the weeks around."""
    yield from _same(payee[some], lines.bought[some], units.supplier, units.day, range(-10, 46))


def suppliers_of(who: Ints, table: names.Table, level: int) -> tuple[Ints, Ints]:
    """Each line with each supplier that it names."""
    keys = table.keys[table.levels >= level]
    core, supplier = keys // table.suppliers, keys % table.suppliers
    first, last = np.searchsorted(core, who), np.searchsorted(core, who, side="right")
    return _spread(first, last, np.arange(len(who)), supplier)


def _same(wanted: Ints, on: Ints, offered: Ints, day: Ints, lags: range) -> Iterator[tuple[Ints, Ints]]:
    """Pairs with equal keys, `on` being one of `lags` days after `day`; in pieces."""
    if not len(wanted) or not len(offered):
        return
    order = np.lexsort((day, offered))
    held, numbered = np.unique(offered, return_inverse=True)
    at = np.minimum(np.searchsorted(held, wanted), len(held) - 1)
    met = np.flatnonzero(held[at] == wanted)
    base = np.int64(1) << 21
    sorted_keys = (numbered * base + day)[order]
    first = np.searchsorted(sorted_keys, at[met] * base + on[met] - lags[-1])
    last = np.searchsorted(sorted_keys, at[met] * base + on[met] - lags[0], side="right")
    total = np.cumsum(last - first)
    cuts = np.searchsorted(total, np.arange(PIECE, total[-1] if len(met) else 0, PIECE))
    for piece in np.split(np.arange(len(met)), cuts):
        if len(piece):
            yield _spread(first[piece], last[piece], met[piece], order)


def _spread(first: Ints, last: Ints, owner: Ints, order: Ints) -> tuple[Ints, Ints]:
    """Every place from `first` to `last` in `order`, with its owner."""
    count = last - first
    start = np.repeat(first - np.concatenate(([0], np.cumsum(count)[:-1])), count)
    return np.repeat(owner, count), order[start + np.arange(count.sum())]


def relation(lines: Lines, units: Units, changes: Exchange, line: Ints, unit: Ints) -> Ints:
    """How each payment's amount comes from its unit's."""
    paid, owed = -lines.cents[line], units.cents[unit]
    same = lines.money[line] == units.money[unit]
    found = np.where(same & (paid == owed), EQUAL, OFF)
    right = (np.sign(paid) == np.sign(owed)) & (owed != 0)
    asked = lines.asked_money[line] == units.money[unit]
    found[(found == OFF) & right & asked & (lines.asked[line] == np.abs(owed))] = ASKED
    ratio = changed(lines, units, changes, line, unit)
    between = (ratio >= CHEAPEST) & (ratio <= DEAREST)
    found[(found == OFF) & right & ~same & ~asked & between] = RATED
    # What the shop asked says the amount in the invoice's own currency.
    spent = np.where(asked & ~same, lines.asked[line], np.abs(paid))
    beside = np.flatnonzero((found == OFF) & right & (same | asked))
    found[beside] = _beside(spent[beside], np.abs(owed[beside]))
    return found


def _beside(spent: Ints, owed: Ints) -> Ints:
    """VAT added, or less a discount, to the cent."""
    found = np.full(len(spent), OFF)
    for kind, factors in ((GROSSED, GROSSES), (DISCOUNTED, DISCOUNTS)):
        found[(found == OFF) & _times(spent, owed, factors)] = kind
    return found


def changed(lines: Lines, units: Units, changes: Exchange, line: Ints, unit: Ints) -> Floats:
    """Payment over invoice, both in euros at the rate of the day of purchase; NaN without a rate."""
    day = lines.bought[line]
    paid = -lines.cents[line] * changes.euros(lines.money[line], day)
    with np.errstate(divide="ignore", invalid="ignore"):
        return paid / (units.cents[unit] * changes.euros(units.money[unit], day))


def _times(spent: Ints, owed: Ints, factors: tuple[float, ...]) -> Bools:
    """Within a cent of one of the factors."""
    hit = np.zeros(len(spent), bool)
    for factor in factors:
        hit |= np.abs(spent - np.rint(owed * factor)) <= 1
    return hit


def by_rate(
    lines: Lines, units: Units, changes: Exchange, who: Bools, which: Bools, lags: range
) -> Iterator[tuple[Ints, Ints]]:
    """(e): lines of `who` that may have paid a foreign unit of `which`: `lags` are days after the day that it was owed."""
    owner = np.flatnonzero(who & (lines.asked_money == NONE))
    for money in np.unique(lines.money[owner]):
        mine = owner[lines.money[owner] == money]
        euros = -lines.cents[mine] * changes.euros(lines.money[mine], lines.bought[mine])
        order = np.lexsort((euros, lines.bought[mine]))
        mine, euros, day = mine[order], euros[order], lines.bought[mine][order]
        foreign = np.flatnonzero(which & (units.money != money))
        for lag in lags:
            yield from _day_by_day(mine, euros, day, units, foreign, changes, lag)


def _day_by_day(
    mine: Ints, euros: Floats, day: Ints, units: Units, foreign: Ints, changes: Exchange, lag: int
) -> Iterator[tuple[Ints, Ints]]:
    """`mine` is sorted by day, then by euros."""
    on = owed_on(units)[foreign] + lag
    owed = units.cents[foreign] * changes.euros(units.money[foreign], on)
    known = np.isfinite(owed) & np.isin(on, day)
    on, owed, unit = on[known], owed[known], foreign[known]
    low, high = np.minimum(owed * CHEAPEST, owed * DEAREST), np.maximum(owed * CHEAPEST, owed * DEAREST)
    # One number that sorts as (day, euros) do.
    scale = float(
        2 * max(np.abs(euros).max(initial=1), np.abs(high).max(initial=1), np.abs(low).max(initial=1)) + 1
    )
    line = (day - day[0]) * scale + euros if len(day) else euros
    base = (on - (day[0] if len(day) else 0)) * scale
    first, last = np.searchsorted(line, base + low), np.searchsorted(line, base + high, side="right")
    unit_of, found = _spread(first, last, unit, np.arange(len(line)))
    yield mine[found], unit_of


def owed_on(units: Units) -> Ints:
    """The day a unit falls due, or was issued where nothing is said."""
    return np.where(units.due == NONE, units.day, units.due)
