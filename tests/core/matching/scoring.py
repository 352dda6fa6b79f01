"""How well links tell the truth about an invented company: the figures that `docs/numbers.md` keeps."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from core.matching.values import Link, pairs
from tests.core.matching.company import Company


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


def score(made: Company, links: Sequence[Link], band: str | None = None) -> Score:
    """Copies of a document are one; twins of one supplier, day and amount are one."""
    one = classes(made)
    told = {(a, one[b]): link for a, b, link in pairs(links) if band in (None, link.band)}
    true = {(a, one[b]): kind for (a, b), kind in made.kinds.items()}
    of_payment: dict[str, set[str]] = defaultdict(set)
    got: dict[str, set[str]] = defaultdict(set)
    for a, b in true:
        of_payment[a].add(b)
    for a, b in told:
        got[a].add(b)
    right = told.keys() & true.keys()
    kinds, hits = Counter(true.values()), Counter(true[each] for each in right)
    return Score(
        len(right) / max(1, len(told)),
        len(right) / max(1, len(true)),
        len(got.keys() & made.missing) / max(1, len(made.missing)),
        len(got.keys() & made.noise) / max(1, len(made.noise)),
        _off(told, right),
        sum(got[each] == of_payment[each] for each in of_payment) / max(1, len(of_payment)),
        {kind: hits[kind] / count for kind, count in kinds.items()},
    )


def classes(made: Company) -> dict[str, str]:
    seen: dict[tuple[object, ...], str] = {}
    classes = {}
    for each in made.invoices:
        key = (each.supplier, each.issued_on, each.total_minor, each.currency)
        classes[each.id] = seen.setdefault(key, made.alike.get(each.id, each.id))
    return classes


def _off(told: dict[tuple[str, str], Link], right: set[tuple[str, str]]) -> float:
    """Expected calibration error over ten equal bins of confidence."""
    bins: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for pair, link in told.items():
        bins[min(9, int(10 * link.confidence))].append((link.confidence, pair in right))
    return sum(abs(sum(c for c, _ in each) - sum(r for _, r in each)) for each in bins.values()) / max(
        1, len(told)
    )
