"""A changed portal is told once for its supplier, and closes by itself."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from core import ledger, nouns
from core.db import Database, models
from core.ledger import changes
from tests.core.ledger import NOW, account


def _ended(session: Session, one: models.Account, state: str, minutes: int = 0, **more: object) -> None:
    run = ledger.queue_run(session, one, cause="schedule", now=NOW)
    assert run is not None
    run.state, run.ended_at = state, NOW + timedelta(minutes=minutes)
    if state == nouns.RunState.DONE:
        one.last_success_at = run.ended_at
    for name, value in more.items():
        setattr(run, name, value)
    session.flush()


def _changed(session: Session, one: models.Account, minutes: int = 0) -> None:
    detail = {"expected": "a password field", "seen": "a page without one"}
    _ended(
        session,
        one,
        nouns.RunState.NEEDS_PERSON,
        minutes,
        error="PortalChanged",
        error_step="the password page",
        error_detail=detail,
    )


def test_two_accounts_that_meet_it_make_one_change(database: Database) -> None:
    with database.write() as session:
        first, second = account(session, "a"), account(session, "b")
        _changed(session, first)
        _changed(session, second, minutes=5)
        (told,) = changes.open_changes(session, 1, {"mandarine", "nimbus"}).values()
        assert (told.supplier, told.step, told.accounts) == (
            "mandarine",
            "the password page",
            [first.id, second.id],
        )
        assert (told.expected, told.seen, told.since) == ("a password field", "a page without one", NOW)


def test_a_later_success_of_any_account_closes_it_and_an_earlier_one_does_not(database: Database) -> None:
    with database.write() as session:
        first, second = account(session, "a"), account(session, "b")
        _ended(session, second, nouns.RunState.DONE)
        _changed(session, first, minutes=5)
        assert "mandarine" in changes.open_changes(session, 1, {"mandarine"})
        _ended(session, second, nouns.RunState.DONE, minutes=10)
        assert changes.open_changes(session, 1, {"mandarine"}) == {}


def test_the_visits_of_another_company_are_not_told(database: Database) -> None:
    with database.write() as session:
        _changed(session, account(session, "a", workspace_id=2))
        assert changes.open_changes(session, 1, {"mandarine"}) == {}
