"""`moisson collect`: ask the worker that is at work, or be one for a moment."""

from __future__ import annotations

import asyncio
import time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from core import errors, ledger, nouns
from core.db import Database, migrate, models
from core.settings import Settings
from scheduler import farm, lease, report, terminal
from vault.redact import Redactor

#: Seconds between two looks at a run that a worker does for us.
LOOK = 0.3


def collect(
    settings: Settings, redactor: Redactor, account_id: int | None, prompt: terminal.Prompt | None = None
) -> list[dict[str, Any]]:
    """One report for each account: the one named, or all that are due. `prompt` asks the person at the terminal, if one is there."""
    if prompt is None or account_id is None:
        return _collect(settings, redactor, account_id)
    _here_i_am(settings, account_id)
    with terminal.answering(settings, account_id, prompt):
        return _collect(settings, redactor, account_id)


def _here_i_am(settings: Settings, account_id: int) -> None:
    """Who asks for a visit at a terminal is there: a question that came to nothing is put anew."""
    database, now = Database.of(settings), farm.utc_now()
    migrate.upgrade(database, settings.data)
    with database.write() as session:
        challenge = ledger.open_challenge(session, account_id)
        missed = challenge is not None and not ledger.is_answerable(session, challenge, now=now)
        if challenge is not None and missed and challenge.kind == "CodeNeeded":
            ledger.close_challenge(session, account_id, outcome="asked_anew", now=now)
            ledger.grant_login(session, session.get_one(models.Account, account_id), granted_by=None, now=now)


def _collect(settings: Settings, redactor: Redactor, account_id: int | None) -> list[dict[str, Any]]:
    if _worker_is_there(settings):
        database = Database.of(settings)
        migrate.upgrade(database, settings.data)
        return [_through_worker(settings, database, one) for one in _named(settings, database, account_id)]
    return asyncio.run(_here(settings, redactor, account_id))


def _worker_is_there(settings: Settings) -> bool:
    folder = settings.data / "workers"
    there = {path.stem for path in folder.glob("*.lock")} - set(lease.Presence.gone(folder))
    return any(not name.startswith(lease.ONCE) for name in there)


async def _here(settings: Settings, redactor: Redactor, account_id: int | None) -> list[dict[str, Any]]:
    from scheduler import once  # browser and crawler, which nobody needs when a worker is there

    async with farm.opened(settings, redactor) as opened:
        cause = "schedule" if account_id is None else "person"
        run_ids = await once.collect(opened, _named(settings, opened.database, account_id), cause=cause)
        with opened.database.read() as session:
            return [report.of(session, run_id) for run_id in run_ids]


def _named(settings: Settings, database: Database, account_id: int | None) -> list[int]:
    """The accounts to visit. Raises NoSuchAccount; an account that waits for a person is told apart from one that is due."""
    with database.read() as session:
        if account_id is None:
            return ledger.due_accounts(session, now=farm.utc_now(), zone=ZoneInfo(settings.time_zone))
        _expect_free(session, account_id)
        return [account_id]


def _expect_free(session: Session, account_id: int) -> None:
    account = session.get(models.Account, account_id)
    if account is None or account.deleted_at is not None:
        raise errors.NoSuchAccount(f"there is no account {account_id}; see `moisson account list`")
    if account.refused_version == account.secret_version:
        raise errors.Frozen(
            "the portal refused this password: correct it on the account's page, nothing is tried with it again"
        )
    if asked := ledger.open_challenge(session, account_id):
        raise errors.Frozen(
            f"the portal asks for something ({asked.kind}): answer it on the account's page first"
        )


def _through_worker(settings: Settings, database: Database, account_id: int) -> dict[str, Any]:
    with database.write() as session:
        account = session.get_one(models.Account, account_id)
        wish = ledger.wish(
            session, account.workspace_id, "collect", account_id=account_id, now=farm.utc_now()
        )
    while True:
        with database.read() as session:
            answered = session.get_one(models.Wish, wish.id)
            run = session.get(models.Run, answered.run_id) if answered.run_id else None
            if run is not None and run.state not in nouns.ACTIVE_STATES:
                return report.of(session, run.id)
            if answered.outcome not in (None, "queued"):
                raise errors.Frozen(f"the worker did not start a visit: {answered.outcome}")
        if not _worker_is_there(settings):
            raise errors.FarmError(
                "the worker has stopped; the visit starts when it is back, or now with the same command"
            )
        time.sleep(LOOK)
