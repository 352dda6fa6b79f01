"""Two rules by which others match, made again from what is known of them, so that they run on the same companies.

The first as Cozy's linker (bill by bill over all operations: the vendor as a word of the label, the amount to a tenth of a cent, 15
days before to 29 after, the nearest wins). The second as midday's matcher (the best free transaction by name, graded amount and
graded date; without a common word at most .46; taken from .60).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from core.matching import labels
from core.matching.values import Invoice, Link, Payment
from tests.core.matching.company import Company

GRADES = ((0.0, 1.0), (0.01, 0.95), (0.02, 0.9), (0.05, 0.8), (0.1, 0.6), (0.2, 0.3))
TAKEN = 0.6


def nearest_bill(made: Company) -> list[Link]:
    links, used = [], set[str]()
    for bill in made.invoices:
        vendor = re.compile(rf"\b{re.escape(labels.plain(bill.supplier_names[0]))}\b")
        best = min(_operations(made, bill, vendor), default=None)
        if best and best[1] not in used:
            used.add(best[1])
            links.append(Link(best[1], (bill.id,), 1.0, "auto", ()))
    return links


def _operations(made: Company, bill: Invoice, vendor: re.Pattern[str]) -> Iterator[tuple[float, str]]:
    for line in made.payments:
        if abs(line.amount_minor + bill.owed) < 0.1:
            days = (line.booked_on - bill.issued_on).days
            if -15 <= days <= 29 and vendor.search(labels.plain(line.label)):
                yield 0.7 * abs(days), line.id


def best_free(made: Company) -> list[Link]:
    """Transactions by day, as its date window in SQL would find them."""
    by_day: dict[int, list[Payment]] = defaultdict(list)
    words: dict[str, frozenset[str]] = {}
    for line in made.payments:
        by_day[line.booked_on.toordinal()].append(line)
        words[line.id] = frozenset(labels.plain(line.label).replace("*", " ").replace("/", " ").split())
    links, used = [], set[str]()
    for bill in made.invoices:
        score, payment = max(_free(made, bill, by_day, words, used), default=(0.0, ""))
        if score >= TAKEN:
            used.add(payment)
            links.append(
                Link(payment, (bill.id,), min(score, 1.0), "auto" if score >= 0.9 else "suggest", ())
            )
    return links


def _free(
    made: Company, bill: Invoice, by_day: dict[int, list[Payment]], words: dict[str, frozenset[str]], used: set[str]
) -> Iterator[tuple[float, str]]:  # fmt: skip
    rate = made.rates.euros(bill.currency, bill.issued_on)
    worth = abs(bill.owed) * float(rate or 1)
    name = frozenset(labels.tokens_of(bill.supplier_names[0]))
    day = bill.issued_on.toordinal()
    for on in range(day - 90, day + 124):
        for line in by_day.get(on, ()):
            off = abs(abs(line.amount_minor) - worth) / max(1.0, worth)
            if off <= 0.25 and line.id not in used:
                shared = len(name & words[line.id]) / max(1, len(name))
                yield 0.54 * shared + 0.26 * _grade(off) + 0.2 * max(0.0, 1 - abs(on - day) / 90), line.id


def _grade(off: float) -> float:
    return next((grade for most, grade in GRADES if off <= most), 0.1)
