"""An account in good standing, and the visits that it had."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from core import nouns
from core.db import models

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def account(session: Session, name: str, *, supplier: str = "mandarine", label: str = "", **more: Any) -> int:
    """One account, in good standing unless told otherwise."""
    row = models.Account(
        **{
            "workspace_id": 1,
            "supplier": supplier,
            "label": label or name.replace("_", " ").capitalize(),
            "owner_id": 1,
            "masked_login": "j•••@firm.fr",
            "login_hash": f"hash-{name}",
            "origins": "http://127.0.0.1:8921" if supplier == "mandarine" else "http://127.0.0.1:8922",
            "terms_version": "2026-11",
            "terms_accepted_at": NOW,
            "created_at": NOW - timedelta(days=90),
            "last_success_at": NOW - timedelta(hours=3),
            "last_attempt_at": NOW - timedelta(hours=3),
            "last_new_at": NOW - timedelta(days=9),
            "next_run_at": NOW + timedelta(hours=21, minutes=12),
            "baseline_at": NOW - timedelta(days=90),
            **more,
        }
    )
    session.add(row)
    session.flush()
    return row.id


def run(session: Session, account_id: int, state: str, *, hours: float, **more: Any) -> models.Run:
    """One visit that started so many hours ago."""
    begun = NOW - timedelta(hours=hours)
    ended = None if state in nouns.ACTIVE_STATES else begun + timedelta(seconds=14)
    row = models.Run(
        **{
            "workspace_id": 1,
            "account_id": account_id,
            "state": state,
            "cause": "schedule",
            "queued_at": begun,
            "started_at": begun,
            "ended_at": ended,
            "receipt": _receipt(more.pop("new", 0)) if ended else None,
            **more,
        }
    )
    session.add(row)
    session.flush()
    return row


def _receipt(new: int) -> dict[str, Any]:
    return {
        "listed": 14,
        "known": 14 - new,
        "baseline": 0,
        "new": new,
        "held": 0,
        "failed": 0,
        "whole": True,
        "logins": 0,
        "requests": 2,
        "received_bytes": 48_213,
        "browser": False,
    }


def history(session: Session, account_id: int, *, days: int = 30, trouble: tuple[int, ...] = ()) -> None:
    """A visit a day, something new every ninth, `trouble` on the days named."""
    for day in range(days, 0, -1):
        if day in trouble:
            run(
                session, account_id, "retry_at", hours=24 * day, error="PortalDown", error_code="MOISSON-P201"
            )
        else:
            run(session, account_id, "done", hours=24 * day, new=1 if day % 9 == 0 else 0)
