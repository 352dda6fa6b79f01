"""How a Run ends: its receipt and evidence, the account's next visit, and who must hear of it, in one transaction."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy.orm import Session

from core import errors, ledger, nouns
from core.db import models
from scheduler import breaker, keepsake, policy
from scheduler.call import Call

log = structlog.get_logger(__name__)

#: The schedule's visits read every list to its end this often; in between the first page of each contract will do.
WHOLE_EVERY = timedelta(days=3)


async def done(call: Call) -> None:
    """The list was seen and what was new is home; a document that could not be kept is named, and held."""
    refused = call.refused
    await call.settle()
    pictures = await call.in_pool(keepsake.save, call.farm.settings.data, call.lease.run_id, call.evidence)
    await call.farm.writer(lambda s: _done(s, call, refused, pictures))
    log.info("visit.done", run=call.lease.run_id, account=call.lease.account_id, **_short(call.receipt()))


async def failed(call: Call, err: BaseException) -> None:
    """The policy's verdict is carried out. What came home before the failure stays."""
    error = err if isinstance(err, errors.MoissonError) else None
    if error is None:
        log.error("visit.unclassified", run=call.lease.run_id, kind=type(err).__name__, exc_info=err)
    await call.settle()
    pictures = await call.in_pool(keepsake.save, call.farm.settings.data, call.lease.run_id, call.evidence)
    try:
        await call.farm.writer(lambda s: _failed(s, call, err, error, pictures))
    except errors.LeaseLost:
        log.info("visit.lease_lost", run=call.lease.run_id)
        return
    log.info("visit.failed", run=call.lease.run_id, account=call.lease.account_id, error=type(err).__name__)


def _done(
    session: Session, call: Call, refused: errors.NotAnInvoice | None, pictures: list[keepsake.Kept]
) -> None:
    now, receipt = call.farm.now(), call.receipt()
    about = _about(refused) if refused else {}
    _end(session, call, nouns.RunState.DONE, now, pictures, **about)
    account = session.get_one(models.Account, call.lease.account_id)
    account.last_success_at, account.failures, account.trial = now, 0, False
    if receipt.whole:
        account.whole_at = now
        account.baseline_at = account.baseline_at or now
    if account.next_run_at is None or account.next_run_at <= now:
        account.next_run_at = ledger.next_visit(now, account.cadence)
    breaker.worked(session, account.supplier)


def _failed(
    session: Session,
    call: Call,
    err: BaseException,
    error: errors.MoissonError | None,
    pictures: list[keepsake.Kept],
) -> None:
    now = call.farm.now()
    account = session.get(models.Account, call.lease.account_id)
    if account is None:
        raise errors.LeaseLost
    slot = account.next_run_at if account.next_run_at and account.next_run_at > now else None
    ruling = policy.verdict(
        error,
        failures=account.failures,
        slot=slot or ledger.next_visit(now, account.cadence),
        now=now,
        dice=call.farm.dice,
        unanswered=call.entering and call.portal is not None and call.portal.typed_secret,
    )
    _end(session, call, ruling.state, now, pictures, retry_at=ruling.next_run_at, **_about(err))
    account.next_run_at, account.failures = ruling.next_run_at, account.failures + 1
    _carry_out(session, call, account, ruling, err, now)


def _carry_out(
    session: Session,
    call: Call,
    account: models.Account,
    ruling: policy.Verdict,
    err: BaseException,
    now: datetime,
) -> None:
    login = ledger.last_login(session, call.lease.run_id)
    version = login.secret_version if login else account.secret_version
    if ruling.freeze_secret:
        account.refused_version = version
    asked = ledger.open_challenge(session, account.id)
    if ruling.opens_challenge:
        asked = _ask(session, call, asked, err, now)
    if ruling.breaks:
        breaker.changed(session, account.supplier, getattr(err, "step", ""), account.id, now)
    if ruling.blocks_supplier:
        breaker.rest(session, account.supplier, "blocked", policy.BLOCKED_FOR, now)
    if asked is not None:
        ledger.tell_of(session, account, asked, now=now)
    if ruling.tell_owner and not ruling.opens_challenge:
        about = f"{type(err).__name__}:{version}"
        ledger.tell(session, account, about=about, error=type(err).__name__, now=now)


def _ask(
    session: Session, call: Call, put: models.Challenge | None, err: BaseException, now: datetime
) -> models.Challenge:
    """An open question freezes every automatic sign-in of the account. One that was put already stays, with what became of it."""
    challenge = put
    if challenge is None:
        challenge = models.Challenge(
            workspace_id=call.lease.workspace_id,
            account_id=call.lease.account_id,
            medium=getattr(err, "medium", ""),
            said=getattr(err, "said", "") or None,
            opened_at=now,
        )
        session.add(challenge)
    challenge.run_id, challenge.kind = call.lease.run_id, type(err).__name__
    challenge.wants, challenge.expires_at = getattr(err, "wants", ""), now
    session.flush()
    if isinstance(err, errors.CodeNeeded) and err.refused:
        ledger.give_up(session, challenge, err.said, now=now)
    return challenge


def _end(
    session: Session,
    call: Call,
    state: nouns.RunState,
    now: datetime,
    pictures: list[keepsake.Kept],
    **more: Any,
) -> None:
    ledger.guard(
        session,
        call.lease.run_id,
        call.lease.fence,
        state=state,
        ended_at=now,
        receipt=dataclasses.asdict(call.receipt()),
        footprint=(call.portal and call.portal.footprint) or None,
        **more,
    )
    for kept in pictures:
        session.add(
            models.Evidence(
                workspace_id=call.lease.workspace_id,
                run_id=call.lease.run_id,
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
