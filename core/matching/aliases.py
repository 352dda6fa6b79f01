"""A core that names nobody and yet pays a supplier: a billing company, a payment provider, a trade name nobody wrote down.

It shows in that its payments equal the supplier's invoices on the right days far more often than on other days of the same
months, which is what chance gives. Nothing is learned from what a name already explains.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from core.matching import bankwords, blocking, names
from core.matching.columns import NONE, Bools, Exchange, Floats, Ints, Lines, Units

#: Days after the day owed on which most payments fall, and as many on which they fall by chance only.
RIGHT, WRONG = range(-2, 7), range(9, 18)
#: Log-likelihood ratios that part the levels of an alias.
STRENGTHS = (1.0, 3.0, 6.0, 12.0, 24.0)
MOST = len(STRENGTHS)
#: Suppliers among whom these are the levels: among more of them, more are met by chance.
AMONG = 100
#: One meeting may be anybody's.
FEWEST = 2
#: A supplier most of whose invoices were not met is met by chance.
LEAST_MET = 0.3

Met = tuple[Ints, Ints]


@dataclass
class Aliases:
    """`level`, 0 to MOST, by core x supplier; 0 for what is not in `keys`."""

    suppliers: int
    keys: Ints
    levels: Ints

    def level(self, core: Ints, supplier: Ints) -> Ints:
        if not len(self.keys):
            return np.zeros(len(core), np.int64)
        wanted = core * self.suppliers + supplier
        at = np.minimum(np.searchsorted(self.keys, wanted), len(self.keys) - 1)
        return np.where(self.keys[at] == wanted, self.levels[at], 0)


def found(lines: Lines, units: Units, table: names.Table, changes: Exchange) -> Aliases:
    """Among payments that name nobody, and units that nobody who names their supplier can have paid."""
    free, left = strangers(lines, table), ~_explained(lines, units, table, changes)
    count = len(units.suppliers)
    right, wrong = (_met(lines, units, changes, free, left, lags) for lags in (RIGHT, WRONG))
    keys, seen = _counted(lines, units, right)
    expected = _by_chance(lines, units, keys, left, *_counted(lines, units, wrong))
    owed = np.bincount(units.supplier[left], minlength=count)[keys % count] if len(keys) else keys
    strength = _strength(seen, expected, owed, count)
    strong = (strength >= STRENGTHS[0]) & (seen >= FEWEST)
    key = lines.core[right[0]] * count + units.supplier[right[1]]
    return Aliases(
        count, *_exclusive(keys[strong], strength[strong], expected[strong], owed[strong], key, right, count)
    )


def strangers(lines: Lines, table: names.Table) -> Bools:
    """Lines that name no supplier, and yet say something that is no fee, no cash and no transfer to oneself."""
    silent = (bankwords.FEE, bankwords.CASH, bankwords.INTERNAL, bankwords.CHEQUE)
    spoken = np.array([bool(tokens) for tokens in lines.cores])
    by_party = (lines.party != NONE) & (table.best[lines.party] >= names.CUT)
    named = by_party | (table.best[lines.core] >= names.CUT)
    return np.asarray(spoken[lines.core] & ~np.isin(lines.channel, silent) & ~named)


def _explained(lines: Lines, units: Units, table: names.Table, changes: Exchange) -> Bools:
    """Units that a payment which names their supplier fits, on a right day."""
    seen = np.zeros(len(units), bool)
    for line, unit in blocking.by_name(lines, units, table, changes, names.CUT):
        lag = lines.bought[line] - blocking.owed_on(units)[unit]
        seen[unit[(lag >= RIGHT[0]) & (lag <= RIGHT[-1])]] = True
    return seen


def _met(lines: Lines, units: Units, changes: Exchange, free: Bools, left: Bools, lags: range) -> Met:
    """Payments and units of the same worth on those days, nearest days first."""
    seen = list(_meetings(lines, units, changes, free, left, lags))
    line = np.concatenate([np.zeros(0, np.int64), *(each for each, _ in seen)])
    unit = np.concatenate([np.zeros(0, np.int64), *(each for _, each in seen)])
    order = np.lexsort((line, unit, np.abs(lines.bought[line] - blocking.owed_on(units)[unit])))
    return line[order], unit[order]


def _meetings(
    lines: Lines, units: Units, changes: Exchange, free: Bools, left: Bools, lags: range
) -> Iterator[Met]:
    owed = blocking.owed_on(units)
    for joined in (
        blocking.by_cents(lines, units, owed, free, lags),
        blocking.by_asked(lines, units, owed, free, lags),
        blocking.by_rate(lines, units, changes, free, left, lags),
    ):
        for line, unit in joined:
            kept = left[unit]
            yield line[kept], unit[kept]


def _counted(lines: Lines, units: Units, met: Met) -> tuple[Ints, Floats]:
    """By core x supplier, how many different payments met how many different units: the fewer of both."""
    line, unit = met
    size = max(len(lines), len(units)) + 1
    keys, several = np.unique(
        lines.core[line] * len(units.suppliers) + units.supplier[unit], return_inverse=True
    )
    by_line = np.bincount(np.unique(several * size + line) // size, minlength=len(keys))
    by_unit = np.bincount(np.unique(several * size + unit) // size, minlength=len(keys))
    return keys, np.minimum(by_line, by_unit).astype(float)


def _by_chance(lines: Lines, units: Units, keys: Ints, left: Bools, others: Ints, chance: Floats) -> Floats:
    """What the core meets on wrong days: of this supplier, and of anybody who is owed as much."""
    count = len(units.suppliers)
    if not len(others):
        return np.full(len(keys), 0.05)
    at = np.minimum(np.searchsorted(others, keys), len(others) - 1)
    beside = np.where(others[at] == keys, chance[at], 0.0)
    owed = np.bincount(units.supplier[left], minlength=count)
    by_core = np.bincount(others // count, weights=chance, minlength=len(lines.cores))
    usual = by_core[keys // count] * owed[keys % count] / max(1, left.sum())
    return np.asarray(0.3 * usual + beside + 0.05)


def _strength(seen: Floats, expected: Floats, owed: Ints, suppliers: int) -> Floats:
    """Log-likelihood ratio of so many meetings against chance (Poisson), half of it below LEAST_MET; less what many suppliers cost."""
    ratio = seen * np.log(np.maximum(seen, 1e-9) / expected) - (seen - expected)
    ratio = np.where(seen > expected, ratio, 0.0)
    ratio = np.where(seen >= LEAST_MET * owed, ratio, ratio / 2)
    return np.asarray(ratio - np.log(max(1.0, suppliers / AMONG)))


def _exclusive(
    keys: Ints, strength: Floats, expected: Floats, owed: Ints, key: Ints, met: Met, suppliers: int
) -> tuple[Ints, Ints]:
    """Strongest first, each with what no stronger one has taken: of two that cost the same on the same day one is true."""
    order = np.argsort(key, kind="stable")
    line, unit = met[0][order], met[1][order]
    first, last = np.searchsorted(key[order], keys), np.searchsorted(key[order], keys, side="right")
    spent: tuple[set[int], set[int]] = set(), set()
    kept = []
    for at in np.lexsort((keys, -strength)).tolist():
        here = slice(first[at], last[at])
        pairs = _one_to_one(line[here].tolist(), unit[here].tolist(), spent)
        left = _strength(np.array([float(len(pairs))]), expected[[at]], owed[[at]], suppliers)
        level = int(np.searchsorted(STRENGTHS, left[0], side="right"))
        if level and len(pairs) >= FEWEST:
            kept.append((int(keys[at]), level))
            spent[0].update(a for a, _ in pairs)
            spent[1].update(b for _, b in pairs)
    levels = np.array(sorted(kept), np.int64).reshape(-1, 2)
    return levels[:, 0], levels[:, 1]


def _one_to_one(line: list[int], unit: list[int], spent: tuple[set[int], set[int]]) -> list[tuple[int, int]]:
    """Each payment and each unit once, those apart that are spent."""
    lines, units = set[int](), set[int]()
    pairs = []
    for a, b in zip(line, unit, strict=True):
        if not (a in lines or b in units or a in spent[0] or b in spent[1]):
            lines.add(a)
            units.add(b)
            pairs.append((a, b))
    return pairs
