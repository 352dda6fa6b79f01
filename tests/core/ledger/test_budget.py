from __future__ import annotations

from datetime import timedelta

import pytest

from core import errors, ledger
from core.db import Database, models
from tests.core.ledger import NOW, account


def _run(cause: str) -> models.Run:
    return models.Run(id=1, cause=cause)


def test_the_schedule_may_sign_in_twice_a_day_and_a_person_once_more(database: Database) -> None:
    with database.write() as session:
        one = account(session)
        for _ in range(2):
            ledger.count_login(session, one, _run("schedule"), lock_limit=5, now=NOW)
        with pytest.raises(errors.BudgetSpent):
            ledger.count_login(session, one, _run("schedule"), lock_limit=5, now=NOW)
        ledger.count_login(session, one, _run("person"), lock_limit=5, now=NOW)
        with pytest.raises(errors.BudgetSpent):
            ledger.count_login(session, one, _run("person"), lock_limit=5, now=NOW)


def test_a_day_later_the_budget_is_whole_again(database: Database) -> None:
    with database.write() as session:
        one = account(session)
        for _ in range(3):
            ledger.count_login(session, one, _run("person"), lock_limit=5, now=NOW)
        later = NOW + timedelta(hours=24, seconds=1)
        assert ledger.remaining_logins(session, one, lock_limit=5, automatic=False, now=later) == 3


def test_a_supplier_that_locks_early_is_asked_less(database: Database) -> None:
    with database.write() as session:
        one = account(session)
        assert ledger.remaining_logins(session, one, lock_limit=4, automatic=False, now=NOW) == 2
        assert ledger.remaining_logins(session, one, lock_limit=3, automatic=False, now=NOW) == 1
        assert ledger.remaining_logins(session, one, lock_limit=3, automatic=True, now=NOW) == 1


def test_new_credentials_grant_one_sign_in_and_lift_the_freeze(database: Database) -> None:
    with database.write() as session:
        one = account(session)
        for _ in range(3):
            ledger.count_login(session, one, _run("person"), lock_limit=5, now=NOW)
        one.refused_version = one.secret_version
        assert ledger.new_credentials(session, one, asked_by=None, now=NOW) == 2
        assert one.refused_version is None
        assert ledger.remaining_logins(session, one, lock_limit=5, automatic=False, now=NOW) == 1


def test_a_sign_in_that_typed_nothing_is_given_back_and_no_other(database: Database) -> None:
    with database.write() as session:
        one = account(session)
        for number in (1, 2, 2):
            run = models.Run(id=number, cause="person")
            ledger.count_login(session, one, run, lock_limit=5, now=NOW)
        ledger.give_back_login(session, models.Run(id=2))
        assert ledger.remaining_logins(session, one, lock_limit=5, automatic=False, now=NOW) == 1
        ledger.give_back_login(session, models.Run(id=3))
        assert ledger.remaining_logins(session, one, lock_limit=5, automatic=False, now=NOW) == 1
