"""How a Run ends: its receipt and evidence, the account's next visit, and who must hear of it, in one transaction."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy.orm import Session

from core import errors, ledger, nouns
from core.db import models
from scheduler import breaker, keepsake, policy

if TYPE_CHECKING:
    from scheduler.visit import Visit

log = structlog.get_logger(__name__)

#: The schedule's visits read every list to its end this often; in between the first page of each contract will do.
WHOLE_EVERY = timedelta(days=3)


async def done(visit: Visit) -> None:
    """The list was seen and what was new is home; a document that could not be kept is named, and held."""
    refused = visit.harvest.refused
    await visit.settle()
    pictures = await visit.in_pool(
        keepsake.save, visit.farm.settings.data, visit.lease.run_id, visit.evidence
    )
    await visit.farm.writer(lambda s: _done(s, visit, refused, pictures))
    log.info("visit.done", run=visit.lease.run_id, account=visit.lease.account_id, **_short(visit.receipt()))


async def failed(visit: Visit, err: BaseException) -> None:
    """The policy's verdict is carried out. What came home before the failure stays."""
    error = err if isinstance(err, errors.MoissonError) else None
    if error is None:
        log.error("visit.unclassified", run=visit.lease.run_id, kind=type(err).__name__, exc_info=err)
    await visit.settle()
    pictures = await visit.in_pool(
        keepsake.save, visit.farm.settings.data, visit.lease.run_id, visit.evidence
    )
    try:
        await visit.farm.writer(lambda s: _failed(s, visit, err, error, pictures))
    except errors.LeaseLost:
        log.info("visit.lease_lost", run=visit.lease.run_id)
        return
    log.info("visit.failed", run=visit.lease.run_id, account=visit.lease.account_id, error=type(err).__name__)


def _done(
    session: Session, visit: Visit, refused: errors.NotAnInvoice | None, pictures: list[keepsake.Kept]
) -> None:
    now, receipt = visit.farm.now(), visit.receipt()
    about = _about(refused) if refused else {}
    _end(session, visit, nouns.RunState.DONE, now, pictures, **about)
    account = session.get_one(models.Account, visit.lease.account_id)
    account.last_success_at, account.failures, account.trial = now, 0, False
    if receipt.whole:
        account.whole_at = now
        account.baseline_at = account.baseline_at or now
    if account.next_run_at is None or account.next_run_at <= now:
        account.next_run_at = ledger.next_visit(now, account.cadence)
    breaker.worked(session, account.supplier)


def _failed(
    session: Session,
    visit: Visit,
    err: BaseException,
    error: errors.MoissonError | None,
    pictures: list[keepsake.Kept],
) -> None:
    now = visit.farm.now()
    account = session.get(models.Account, visit.lease.account_id)
    if account is None:
        raise errors.LeaseLost
    slot = account.next_run_at if account.next_run_at and account.next_run_at > now else None
    ruling = policy.verdict(
        error,
        failures=account.failures,
        cadence=account.cadence,
        slot=slot or ledger.next_visit(now, account.cadence),
        now=now,
        dice=visit.farm.dice,
    )
    _end(session, visit, ruling.state, now, pictures, retry_at=ruling.next_run_at, **_about(err))
    account.next_run_at, account.failures = ruling.next_run_at, account.failures + 1
    _carry_out(session, visit, account, ruling, err, now)


def _carry_out(
    session: Session,
    visit: Visit,
    account: models.Account,
    ruling: policy.Verdict,
    err: BaseException,
    now: datetime,
) -> None:
    if ruling.freeze_secret:
        account.refused_version = account.secret_version
        session.query(models.PortalSession).filter_by(account_id=account.id).delete()
    if ruling.opens_challenge:
        _ask(session, visit, account, err, now)
    if ruling.breaks:
        breaker.changed(session, account.supplier, getattr(err, "step", ""), account.id, now)
    if ruling.blocks_supplier:
        breaker.rest(session, account.supplier, "blocked", policy.BLOCKED_FOR, now)
    if ruling.tell_owner:
        ledger.tell(
            session,
            account,
            about=f"{type(err).__name__}:{account.secret_version}",
            error=type(err).__name__,
            now=now,
        )


def _ask(session: Session, visit: Visit, account: models.Account, err: BaseException, now: datetime) -> None:
    """An open question freezes every automatic sign-in of the account."""
    session.add(
        models.Challenge(
            workspace_id=account.workspace_id,
            account_id=account.id,
            run_id=visit.lease.run_id,
            kind=type(err).__name__,
            wants=getattr(err, "wants", ""),
            opened_at=now,
        )
    )


def _end(
    session: Session,
    visit: Visit,
    state: nouns.RunState,
    now: datetime,
    pictures: list[keepsake.Kept],
    **more: Any,
) -> None:
    receipt = dataclasses.asdict(visit.receipt())
    ledger.guard(
        session, visit.lease.run_id, visit.lease.fence, state=state, ended_at=now, receipt=receipt, **more
    )
    for kept in pictures:
        session.add(
            models.Evidence(
                workspace_id=visit.lease.workspace_id,
                run_id=visit.lease.run_id,
                kind=kept.kind,
                path=kept.path,
                at=now,
            )
        )


def _about(err: BaseException) -> dict[str, Any]:
    """What the run's row tells of an error. A foreign error's own words are never kept: they may hold anything."""
    if not isinstance(err, errors.MoissonError):
        return {"error": "Bug", "error_code": errors.MoissonError.code, "error_said": type(err).__name__}
    known = ("expected", "seen", "wants", "reason")
    detail = {name: getattr(err, name) for name in known if getattr(err, name, "")}
    return {
        "error": type(err).__name__,
        "error_code": err.code,
        "error_step": err.step or None,
        "error_said": err.said or None,
        "error_detail": detail,
    }


def _short(receipt: nouns.Receipt) -> dict[str, Any]:
    return {name: value for name, value in dataclasses.asdict(receipt).items() if value}
