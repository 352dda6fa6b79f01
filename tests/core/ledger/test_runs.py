from __future__ import annotations

from datetime import UTC, timedelta

import pytest
from sqlalchemy import select

from core import ledger, nouns
from core.db import Database, models
from tests.core.ledger import NOW, account, leased


def test_what_is_due_is_called_once_and_its_next_visit_moves_with_it(database: Database) -> None:
    with database.write() as session:
        one = account(session)
        one.next_run_at = NOW
        assert ledger.call_due(session, now=NOW, limit=10, of_one=10, zone=UTC) == 1
        assert ledger.call_due(session, now=NOW, limit=10, of_one=10, zone=UTC) == 0
        session.refresh(one)
        assert one.next_run_at is not None
        assert abs((one.next_run_at - NOW) - timedelta(days=1)) <= timedelta(days=ledger.runs.JITTER)
        assert session.scalars(select(models.Run.state)).all() == [nouns.RunState.QUEUED]


@pytest.mark.parametrize("why", ["refused", "asked", "broken", "deleted", "running", "paused", "later"])
def test_nothing_calls_an_account_that_must_wait(database: Database, why: str) -> None:
    with database.write() as session:
        one = account(session)
        one.next_run_at = NOW
        match why:
            case "refused":
                one.refused_version = one.secret_version
            case "asked":
                session.add(
                    models.Challenge(
                        workspace_id=1, account_id=one.id, run_id=1, kind="Captcha", wants="", opened_at=NOW
                    )
                )
            case "broken":
                session.add(
                    models.Breaker(supplier=one.supplier, step="login", opened_at=NOW, half_open_at=NOW)
                )
            case "deleted":
                one.deleted_at = NOW
            case "running":
                leased(session, one)
            case "paused":
                one.paused_at = NOW  # in the midst of a visit, whose end then planned the next one
            case _:
                one.next_run_at = NOW + timedelta(seconds=1)
        session.flush()
        assert ledger.call_due(session, now=NOW, limit=10, of_one=10, zone=UTC) == 0
        assert ledger.due_accounts(session, now=NOW, zone=UTC) == []


def test_a_supplier_has_its_share_and_leaves_the_others_theirs(database: Database) -> None:
    with database.write() as session:
        for place in range(6):
            account(session, str(place), supplier="slow" if place < 5 else "quick").next_run_at = NOW
        session.flush()
        assert ledger.call_due(session, now=NOW, limit=10, of_one=2, zone=UTC) == 3
        assert ledger.call_due(session, now=NOW, limit=10, of_one=2, zone=UTC) == 0
        assert ledger.call_due(session, now=NOW, limit=10, of_one=4, zone=UTC) == 2


def test_one_account_has_one_active_run(database: Database) -> None:
    with database.write() as session:
        one = account(session)
        assert ledger.queue_run(session, one, cause="person", now=NOW) is not None
        assert ledger.queue_run(session, one, cause="schedule", now=NOW) is None


def test_a_person_is_told_of_one_thing_once(database: Database) -> None:
    with database.write() as session:
        one = account(session)
        for about in ("BadCredentials:1", "BadCredentials:1", "BadCredentials:2"):
            ledger.tell(session, one, about=about, error="BadCredentials", now=NOW)
            session.flush()
        assert len(session.scalars(select(models.Notice)).all()) == 2


def test_the_same_login_is_one_account_of_its_workspace(database: Database) -> None:
    with database.write() as session:
        first = account(session, "jeanne")
        with pytest.raises(ledger.AlreadyThere) as refused:
            account(session, "jeanne")
        assert refused.value.account.id == first.id
        assert account(session, "jeanne", workspace_id=2).id != first.id


def test_removing_an_account_destroys_its_secrets_and_keeps_its_row(database: Database) -> None:
    with database.write() as session:
        one = account(session)
        run, _ = leased(session, one)
        session.add(
            models.Credential(
                workspace_id=1, account_id=one.id, field="password", version=1, record=b"x", sealed_at=NOW
            )
        )
        session.add(
            models.PortalSession(workspace_id=1, account_id=one.id, version=1, record=b"x", saved_at=NOW)
        )
        session.flush()
        ledger.remove_account(session, one, now=NOW)
        session.flush()
        assert session.scalars(select(models.Credential)).all() == []
        assert session.scalars(select(models.PortalSession)).all() == []
        session.expire_all()
        assert session.get_one(models.Run, run).state == nouns.RunState.CANCELLED
        assert account(session, "jeanne").id != one.id, "the same login may come back"


def test_a_cancelled_trial_leaves_nothing(database: Database) -> None:
    with database.write() as session:
        one = account(session)
        leased(session, one)
        session.add(
            models.Credential(
                workspace_id=1, account_id=one.id, field="password", version=1, record=b"x", sealed_at=NOW
            )
        )
        ledger.wish(session, 1, "collect", account_id=one.id, now=NOW)
        session.flush()
        ledger.forget_trial(session, one)
    with database.read() as session:
        for kind in (models.Account, models.Run, models.Credential, models.Wish):
            assert session.scalars(select(kind)).all() == [], kind
