from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from core import ledger
from core.db import Database
from tests.core.ledger import NOW, account

PARIS = ZoneInfo("Europe/Paris")
OFFICE = {"days": [0, 1, 2, 3, 4], "from": "08:00", "to": "18:30"}


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ("2026-11-20 09:00", "2026-11-20 09:00"),  # a Friday in the morning
        ("2026-11-20 03:00", "2026-11-20 07:00"),  # before the office opens, 08:00 in Paris
        ("2026-11-20 17:30", "2026-11-23 07:00"),  # 18:30 in Paris: Monday
        ("2026-11-22 12:00", "2026-11-23 07:00"),
        ("2026-07-10 18:00", "2026-07-13 06:00"),  # summer time
        ("2026-03-27 20:00", "2026-03-30 06:00"),  # the clocks change in between
    ],
)
def test_a_visit_waits_for_the_next_hour_in_which_somebody_can_answer(now: str, then: str) -> None:
    assert ledger.next_attended(OFFICE, utc(now), PARIS) == utc(then)


def test_without_hours_somebody_is_always_there() -> None:
    assert ledger.next_attended(None, NOW, PARIS) == NOW
    assert ledger.next_attended({**OFFICE, "days": []}, NOW, PARIS) == NOW


def test_who_is_due_outside_the_hours_is_postponed_and_has_not_failed(database: Database) -> None:
    night = utc("2026-11-20 22:00")
    with database.write() as session:
        one, other = account(session), account(session, "other")
        for each in (one, other):
            each.next_run_at = night
        one.attended = OFFICE
        assert ledger.due_accounts(session, now=night, zone=PARIS) == [other.id]
        assert ledger.call_due(session, now=night, limit=10, of_one=10, zone=PARIS) == 1
        session.refresh(one)
        assert one.next_run_at is not None
        assert utc("2026-11-23 07:00") <= one.next_run_at <= utc("2026-11-23 07:10")
        assert (one.failures, one.last_attempt_at) == (0, None)
        monday = utc("2026-11-23 07:30")
        assert one.id in ledger.due_accounts(session, now=monday, zone=PARIS)
