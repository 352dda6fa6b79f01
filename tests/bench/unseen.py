"""Matching on companies that the shipped prior was not fitted to, and what it is worth when it is fitted without them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from statistics import fmean

from core import matching
from tests.bench.page import Row
from tests.core.matching import fitting, scoring
from tests.core.matching.fitting import Known

#: Seeds of companies that nothing was ever fitted to.
FIRST = 301
#: Of card purchases, the share whose invoice is written weeks later.
BELATED = 0.04
#: Companies that are held back at a time.
TOGETHER = 2
#: Payments from which the targets are those of a large pile.
LARGE = 10_000
SMALL_TARGETS, LARGE_TARGETS = (
    (0.975, 0.92, 0.945, 0.998, 0.70, 0.005, 0.06),
    (0.97, 0.88, 0.925, 0.997, 0.68, 0.01, 0.06),
)
NOISE, OFF = 0.0005, 0.03
#: What a row's figures are, in their order.
WHAT = (
    "each: precision, recall, F1; unasked: precision at recall; given an invoice though theirs is missing: unasked, all; "
    "though there never is one; calibration error"
)
Targets = tuple[float, ...]


@dataclass(frozen=True)
class Figures:
    """Of one company or, meaned, of several."""

    precision: float
    recall: float
    f1: float
    sure: float
    often: float
    hidden: float
    missing: float
    noise: float
    off: float

    def __str__(self) -> str:
        return (
            f"{self.precision:.3f}, {self.recall:.3f}, {self.f1:.3f}; {self.sure:.4f} at {self.often:.3f}; "
            f"{self.hidden:.4f}, {self.missing:.3f}; {self.noise:.5f}; {self.off:.3f}"
        )

    def reach(self, targets: Targets) -> bool:
        above = zip((self.precision, self.recall, self.f1, self.sure, self.often), targets, strict=False)
        below = zip((self.hidden, self.missing), targets[5:], strict=True)
        kept = all(got >= least for got, least in above) and all(got <= most for got, most in below)
        return kept and self.noise <= NOISE and self.off <= OFF


def rows(companies: int, folder: Path | None) -> Iterator[Row]:
    """`folder` holds sets whose truth is known; without it only invented companies are seen."""
    given = [fitting.given(file.parent) for file in sorted(folder.glob("*/truth.json"))] if folder else []
    seeds = range(FIRST, FIRST + companies)
    punctual = [_measured(fitting.invented(seed)) for seed in seeds]
    belated = [_measured(fitting.invented(seed, BELATED)) for seed in seeds]
    yield Row(WHAT, "")
    yield _row(f"{companies} companies of 2,000 payments that nothing was fitted to, meaned", punctual, SMALL_TARGETS)  # fmt: skip
    yield _row(f"… with {BELATED:.0%} of what cards paid written weeks later", belated, SMALL_TARGETS)
    hidden = sum(each.hidden > 0 for each in [*punctual, *belated])
    yield Row("… companies with a missing invoice that an unasked link hides", f"{hidden} of {2 * companies}")
    yield from _held_back(given)


def _held_back(given: Sequence[Known]) -> Iterator[Row]:
    invented = [fitting.invented(seed) for seed in fitting.COMPANIES]
    parts = [invented[at : at + TOGETHER] for at in range(0, len(invented), TOGETHER)]
    found = [each for part in parts for each in _without(part, [*given, *invented])]
    yield _row(f"{len(invented)} companies, {TOGETHER} at a time held back from the fit, meaned", found, SMALL_TARGETS)  # fmt: skip
    for pile in given:
        targets = LARGE_TARGETS if len(pile.payments) >= LARGE else SMALL_TARGETS
        yield _row(f"{_size(pile)}, held back from the fit", _without([pile], [*given, *invented]), targets)
    if given:
        yield from _across(given, invented)


def _across(given: Sequence[Known], invented: Sequence[Known]) -> Iterator[Row]:
    """Fitted to one maker's companies, measured on the other's: nobody promised this, but it tells how much hangs on the maker."""
    for pile, one in zip(given, _without(given, invented), strict=True):
        yield _row(f"{_size(pile)}, fitted to invented companies only", [one])
    found = _without(invented, given)
    yield _row(f"{len(invented)} invented companies, fitted to the given sets only, meaned", found)


def _without(held: Sequence[Known], piles: Sequence[Known]) -> list[Figures]:
    with fitting.fitted_to([pile for pile in piles if all(pile is not each for each in held)]):
        return [_measured(pile) for pile in held]


def _measured(pile: Known) -> Figures:
    links = matching.solve(pile.payments, pile.invoices, pile.rates).links
    every, auto = scoring.score(pile, links), scoring.score(pile, links, "auto")
    return Figures(
        every.precision, every.recall, every.f1, auto.precision, auto.recall, auto.missing_fp, every.missing_fp,
        every.noise_fp, every.calibration,
    )  # fmt: skip


def _row(what: str, found: Sequence[Figures], targets: Targets | None = None) -> Row:
    whole = Figures(*map(fmean, zip(*map(astuple, found), strict=True)))
    if targets is None:
        return Row(what, str(whole))
    precision, recall, f1, sure, often, hidden, missing = targets
    wanted = f"≥ {precision}, {recall}, {f1}; {sure} at {often}; ≤ {hidden}, {missing}; {NOISE}; {OFF}"
    return Row(what, str(whole), wanted, whole.reach(targets))


def _size(pile: Known) -> str:
    return f"a given set of {len(pile.payments):,} payments × {len(pile.invoices):,} invoices"
