"""When a supplier will ask a person again, learnt from the sessions that have ended."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from core.db import Database, models
from core.ledger import weather
from tests.core.ledger import NOW, account, leased

DAY = timedelta(days=1)


def _ended(session: Session, one: models.Account, *days: float) -> None:
    for length in days:
        session.add(
            models.SessionLife(
                workspace_id=one.workspace_id,
                account_id=one.id,
                supplier=one.supplier,
                began_at=NOW - 100 * DAY,
                ended_at=NOW - 100 * DAY + length * DAY,
                asked=True,
            )
        )
    session.flush()


def _signed_in(session: Session, one: models.Account, at: datetime, *, asked: bool = True) -> None:
    run, _ = leased(session, one)
    session.add(
        models.PortalSession(
            account_id=one.id,
            workspace_id=one.workspace_id,
            version=1,
            record=b"",
            saved_at=at,
            signed_in_at=at,
        )
    )
    if asked:
        session.add(
            models.Challenge(
                workspace_id=one.workspace_id,
                account_id=one.id,
                run_id=run,
                kind="CodeNeeded",
                wants="code",
                opened_at=at - timedelta(minutes=2),
                closed_at=at,
                outcome="answered",
            )
        )
    session.flush()


def test_the_median_of_three_ended_sessions_tells_when_the_next_question_comes(database: Database) -> None:
    with database.write() as session:
        other, one = account(session, "a"), account(session, "b")
        _ended(session, other, 28, 30, 90)
        _signed_in(session, one, NOW - 26 * DAY)
        told = weather.forecasts(session, 1)[one.id]
    assert told.ends_at == NOW + 4 * DAY
    assert (told.life.of, told.life.own) == (3, False)
    assert told.is_near(NOW)
    assert not told.is_near(NOW - 10 * DAY)


def test_an_account_with_enough_sessions_of_its_own_is_told_by_those(database: Database) -> None:
    with database.write() as session:
        other, one = account(session, "a"), account(session, "b")
        _ended(session, other, 28, 30, 90)
        _ended(session, one, 7, 7, 8)
        _signed_in(session, one, NOW)
        told = weather.forecasts(session, 1)[one.id]
    assert (told.ends_at, told.life.own) == (NOW + 7 * DAY, True)


def test_two_sessions_are_too_few_to_say_anything(database: Database) -> None:
    with database.write() as session:
        one = account(session)
        _ended(session, one, 30, 30)
        _signed_in(session, one, NOW)
        assert weather.forecasts(session, 1) == {}


def test_who_signs_in_without_a_person_is_told_nothing(database: Database) -> None:
    with database.write() as session:
        one = account(session)
        _ended(session, one, 30, 30, 30)
        _signed_in(session, one, NOW, asked=False)
        assert weather.forecasts(session, 1) == {}


def test_a_question_of_an_earlier_sign_in_does_not_count(database: Database) -> None:
    with database.write() as session:
        one = account(session)
        _ended(session, one, 30, 30, 30)
        _signed_in(session, one, NOW - 40 * DAY)
        session.get_one(models.PortalSession, one.id).signed_in_at = NOW
        assert weather.forecasts(session, 1) == {}


def test_another_company_is_told_nothing_of_ours(database: Database) -> None:
    with database.write() as session:
        one = account(session)
        _ended(session, one, 30, 30, 30)
        _signed_in(session, one, NOW)
        assert weather.forecasts(session, 2) == {}
