"""How well links tell the truth about a company: the figures that `docs/numbers.md` keeps."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Protocol

from core.matching.values import Link, pairs

Pair = tuple[str, str]


class Truth(Protocol):
    """`kinds` of true pairs; payments whose invoice is `missing`, and those that never have one; `one` is what cannot be told apart."""

    @property
    def kinds(self) -> Mapping[Pair, str]: ...
    @property
    def missing(self) -> Set[str]: ...
    @property
    def noise(self) -> Set[str]: ...
    @property
    def one(self) -> Mapping[str, str]: ...


@dataclass(frozen=True)
class Score:
    """`missing_fp`: of payments whose invoice is absent, the share that got one. `noise_fp`: the same where there never is one."""

    precision: float
    recall: float
    missing_fp: float
    noise_fp: float
    calibration: float
    whole: float
    by_kind: dict[str, float]

    @property
    def f1(self) -> float:
        return 2 * self.precision * self.recall / max(1e-9, self.precision + self.recall)


def score(made: Truth, links: Sequence[Link], band: str | None = None) -> Score:
    """Copies of a document are one; twins are one, and any of them is right for any other. Counted as often as they are."""

    def classed(payment: str, invoice: str) -> Pair:
        return made.one.get(payment, payment), made.one.get(invoice, invoice)

    told = {
        (a, made.one.get(b, b)): (classed(a, b), link)
        for a, b, link in pairs(links)
        if band in (None, link.band)
    }
    got, true = Counter(pair for pair, _ in told.values()), Counter(classed(*each) for each in made.kinds)
    right = sum((got & true).values())
    touched = {a for a, _ in told}
    return Score(
        right / max(1, len(told)),
        right / max(1, true.total()),
        len(touched & made.missing) / max(1, len(made.missing)),
        len(touched & made.noise) / max(1, len(made.noise)),
        _off([(link.confidence, pair in true) for pair, link in told.values()]),
        _whole(made, [(a, pair) for (a, _), (pair, _) in told.items()], classed),
        _by_kind(made, got, classed),
    )


def _whole(made: Truth, told: list[tuple[str, Pair]], classed: Callable[[str, str], Pair]) -> float:
    """Of the payments that have invoices, the share with exactly theirs."""
    owed, got = defaultdict(set), defaultdict(set)
    for a, b in made.kinds:
        owed[a].add(classed(a, b))
    for a, pair in told:
        got[a].add(pair)
    return sum(got[each] == owed[each] for each in owed) / max(1, len(owed))


def _by_kind(made: Truth, got: Counter[Pair], classed: Callable[[str, str], Pair]) -> dict[str, float]:
    kinds: dict[str, Counter[Pair]] = defaultdict(Counter)
    for each, kind in made.kinds.items():
        kinds[kind][classed(*each)] += 1
    return {kind: (true & got).total() / true.total() for kind, true in kinds.items()}


def _off(told: list[tuple[float, bool]]) -> float:
    """Expected calibration error over ten equal bins of confidence."""
    bins: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for sure, right in told:
        bins[min(9, int(10 * sure))].append((sure, right))
    off = (abs(sum(sure for sure, _ in each) - sum(right for _, right in each)) for each in bins.values())
    return sum(off) / max(1, len(told))
