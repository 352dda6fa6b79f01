from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from core import ledger, nouns
from core.db import models
from tests.core.ledger import NOW

State = nouns.AccountState
Run = nouns.RunState


def _account(**facts: Any) -> models.Account:
    return models.Account(secret_version=1, cadence=86_400, last_success_at=NOW, **facts)


def _run(state: str, error: str | None = None, new: int = 0) -> ledger.Past:
    return ledger.Past(1, 1, state, error, new)


@pytest.mark.parametrize(
    ("run", "state"),
    [
        (_run(Run.LISTING), State.RUNNING),
        (_run(Run.DONE, new=1), State.OK),
        (_run(Run.DONE, new=0), State.OK_NOTHING_NEW),
        (_run(Run.RETRY_AT, "PortalDown"), State.PORTAL_DOWN),
        (_run(Run.RETRY_AT, "Untrusted"), State.PORTAL_DOWN),
        (_run(Run.RETRY_AT, "TooFast"), State.RATE_LIMITED),
        (_run(Run.NEEDS_PERSON, "PortalChanged"), State.PORTAL_CHANGED),
        (_run(Run.NEEDS_PERSON, "Bug"), State.PORTAL_CHANGED),
        (_run(Run.RETRY_AT, "DiskFull"), State.LATE),
    ],
)
def test_the_last_run_tells_the_state(run: ledger.Past, state: nouns.AccountState) -> None:
    assert ledger.state_of(_account(), [run], None, NOW) == state


def test_a_lost_or_cancelled_run_says_nothing_the_one_before_does() -> None:
    runs = [_run(Run.LOST), _run(Run.CANCELLED), _run(Run.DONE, new=2)]
    assert ledger.state_of(_account(), runs, None, NOW) == State.OK


def test_an_account_that_nobody_visits_is_fine_once_something_was_brought() -> None:
    assert ledger.state_of(_account(last_new_at=NOW), [], None, NOW) == State.OK


def test_an_account_without_a_run_has_never_run() -> None:
    assert ledger.state_of(_account(), [], None, NOW) == State.NEVER_RUN


def test_a_visit_that_stands_before_a_question_waits_for_a_person_though_it_runs() -> None:
    asked = models.Challenge(kind="CodeNeeded", wants="code", run_id=1)
    assert ledger.state_of(_account(), [_run(Run.LOGIN)], asked, NOW) == State.NEEDS_CODE
    asked.run_id = 2
    assert ledger.state_of(_account(), [_run(Run.LOGIN)], asked, NOW) == State.RUNNING


def test_a_refused_password_needs_its_owner_whatever_happened_since() -> None:
    refused = _account(refused_version=1)
    assert ledger.state_of(refused, [_run(Run.RETRY_AT, "PortalDown")], None, NOW) == State.NEEDS_PASSWORD


@pytest.mark.parametrize(
    ("kind", "wants", "state"),
    [
        ("CodeNeeded", "", State.NEEDS_CODE),
        ("Captcha", "", State.NEEDS_TAKEOVER),
        ("Locked", "", State.NEEDS_TAKEOVER),
        ("ActionNeeded", "terms", State.NEEDS_CONSENT),
        ("ActionNeeded", "no_permission", State.NO_PERMISSION),
        ("ActionNeeded", "new_password", State.NEEDS_TAKEOVER),
    ],
)
def test_an_open_question_names_who_acts(kind: str, wants: str, state: nouns.AccountState) -> None:
    asked = models.Challenge(kind=kind, wants=wants)
    assert ledger.state_of(_account(), [_run(Run.WAITING)], asked, NOW) == state


def test_a_success_older_than_one_and_a_half_cadences_is_late() -> None:
    quiet = _account()
    assert ledger.state_of(quiet, [_run(Run.DONE)], None, NOW + timedelta(hours=35)) == State.OK_NOTHING_NEW
    assert ledger.state_of(quiet, [_run(Run.DONE)], None, NOW + timedelta(hours=37)) == State.LATE


def test_a_pause_hides_the_rest_until_it_ends() -> None:
    paused = _account(paused_at=NOW, paused_until=NOW + timedelta(days=1))
    assert ledger.state_of(paused, [_run(Run.DONE)], None, NOW) == State.PAUSED
    assert ledger.state_of(paused, [_run(Run.DONE)], None, NOW + timedelta(hours=25)) != State.PAUSED
