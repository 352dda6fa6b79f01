"""Why a payment got this invoice, or none: codes and facts, put into words by the pages.

Of a link: `confirmed`, `number_in_label(number)`, `name_equal`, `name_in_label`, `name_cut`, `name_alike`, `payee_learned`,
`counterparty_equal`, `amount_equal`, `amount_asked(currency)`, `amount_at_rate(currency, percent)`, `amount_with_tax`,
`amount_less_discount`, `sum_of(count)`, `less_credit`, `part_of(count)`, `paid_same_day`, `paid_after(days)`, `paid_before(days)`,
`usual_lag(days)`, `second_best(invoice, by)`, `only_candidate`, `two_equal`, `another_waits`.
Of a payment without: `fee`, `no_candidate`, `two_equal`, `taken(invoice)`, `amount_differs(invoice, percent)`, `unsure(invoice, confidence)`.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from core.matching import aliases, blocking, names, survey
from core.matching.columns import NONE
from core.matching.confidence import Standing
from core.matching.features import Scene
from core.matching.groups import Group
from core.matching.stage import Edges
from core.matching.values import Reason

_NAMED = {names.WHOLE: "name_equal", names.WITHIN: "name_in_label", names.CUT: "name_cut", names.PART: "name_alike", names.FAINT: "name_alike"}  # fmt: skip
_PAID = {
    blocking.EQUAL: "amount_equal",
    blocking.GROSSED: "amount_with_tax",
    blocking.DISCOUNTED: "amount_less_discount",
}
#: Days that still are a supplier's habit.
NEAR = 3


def of_pair(scene: Scene, edges: Edges, at: int, where: Standing, place: int) -> tuple[Reason, ...]:
    """`at` is the pair's place in the edges, `place` in the standing."""
    return (*_told(scene, edges, at), *_days(scene, edges, at), *_beside(scene, edges, at, where, place))


def _told(scene: Scene, edges: Edges, at: int) -> Iterator[Reason]:
    seen = edges.seen
    line, unit = int(seen.line[at]), int(seen.unit[at])
    if seen.number[at] == 1:
        yield Reason("number_in_label", {"number": scene.units.numbers[unit]})
    yield from _name(seen.who[at], seen.alias[at], int(seen.steps["party"][at]))
    amount = int(seen.amount[at])
    currency = scene.units.monies[int(scene.units.money[unit])]
    if amount == blocking.ASKED:
        yield Reason("amount_asked", {"currency": currency})
    elif amount == blocking.RATED:
        yield Reason("amount_at_rate", {"currency": currency, "percent": _percent(scene, line, unit)})
    elif amount in _PAID:
        yield Reason(_PAID[amount])


def _name(who: int, alias: int, party: int) -> Iterator[Reason]:
    if party == 1:
        yield Reason("counterparty_equal")
    elif who:
        yield Reason(_NAMED[int(who)])
    if alias:
        yield Reason("payee_learned", {"strength": int(alias), "of": aliases.MOST})


def _percent(scene: Scene, line: int, unit: int) -> float:
    """What the bank took over the reference rate."""
    ratio = blocking.changed(scene.lines, scene.units, scene.changes, np.array([line]), np.array([unit]))[0]
    return round(100 * (float(ratio) - 1), 1)


def _days(scene: Scene, edges: Edges, at: int) -> Iterator[Reason]:
    lag = int(edges.seen.lag[at])
    usual = int(scene.habits[scene.units.supplier[edges.seen.unit[at]]])
    yield after(lag)
    if usual != survey.UNKNOWN and abs(lag - usual) <= NEAR:
        yield Reason("usual_lag", {"days": usual})


def after(lag: int) -> Reason:
    """Days from the invoice to its payment."""
    if lag == 0:
        return Reason("paid_same_day")
    return Reason("paid_after", {"days": lag}) if lag > 0 else Reason("paid_before", {"days": -lag})


def _beside(scene: Scene, edges: Edges, at: int, where: Standing, place: int) -> Iterator[Reason]:
    if where.tie[place]:
        yield Reason("two_equal")
    second = int(where.second[place])
    if second != NONE:
        by = round(float(where.by_line[place]), 1)
        yield Reason("second_best", {"invoice": scene.units.members[second][0], "by": by})
    elif not where.tie[place]:
        yield Reason("only_candidate")


def of_group(scene: Scene, group: Group) -> tuple[Reason, ...]:
    """Why this sum."""
    told = [
        Reason("sum_of", {"count": len(group.units)})
        if len(group.lines) == 1
        else Reason("part_of", {"count": len(group.lines)})
    ]
    if group.steps["credit"]:
        told.append(Reason("less_credit"))
    if group.steps["numbers"] in (1, 2):
        said = {word for line in group.lines for word in scene.lines.references.of(line)}
        told += [
            Reason("number_in_label", {"number": n})
            for n in sorted({scene.units.numbers[u] for u in group.units} & said)
        ]
    told.append(Reason("name_equal" if group.steps["named"] == 2 else "name_in_label"))
    if group.sum == 2:
        told.append(
            Reason("amount_at_rate", {"currency": scene.units.monies[int(scene.units.money[group.units[0]])]})
        )
    else:
        told.append(Reason("amount_equal"))
    if group.steps["rivals"]:
        told.append(Reason("two_equal"))
    return tuple(told)


def alone(
    scene: Scene, edges: Edges, lines: list[int], shown: set[int], weak: dict[int, tuple[int, float]]
) -> list[Reason]:
    """Why each of these lines got nothing. `shown` are units that another payment got; `weak` what was not sure enough."""
    best = _runner_up(edges, lines)
    off = _off(scene, [line for line in lines if line not in best and line not in weak])
    told = {
        **{line: _differs(scene, *at) for line, at in off.items()},
        **{line: _beaten(scene, *at, shown) for line, at in best.items()},
        **{line: _unsure(scene, *at) for line, at in weak.items()},
    }
    usual = Reason("no_candidate"), Reason("fee")
    silent = scene.silent[lines].tolist()
    return [told.get(line) or usual[quiet] for line, quiet in zip(lines, silent, strict=True)]


def _unsure(scene: Scene, unit: int, sure: float) -> Reason:
    return Reason("unsure", {"invoice": scene.units.members[unit][0], "confidence": round(sure, 2)})


def _beaten(scene: Scene, unit: int, tied: bool, shown: set[int]) -> Reason:
    code = "two_equal" if tied else "taken" if unit in shown else "unsure"
    return Reason(code, {"invoice": scene.units.members[unit][0]})


def _differs(scene: Scene, unit: int, percent: float) -> Reason:
    return Reason("amount_differs", {"invoice": scene.units.members[unit][0], "percent": percent})


def _runner_up(edges: Edges, lines: list[int]) -> dict[int, tuple[int, bool]]:
    """By line, the best unit that it did not get, and whether two were as good."""
    near = np.flatnonzero(np.isin(edges.seen.line, lines) & (edges.score > -3))
    line, unit, score = edges.seen.line[near], edges.seen.unit[near], edges.score[near]
    order = np.lexsort((unit, -score, line))
    line, unit, score = line[order], unit[order], score[order]
    again = line[1:] == line[:-1]
    tied = np.append(again & (score[:-1] - score[1:] < 0.05), np.zeros(min(1, len(line)), bool))
    first = np.append(np.ones(min(1, len(line)), bool), ~again)
    best = zip(unit[first].tolist(), tied[first].tolist(), strict=True)
    return dict(zip(line[first].tolist(), best, strict=True))


def _off(scene: Scene, lines: list[int]) -> dict[int, tuple[int, float]]:
    """By line, a unit of the supplier that it names whose amount differs by a little: percent of the invoice."""
    wanted = np.array(sorted(line for line in lines if scene.payee[line] != NONE), np.int64)
    found: dict[int, tuple[int, float]] = {}
    for place, unit in blocking.due_to(scene.lines, scene.units, scene.payee, wanted):
        line = wanted[place]
        off = blocking.changed(scene.lines, scene.units, scene.changes, line, unit) - 1
        near = np.flatnonzero(np.abs(off) <= 0.1)
        for each in near[np.argsort(-np.abs(off[near]), kind="stable")].tolist():
            found[int(line[each])] = (int(unit[each]), round(100 * float(off[each]), 1))
    return found
