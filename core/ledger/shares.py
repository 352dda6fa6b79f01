"""What part of a Payment goes to each of its Invoices: nothing is made, nothing is lost."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate


def share(paid: int, owed: Sequence[int], *, same_currency: bool = True) -> list[int] | None:
    """The parts of `paid` (minor units, a debit is negative) for Invoices that owe `owed` (a credit note less than nothing).

    Together they are never more than `paid`; what they do not reach stays over. None when one of them would get nothing.
    """
    wanted = [-each if each else paid for each in owed]
    asked = sum(wanted)
    if len(wanted) == 1:
        parts = [wanted[0] if same_currency and _within(wanted[0], paid) else paid]
    elif not same_currency:
        parts = _in_proportion(paid, wanted) if asked else []
    else:
        parts = wanted if _within(asked, paid) else _cut(paid, wanted)
    return parts if parts and all(parts) and _within(sum(parts), paid) else None


def _within(part: int, whole: int) -> bool:
    return part * whole > 0 and abs(part) <= abs(whole)


def _cut(paid: int, wanted: Sequence[int]) -> list[int]:
    """The last ones get less, until it is no more than what was paid."""
    left, parts = sum(wanted) - paid, list(wanted)
    for at in reversed(range(len(parts))):
        if left * parts[at] > 0:
            less = max(-abs(parts[at]), min(abs(parts[at]), left))
            parts[at], left = parts[at] - less, left - less
    return parts


def _in_proportion(paid: int, wanted: Sequence[int]) -> list[int]:
    """By what is owed in another currency; rounding stays within the sum."""
    ends = [round(paid * end / sum(wanted)) for end in accumulate(wanted)]
    return [end - start for start, end in zip([0, *ends], ends, strict=False)]
