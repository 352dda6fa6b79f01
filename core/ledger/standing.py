"""An account's state: one pure function of facts, never stored (its vocabulary is `nouns.AccountState`)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from core import nouns
from core.db import models
from core.ledger import past

State = nouns.AccountState

#: An account is late when its last success is older than this many cadences.
LATE_AFTER = 1.5

_BY_ERROR = {
    "PortalDown": State.PORTAL_DOWN,
    "Timeout": State.PORTAL_DOWN,
    "Untrusted": State.PORTAL_DOWN,
    "TooFast": State.RATE_LIMITED,
    "Blocked": State.RATE_LIMITED,
    "BudgetSpent": State.RATE_LIMITED,
    "DiskFull": State.LATE,
    "LeaseLost": State.LATE,
    "ReaderFailed": State.LATE,
    "ClockOff": State.LATE,
    "NoBrowser": State.LATE,
    "FarmError": State.LATE,
    "VaultError": State.NEEDS_PASSWORD,
    "VaultClosed": State.LATE,
}
_BY_WANT = {
    "terms": State.NEEDS_CONSENT,
    "origins": State.NEEDS_CONSENT,
    "no_permission": State.NO_PERMISSION,
}


def state_of(
    account: models.Account, runs: Sequence[past.Past], challenge: models.Challenge | None, now: datetime
) -> State:
    """`runs` are the account's last ones, newest first; `challenge` the open one, if any."""
    if account.paused_at and (account.paused_until is None or account.paused_until > now):
        return State.PAUSED
    if runs and runs[0].state in nouns.ACTIVE_STATES:
        # A visit that stands before a question runs, and waits for a person all the same.
        asked_here = challenge is not None and challenge.run_id == runs[0].id
        return State.NEEDS_CODE if asked_here else State.RUNNING
    if account.refused_version == account.secret_version:
        return State.NEEDS_PASSWORD
    if challenge is not None:
        return _asked(challenge)
    told = [run for run in runs if run.state not in (nouns.RunState.CANCELLED, nouns.RunState.LOST)]
    if not told:
        # Without a visit, what came was brought.
        return State.OK if account.last_new_at else State.NEVER_RUN
    return _after(account, told[0], now)


def _asked(challenge: models.Challenge) -> State:
    if challenge.kind == "CodeNeeded":
        return State.NEEDS_CODE
    return _BY_WANT.get(challenge.wants, State.NEEDS_TAKEOVER)


def _after(account: models.Account, run: past.Past, now: datetime) -> State:
    if run.state != nouns.RunState.DONE:
        return _BY_ERROR.get(run.error or "", State.PORTAL_CHANGED)
    if account.last_success_at and now - account.last_success_at > LATE_AFTER * timedelta(
        seconds=account.cadence
    ):
        return State.LATE
    return State.OK if run.new else State.OK_NOTHING_NEW
