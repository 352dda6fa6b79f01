"""Payments and invoices set side by side: their columns, who names whom, and every pair that may be a link with its log-odds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.matching import aliases, blocking, columns, features, names, spoken, survey, weights
from core.matching.columns import Floats, Ints, Lines, Units
from core.matching.features import Scene
from core.matching.spoken import Spoken
from core.matching.survey import Survey
from core.matching.values import Invoice, Memory, Payment, Rates

#: Log-odds below which a pair is not even a runner-up.
FLOOR = -6.0
#: Days kept around the pile for rates.
MARGIN = 130


@dataclass
class Edges:
    """Pairs above FLOOR, sorted by line, then unit. `seen` is what is known of each."""

    seen: features.Pairs
    score: Floats

    def __len__(self) -> int:
        return len(self.score)

    def without(self, refused: frozenset[tuple[int, int]]) -> Edges:
        """Those that nobody refused."""
        if not refused:
            return self
        pairs = zip(self.seen.line.tolist(), self.seen.unit.tolist(), strict=True)
        kept = np.array([pair not in refused for pair in pairs], bool)
        return Edges(self.seen.only(kept), self.score[kept])


@dataclass
class Pile:
    """Payments and invoices as columns."""

    lines: Lines
    units: Units
    changes: columns.Exchange


def pile(
    payments: Sequence[Payment],
    invoices: Sequence[Invoice],
    rates: Rates,
    known: Survey,
    said: Spoken | None = None,
) -> Pile:
    """Read with the survey's places."""
    monies = columns.Numbering[str]()
    lines = columns.lines(payments, monies, known.places, said)
    units = columns.units(invoices, monies)
    return Pile(lines, units, _changes(lines, units, rates, monies))


def set_up(read: Pile, memory: Memory, known: Survey) -> Scene:
    """Against a survey that was made before."""
    lines, units = read.lines, read.units
    table = names.table(lines.cores, units.suppliers, known.book, known.newcomers(survey.names_of(units)))
    payee = _payees(lines, units, known)
    return Scene(
        lines, units, table, read.changes, _aliases(known, lines, units), _habits(known, memory, units),
        _recurs(known, units), payee,
    )  # fmt: skip


def _changes(lines: Lines, units: Units, rates: Rates, monies: columns.Numbering[str]) -> columns.Exchange:
    days = np.concatenate([lines.day, lines.bought, units.day, units.due[units.due > 0]])
    first, last = (int(days.min()), int(days.max())) if len(days) else (1, 1)
    return columns.exchange(rates, monies, max(1, first - MARGIN), last + MARGIN)


def _aliases(known: Survey, lines: Lines, units: Units) -> aliases.Aliases:
    here = {supplier: at for at, supplier in enumerate(units.suppliers)}
    rows = sorted(
        (at * len(here) + here[supplier], level)
        for at, core in enumerate(lines.cores)
        for supplier, level in known.by_core.get(core, ())
        if supplier in here
    )
    table = np.array(rows, np.int64).reshape(-1, 2)
    return aliases.Aliases(len(here), table[:, 0], table[:, 1])


def _payees(lines: Lines, units: Units, known: Survey) -> Ints:
    """The one supplier that each line names, by its label or else its counterparty; -1 without."""
    here = {supplier: at for at, supplier in enumerate(units.suppliers)}
    of = columns.ints(here.get(known.payee(core) or "", columns.NONE) for core in lines.cores)
    silent = columns.ints(known.payee(core) is None for core in lines.cores).astype(bool)
    by_party = np.where(lines.party == columns.NONE, columns.NONE, of[lines.party])
    return np.where(silent[lines.core], by_party, of[lines.core])


def _habits(known: Survey, memory: Memory, units: Units) -> Ints:
    """What was found among sure pairs; where there were too few, what people confirmed."""
    told = {
        supplier: sorted(lags)[len(lags) // 2]
        for supplier, lags in memory.lags.items()
        if len(lags) >= survey.ENOUGH
    }
    usual = {**told, **known.habits}
    return columns.ints(usual.get(each, survey.UNKNOWN) for each in units.suppliers)


def _recurs(known: Survey, units: Units) -> columns.Bools:
    asked = zip(units.supplier.tolist(), units.money.tolist(), units.cents.tolist(), strict=True)
    return np.array([(units.suppliers[s], units.monies[m], c) in known.recurring for s, m, c in asked], bool)


def naming(scene: Scene, level: int = names.FAINT) -> names.Table:
    """The names and the aliases as one table: who is looked at with whom."""
    table, alias = scene.table, scene.aliases
    kept = table.levels >= level
    worth = np.where(alias.levels >= 3, names.WITHIN, names.FAINT)
    keys = np.concatenate([table.keys[kept], alias.keys])
    levels = np.concatenate([table.levels[kept], worth])
    order = np.lexsort((-levels, keys))
    keys, levels = keys[order], levels[order]
    first = np.append(True, keys[1:] != keys[:-1]) if len(keys) else np.zeros(0, bool)
    return replace(table, keys=keys[first], levels=levels[first])


def edges(scene: Scene) -> Edges:
    """Every pair that may be a link."""
    return weighed(scene.seen(*candidates(scene)))


def weighed(seen: features.Pairs) -> Edges:
    """Those above FLOOR."""
    score = features.scores(seen, weights.PAIRS)
    kept = score > FLOOR
    return Edges(seen.only(kept), score[kept])


def candidates(scene: Scene) -> tuple[Ints, Ints]:
    """Lines and units that are looked at together, sorted, each pair once."""
    size = max(1, len(scene.units))
    met = [line * size + unit for line, unit in _joined(scene)]
    keys = np.unique(np.concatenate([np.zeros(0, np.int64), *met]))
    return keys // size, keys % size


def _joined(scene: Scene) -> Iterator[tuple[Ints, Ints]]:
    yield from blocking.by_number(scene.lines, scene.units)
    yield from blocking.by_name(scene.lines, scene.units, naming(scene), scene.changes)


@dataclass
class Sight:
    """A whole pile as it was looked at: what it tells, and its pairs, whatever they are worth."""

    known: Survey
    scene: Scene
    seen: features.Pairs


def look(payments: Sequence[Payment], invoices: Sequence[Invoice], rates: Rates, memory: Memory) -> Sight:
    """What the whole pile tells, and the pile as it was read."""
    said = spoken.read(payments)
    blank = Survey(places=survey.places_of(said, invoices))
    read = pile(payments, invoices, rates, blank, said)
    named = replace(blank, names=survey.names_of(read.units), recurring=survey.recurring(read.units))
    known = replace(named, aliases=_met(read, named))
    scene = set_up(read, memory, known.taught(memory))
    seen = scene.seen(*candidates(scene))
    known = replace(known, habits=_usual(scene, weighed(seen)))
    scene = replace(scene, habits=_habits(known, memory, scene.units))
    return Sight(known, scene, scene.used_to(seen))


def _met(read: Pile, named: Survey) -> dict[tuple[columns.Tokens, str], int]:
    lines, units = read.lines, read.units
    table = names.table(lines.cores, units.suppliers, named.book)
    met = aliases.found(lines, units, table, read.changes)
    count = max(1, len(units.suppliers))
    return {
        (lines.cores[key // count], units.suppliers[key % count]): level
        for key, level in zip(met.keys.tolist(), met.levels.tolist(), strict=True)
    }


def _usual(scene: Scene, sure: Edges) -> dict[str, int]:
    """From pairs that are sure on both sides: only one above even odds."""
    kept = sure.score > 1.0
    line, unit = sure.seen.line[kept], sure.seen.unit[kept]
    alone = (np.bincount(line)[line] == 1) & (np.bincount(unit)[unit] == 1) if len(line) else kept[:0]
    line, unit = line[alone], unit[alone]
    lags = scene.lines.bought[line] - scene.units.day[unit]
    usual = survey.habits(scene.units.supplier[unit], lags, len(scene.units.suppliers))
    known_lags = zip(scene.units.suppliers, usual.tolist(), strict=True)
    return {supplier: lag for supplier, lag in known_lags if lag != survey.UNKNOWN}
