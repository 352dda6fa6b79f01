"""Payments meet invoices of invented companies: how many rightly and how fast, beside two rules as others run them, in the same run."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

from core import matching
from core.matching.values import Link
from tests.bench import matching_rivals as rivals
from tests.bench import meter
from tests.bench.page import Row
from tests.core.matching import company, scoring

SEED = 2026
#: Arrivals that are timed.
ARRIVALS = 40
#: Of a small pile and of one ten times as large: precision, recall, F1, precision and recall unasked, wrong links to what is missing.
OWED = {2_000: (0.975, 0.92, 0.945, 0.998, 0.70, 0.06), 20_000: (0.97, 0.88, 0.925, 0.997, 0.68, 0.06)}
SECONDS = {2_000: 0.3, 20_000: 2.0}


def rows(n: int) -> Iterator[Row]:
    """Two small companies beside the rivals, then one with `n` payments and a tenth as many invoices."""
    for size in OWED:
        yield from _beside(size)
    yield from _large(n)


def _beside(size: int) -> Iterator[Row]:
    made = company.company(size, SEED)
    matching.solve(made.payments[:50], made.invoices[:50], made.rates)  # loads what is loaded once
    links, seconds = _timed(lambda: matching.solve(made.payments, made.invoices, made.rates).links)
    every, auto = scoring.score(made, links), scoring.score(made, links, "auto")
    precision, recall, f1, sure, often, missing = OWED[size]
    what = f"{size:,} payments × {len(made.invoices):,} invoices"
    yield Row(f"{what}: precision, recall, F1", _three(every), f"≥ {precision}, {recall}, {f1}", every.precision >= precision and every.recall >= recall and every.f1 >= f1)  # fmt: skip
    yield Row("… linked unasked: precision at recall", f"{auto.precision:.4f} at {auto.recall:.3f}", f"≥ {sure} at {often}", auto.precision >= sure and auto.recall >= often)  # fmt: skip
    yield Row("… given an invoice though theirs is missing; though there never is one", f"{every.missing_fp:.3f}; {every.noise_fp:.4f}", f"≤ {missing}; 0.0005", every.missing_fp <= missing and every.noise_fp <= 0.0005)  # fmt: skip
    yield Row("… calibration error", f"{every.calibration:.3f}", "≤ 0.03", every.calibration <= 0.03)
    yield Row("… time", f"{seconds:.2f} s", f"< {SECONDS[size]:g} s", seconds < SECONDS[size])
    for name, rule in (("a Cozy-like rule", rivals.nearest_bill), ("a midday-like rule", rivals.best_free)):
        theirs, seconds = _timed(lambda rule=rule: rule(made))  # type: ignore[misc]
        score = scoring.score(made, theirs)
        yield Row(f"… {name}: precision, recall, F1; missing; time", f"{_three(score)}; {score.missing_fp:.3f}; {seconds:.1f} s")  # fmt: skip


def _large(n: int) -> Iterator[Row]:
    made = company.company(n, SEED, n // 10)
    gc.collect()
    gc.freeze()
    links, seconds = _timed(lambda: matching.solve(made.payments, made.invoices, made.rates).links)
    score = scoring.score(made, links)
    weight = meter.peak() / 1e9
    what = f"{len(made.payments):,} payments × {len(made.invoices):,} invoices"
    full = n >= 1_000_000
    yield Row(f"{what}: time", f"{seconds:.1f} s", "< 30 s", seconds < 30 if full else None)
    yield Row("… memory, with the pile itself", f"{weight:.1f} GB", "< 4 GB", weight < 4)
    yield Row("… precision, recall, F1", _three(score), "F1 ≥ 0.91", score.f1 >= 0.91)
    yield Row("… given an invoice though theirs is missing; though there never is one", f"{score.missing_fp:.3f}; {score.noise_fp:.5f}")  # fmt: skip
    del links
    each = _arrivals(made)
    yield Row("… one more invoice or payment, p95 and slowest", f"{each[-3]:.0f} and {each[-1]:.0f} ms", "< 50 ms", each[-3] < 50)  # fmt: skip


def _arrivals(made: company.Company) -> list[float]:
    """Milliseconds of each, sorted: the newest invoices and payments, held back."""
    step = max(1, len(made.invoices) // ARRIVALS)
    late = {each.id for each in made.invoices[::step][: ARRIVALS // 2]}
    paid = {a for a, b in made.links if b in {each.id for each in made.invoices[1::step][: ARRIVALS // 2]}}
    field = matching.Field(
        [each for each in made.payments if each.id not in paid],
        [each for each in made.invoices if each.id not in late],
        made.rates,
    )
    field.add_payment(replace(made.payments[0], id="first"))
    took = []
    for invoice in (each for each in made.invoices if each.id in late):
        took.append(1000 * _timed(lambda invoice=invoice: field.add_invoice(invoice))[1])  # type: ignore[misc]
    for payment in (each for each in made.payments if each.id in paid):
        took.append(1000 * _timed(lambda payment=payment: field.add_payment(payment))[1])  # type: ignore[misc]
    return sorted(took)


def _timed(act: Callable[[], object]) -> tuple[list[Link], float]:
    before = time.perf_counter()
    gave = act()
    return gave, time.perf_counter() - before  # type: ignore[return-value]


def _three(score: scoring.Score) -> str:
    return f"{score.precision:.3f}, {score.recall:.3f}, {score.f1:.3f}"
