"""Attended hours: when somebody can answer what a portal may ask for. A visit outside them is postponed, and has not failed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Any


def next_attended(attended: Mapping[str, Any] | None, now: datetime, zone: tzinfo) -> datetime:
    """`now` where somebody is there, or else when somebody will be, in UTC. Hours are told in `zone`, as `Account.attended` has them."""
    if not attended or not attended["days"]:
        return now
    opens, closes = time.fromisoformat(attended["from"]), time.fromisoformat(attended["to"])
    today = now.astimezone(zone).date()
    for day in (today + timedelta(days=ahead) for ahead in range(8)):
        ends = datetime.combine(day, closes, zone)
        if day.weekday() in attended["days"] and now < ends:
            return max(now, datetime.combine(day, opens, zone).astimezone(UTC))
    return now
