"""A later way in use while the usual one is gone, across the accounts of one supplier."""

from __future__ import annotations

from core.ledger import drift
from core.ledger.past import Past

STEP = "the password page"


def _visits(account: int, *places: int | None, first: int = 1) -> list[Past]:
    """Visits that ended well, given oldest first; None is one that did not sign in."""
    runs = [
        Past(first + n, account, "done", footprint={STEP: place} if place is not None else None)
        for n, place in enumerate(places)
    ]
    return runs[::-1]


def _told(*visits: list[Past]) -> list[tuple[int, int, int, int]]:
    found = drift.of_supplier({runs[0].account_id: runs for runs in visits})
    return [(one.account_id, one.usual, one.now, one.since) for one in found]


def test_the_usual_way_is_no_drift() -> None:
    assert _told(_visits(1, 0, None, 0, 0)) == []


def test_a_later_way_while_the_usual_one_is_gone_is_told_since_its_first_visit() -> None:
    assert _told(_visits(1, 0, 0, 1, None, 1)) == [(1, 0, 1, 3)]


def test_it_is_over_when_the_usual_way_is_back() -> None:
    assert _told(_visits(1, 0, 1, 1, 0)) == []


def test_the_second_fallback_counts_from_the_usual_way_too() -> None:
    assert _told(_visits(1, 0, 1, 2)) == [(1, 0, 2, 2)]


def test_an_account_with_a_layout_of_its_own_is_not_adrift() -> None:
    assert _told(_visits(1, 0, 0), _visits(2, 1, 1, first=5)) == []


def test_an_account_that_came_after_everybody_had_to_leave_the_usual_way_is_warned() -> None:
    assert _told(_visits(1, 0, 1, 1), _visits(2, 1, first=9)) == [(1, 0, 1, 2), (2, 0, 1, 9)]


def test_failed_visits_and_steps_with_one_way_left_say_nothing() -> None:
    failed = Past(9, 1, "needs_person", error="PortalChanged", footprint={STEP: 1})
    runs = [failed, *_visits(1, 0, 0)]
    assert drift.of_supplier({1: runs}) == []
    assert drift.of_supplier({1: _visits(1, 0, 1)}, steps={"the list"}) == []
