"""What a workspace learns from its people: aliases and lags from what they confirm, refusals for good, and autonomy, earned and lost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from core.matching import labels, survey
from core.matching.values import Confirmation, Invoice, Memory, Pair, Payment

#: Agreements in a row, without a refusal, after which a payee's payments are linked to a supplier unasked.
EARNED = 3


def confirmation(payment: Payment, invoice: Invoice, *, agreed: bool = True) -> Confirmation:
    """A person's word on a pair, as it is to be kept."""
    lag = (payment.booked_on - invoice.issued_on).days
    return Confirmation(payment.id, invoice.id, labels.core_of(payment.label), invoice.supplier, lag, agreed)


def learn(
    history: Sequence[Confirmation], *, supervised: bool = False, cap_minor: int | None = None
) -> Memory:
    """From all words on pairs, oldest first; the last word on a pair counts. `supervised` is a live workspace."""
    last = {(each.payment, each.invoice): each for each in history}
    return Memory(
        confirmed=frozenset(pair for pair, each in last.items() if each.agreed),
        refused=frozenset(pair for pair, each in last.items() if not each.agreed),
        aliases=_aliases(last.values()),
        lags=_lags(last.values()),
        earned=_earned(history),
        supervised=supervised,
        cap_minor=cap_minor,
    )


def from_pairs(
    pairs: Iterable[Pair],
    payments: Sequence[Payment],
    invoices: Sequence[Invoice],
    *,
    supervised: bool = False,
) -> Memory:
    """Confirmed pairs by their ids, oldest first; those of which a side is not here are left out."""
    paid, owed = {each.id: each for each in payments}, {each.id: each for each in invoices}
    said = [confirmation(paid[a], owed[b]) for a, b in pairs if a in paid and b in owed]
    return learn(said, supervised=supervised)


def _aliases(words: Iterable[Confirmation]) -> dict[Pair, tuple[int, int]]:
    counts: dict[Pair, list[int]] = defaultdict(lambda: [0, 0])
    for each in words:
        if each.core:
            counts[each.core, each.supplier][not each.agreed] += 1
    return {key: (agreed, refused) for key, (agreed, refused) in counts.items()}


def _lags(words: Iterable[Confirmation]) -> dict[str, tuple[int, ...]]:
    lags: dict[str, list[int]] = defaultdict(list)
    for each in words:
        if each.agreed:
            lags[each.supplier].append(each.lag)
    return {supplier: tuple(several) for supplier, several in lags.items() if len(several) >= survey.ENOUGH}


def _earned(history: Iterable[Confirmation]) -> frozenset[Pair]:
    """One refusal takes all back."""
    row: dict[Pair, int] = defaultdict(int)
    for each in history:
        key = (each.core, each.supplier)
        row[key] = row[key] + 1 if each.agreed else 0
    return frozenset(key for key, several in row.items() if several >= EARNED)
