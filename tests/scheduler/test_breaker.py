from __future__ import annotations

from datetime import UTC, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import ledger, nouns
from core.db import Database, models
from scheduler import breaker, policy
from tests.core.ledger import NOW, account


def _ended(
    session: Session, one: models.Account, state: str, error: str | None = None, step: str | None = None
) -> None:
    run = ledger.queue_run(session, one, cause="schedule", now=NOW)
    assert run is not None
    run.state, run.error, run.error_step = state, error, step
    session.flush()


def test_it_opens_when_a_second_account_fails_at_the_same_step(database: Database) -> None:
    with database.write() as session:
        first, second = account(session, "a"), account(session, "b")
        _ended(session, first, nouns.RunState.NEEDS_PERSON, "PortalChanged", "the list")
        assert not breaker.changed(session, "mandarine", "the list", first.id, NOW)
        assert breaker.changed(session, "mandarine", "the list", second.id, NOW)


def test_another_step_or_a_success_in_between_keeps_it_closed(database: Database) -> None:
    with database.write() as session:
        first, second, third = account(session, "a"), account(session, "b"), account(session, "c")
        _ended(session, first, nouns.RunState.NEEDS_PERSON, "PortalChanged", "the list")
        assert not breaker.changed(session, "mandarine", "the password page", second.id, NOW)
        _ended(session, third, nouns.RunState.DONE)
        assert not breaker.changed(session, "mandarine", "the list", second.id, NOW)


def test_while_open_only_one_canary_goes_and_its_success_frees_the_others(database: Database) -> None:
    with database.write() as session:
        accounts = [account(session, name) for name in "abc"]
        other = account(session, "z", supplier="nimbus")
        for one in (*accounts, other):
            one.next_run_at = NOW
        breaker.rest(session, "mandarine", "the list", policy.HALF_OPEN_AFTER, NOW)
        session.flush()
        assert ledger.due_accounts(session, now=NOW, zone=UTC) == [other.id]
        later = NOW + policy.HALF_OPEN_AFTER
        breaker.send_canaries(session, later)
        breaker.send_canaries(session, later)
        session.flush()
        assert len(session.scalars(select(models.Run)).all()) == 1
        breaker.worked(session, "mandarine")
        assert set(ledger.due_accounts(session, now=later, zone=UTC)) == {
            other.id,
            accounts[1].id,
            accounts[2].id,
        }


def test_a_refused_password_is_no_canary(database: Database) -> None:
    with database.write() as session:
        one = account(session, "a")
        one.next_run_at, one.refused_version = NOW, one.secret_version
        breaker.rest(session, "mandarine", "the list", policy.HALF_OPEN_AFTER, NOW)
        session.flush()
        breaker.send_canaries(session, NOW + policy.HALF_OPEN_AFTER)
        assert session.scalars(select(models.Run)).all() == []


def test_each_failure_doubles_the_rest_up_to_a_day(database: Database) -> None:
    with database.write() as session:
        rests = []
        for _ in range(8):
            breaker.rest(session, "mandarine", "the list", policy.HALF_OPEN_AFTER, NOW)
            session.flush()
            held = session.get_one(models.Breaker, "mandarine")
            rests.append(held.half_open_at - held.opened_at)
    assert rests[:3] == [timedelta(minutes=30), timedelta(hours=1), timedelta(hours=2)]
    assert rests[-1] == breaker.LONGEST
