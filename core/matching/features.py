"""What is seen of a payment and a unit side by side, as facets: each facet is one of a few steps, and each step has its weight."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from core.matching import aliases, bankwords, blocking, names, survey
from core.matching.aliases import Aliases
from core.matching.columns import NONE, Bools, Exchange, Floats, Ints, Lines, Units

#: Days after the issue, for lines that are paid at once; days after the due date, for the others.
CARD_DAYS = (-30, -17, -9, -4, 0, 1, 2, 4, 6, 10, 21, 41)
DUE_DAYS = (-60, -30, -14, -6, -2, 0, 3, 7, 13, 31, 61)
#: Payment over invoice at the reference rate.
RATES = (0.992, 0.9955, 0.999, 1.004, 1.015, 1.032, 1.037)
SILENT = (bankwords.FEE, bankwords.CASH, bankwords.INTERNAL, bankwords.CHEQUE)
#: How many steps each facet has.
FACETS = {
    "amount": 6,
    "who": 12,
    "party": 4,
    "alias": (aliases.MOST + 1) * 2,
    "number": 4,
    "proof": 3,
    "card_days": (len(CARD_DAYS) + 1) * 2,
    "due_days": (len(DUE_DAYS) + 1) * 2,
    "rate": len(RATES) + 1,
    "channel": 4,
    "habit": 5,
    "refund": 3,
}


@dataclass
class Pairs:
    """Lines and units side by side, sorted, each pair once; what is seen of them that is said again as a reason."""

    line: Ints
    unit: Ints
    amount: Ints
    who: Ints
    alias: Ints
    number: Ints
    lag: Ints
    steps: dict[str, Ints]

    def __len__(self) -> int:
        return len(self.line)

    def only(self, kept: Bools | Ints) -> Pairs:
        line, unit, amount, who, alias, number, lag = (
            each[kept]
            for each in (self.line, self.unit, self.amount, self.who, self.alias, self.number, self.lag)
        )
        steps = {facet: step[kept] for facet, step in self.steps.items()}
        return Pairs(line, unit, amount, who, alias, number, lag, steps)


@dataclass
class Scene:
    """All that pairs are seen against.

    `recurs`: units whose supplier asked the very same amount at another time. `payee`: the one supplier that a line names, or -1.
    """

    lines: Lines
    units: Units
    table: names.Table
    changes: Exchange
    aliases: Aliases
    habits: Ints
    recurs: Bools
    payee: Ints

    @cached_property
    def silent(self) -> Bools:
        """Lines that are a fee, cash, a cheque or a transfer to oneself."""
        return np.asarray(np.isin(self.lines.channel, SILENT))

    def seen(self, line: Ints, unit: Ints) -> Pairs:
        """Both sorted together."""
        lines, units = self.lines, self.units
        amount = blocking.relation(lines, units, self.changes, line, unit)
        core, party, supplier = lines.core[line], lines.party[line], units.supplier[unit]
        by_core, by_party = self.table.level(core, supplier), self.table.level(party, supplier)
        level = np.maximum(by_core, by_party)
        rival = self.table.rival(core, supplier) > np.maximum(level, names.PART)
        alias = np.where(level >= names.CUT, 0, self.aliases.level(core, supplier))
        number = self._number(line, unit)
        known = (level >= names.CUT) | (alias >= 3) | (number == 1)
        lag = lines.bought[line] - units.day[unit]
        steps = {
            "amount": amount,
            "who": level * 2 + rival,
            "party": self._party(party, by_party, supplier),
            "alias": alias * 2 + (self.table.best[core] >= names.CUT),
            "number": number,
            "proof": np.where(
                number == 1, np.where(np.isin(amount, (blocking.EQUAL, blocking.ASKED)), 2, 1), 0
            ),
            **self._days(line, unit, amount, lag),
            "rate": self._rate(line, unit, amount),
            "channel": self._channel(line, known),
            "habit": self._habit(unit, lag),
            "refund": np.where(units.cents[unit] >= 0, 0, np.where(lines.cents[line] > 0, 1, 2)),
        }
        return Pairs(line, unit, amount, level, alias, number, lag, steps)

    def used_to(self, seen: Pairs) -> Pairs:
        """The same pairs under habits that have been learned since."""
        return replace(seen, steps={**seen.steps, "habit": self._habit(seen.unit, seen.lag)})

    def _party(self, party: Ints, level: Ints, supplier: Ints) -> Ints:
        """Not said, agrees, names another, or nobody that we know."""
        other = self.table.rival(party, supplier) >= names.CUT
        said = np.where(level >= names.CUT, 1, np.where(other, 2, 3))
        return np.where(party == NONE, 0, said)

    def _number(self, line: Ints, unit: Ints) -> Ints:
        """Nothing said, this unit's number, another number of the same make, or something else."""
        found = np.zeros(len(line), np.int64)
        said = self.lines.references
        talks = said.starts[line] < said.starts[line + 1]
        for at in np.flatnonzero(talks).tolist():
            found[at] = _told(said.of(line[at]), self.units.numbers[unit[at]])
        return found

    def _days(self, line: Ints, unit: Ints, amount: Ints, lag: Ints) -> dict[str, Ints]:
        """Step 0 is for units of the other kind. An amount that comes back month after month says less on a wrong day."""
        due = self.units.due[unit]
        again = self.recurs[unit] | (amount == blocking.RATED)
        after = self.lines.day[line] - due
        card = 1 + np.searchsorted(CARD_DAYS, lag, side="right")
        late = 1 + np.searchsorted(DUE_DAYS, after, side="right")
        return {
            "card_days": np.where(due == NONE, np.minimum(card, len(CARD_DAYS)) * 2 + again, 0),
            "due_days": np.where(due == NONE, 0, np.minimum(late, len(DUE_DAYS)) * 2 + again),
        }

    def _rate(self, line: Ints, unit: Ints, amount: Ints) -> Ints:
        ratio = blocking.changed(self.lines, self.units, self.changes, line, unit)
        step = np.searchsorted(RATES, np.nan_to_num(ratio, nan=1.0), side="right")
        return np.where(amount == blocking.RATED, step, 3)

    def _channel(self, line: Ints, known: Bools) -> Ints:
        """Of lines that name nobody: a fee, cash or the like; money that came in; a line without a word."""
        channel = self.lines.channel[line]
        silent = np.isin(channel, SILENT)
        return np.where(known, 0, np.where(silent, 1, np.where(self.lines.cents[line] > 0, 2, 3)))

    def _habit(self, unit: Ints, lag: Ints) -> Ints:
        """Days off the supplier's own."""
        usual = self.habits[self.units.supplier[unit]]
        off = np.abs(lag - usual)
        return np.where(usual == survey.UNKNOWN, 0, 1 + np.searchsorted((2, 5, 11), off, side="right"))


def _told(said: list[str], number: str) -> int:
    if number in said:
        return 1
    if len(number) >= 6 and any(number in each for each in said):
        return 1
    return 2 if any(_make(each) == _make(number) for each in said) else 3


def _make(number: str) -> str:
    """F202400118 and F202500007 are of one make, 2025118 and 2025207 too; hexadecimal ones are told by their length."""
    letters = number.rstrip("0123456789")
    if not letters:
        return f"{number[:3]}.{len(number)}"
    if any(letter.isdigit() for letter in letters):
        return f"{len(number)}"
    return f"{letters}{len(number)}"


def scores(pairs: Pairs, weights: dict[str, list[float]]) -> Floats:
    """Log-odds that the payment pays the unit, others left aside."""
    total = np.full(len(pairs), weights["base"][0])
    for facet, step in pairs.steps.items():
        total += np.asarray(weights[facet])[step]
    return total
