"""Drift: a collector that lives on a later way than it used to, because the usual one has gone. Told before it breaks.

Only visits that ended well are compared, as far as `past.STRIP` looks back: a way gone for longer than that is the usual one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from core import nouns
from core.ledger import past

#: The places that one account's visits went at one step, newest first, each with its run.
Walked = Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Drift:
    """Since the run `since`, this account's step goes the declared way `now` where `usual` was gone before (0 is the first)."""

    account_id: int
    step: str
    usual: int
    now: int
    since: int


def of_supplier(
    pasts: Mapping[int, Sequence[past.Past]], steps: Collection[str] | None = None
) -> list[Drift]:
    """`pasts` are the runs of every account at one Supplier, newest first; `steps` those that still have several ways, if one knows."""
    if not any(any((run.footprint or {}).values()) for runs in pasts.values() for run in runs):
        return []
    walked = {account: _walked(runs) for account, runs in pasts.items()}
    names = {step for each in walked.values() for step in each if steps is None or step in steps}
    found = (_at(step, {a: each[step] for a, each in walked.items() if step in each}) for step in names)
    return sorted((drift for each in found for drift in each), key=lambda one: (one.account_id, one.step))


def _walked(runs: Sequence[past.Past]) -> dict[str, list[tuple[int, int]]]:
    steps: dict[str, list[tuple[int, int]]] = {}
    for run in runs:
        if run.state == nouns.RunState.DONE:
            for step, place in (run.footprint or {}).items():
                steps.setdefault(step, []).append((run.id, place))
    return steps


def _at(step: str, walked: Mapping[int, Walked]) -> Iterator[Drift]:
    for account, places in walked.items():
        now = places[0][1]
        usual = min(min(place for _, place in places), _left_by_all(now, walked))
        if usual < now:
            yield Drift(account, step, usual, now, _since(places, usual))


def _left_by_all(now: int, walked: Mapping[int, Walked]) -> int:
    """The lowest way that the Supplier went before `now` was ever gone, if no account goes a lower one any more; else `now`.

    So an account that came after the change is warned too, and one with a layout of its own is not.
    """
    if any(places[0][1] < now for places in walked.values()):
        return now
    first = min(run for places in walked.values() for run, place in places if place == now)
    return min((place for places in walked.values() for run, place in places if run < first), default=now)


def _since(places: Walked, usual: int) -> int:
    """The oldest run of those that have not gone the usual way since."""
    stretch = [run for run, _ in places]
    back = next((n for n, (_, place) in enumerate(places) if place == usual), len(stretch))
    return stretch[back - 1]
