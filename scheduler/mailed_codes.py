"""Codes that portals mail: while a visit waits for one, its company's mailboxes are looked into at once, and what comes is handed to it.

Once for each question: a code that the portal refuses is a person's affair.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core import ledger
from core.db import models
from core.mailbox.found import Awaited
from scheduler.farm import Farm
from vault import audit, sealing

log = structlog.get_logger(__name__)

#: How often mailboxes are looked into while somebody waits.
OFTEN = timedelta(seconds=5)


def hurry(farm: Farm) -> None:
    """Mailboxes of companies whose visits wait for a mailed code fall due."""
    with farm.database.read() as session:
        companies = {challenge.workspace_id for challenge, _ in _open(session, farm)}
    if companies:
        farm.writer.now(partial(_call, farm, companies))


def is_waited_for(farm: Farm, mailbox_id: int) -> bool:
    """Whether a visit of this mailbox's company waits for a mailed code."""
    with farm.database.read() as session:
        box = session.get(models.Mailbox, mailbox_id)
        return box is not None and bool(
            _open(session, farm, models.Challenge.workspace_id == box.workspace_id)
        )


def awaited(farm: Farm, workspace_id: int) -> Sequence[Awaited]:
    """Who waits in this company, and whose mail each may believe."""
    with farm.database.read() as session:
        found = _open(session, farm, models.Challenge.workspace_id == workspace_id)
    return [
        Awaited(_senders(farm, supplier), challenge.opened_at, partial(_give, farm, challenge.id))
        for challenge, supplier in found
        if _senders(farm, supplier)
    ]


def _open(session: Session, farm: Farm, *which: Any) -> list[tuple[models.Challenge, str]]:
    challenge, account, wish = models.Challenge, models.Account, models.Wish
    answered = select(wish.challenge_id).where(wish.kind == "answer", wish.challenge_id.is_not(None))
    waiting = (
        challenge.closed_at.is_(None),
        challenge.kind == "CodeNeeded",
        challenge.wants == "code",
        challenge.medium.in_(("email", "")),
        challenge.expires_at > farm.now(),
        challenge.id.not_in(answered),
    )
    asked = select(challenge, account.supplier).join(account, account.id == challenge.account_id)
    return [(row[0], row[1]) for row in session.execute(asked.where(*waiting, *which))]


def _call(farm: Farm, companies: set[int], session: Session) -> None:
    box, now = models.Mailbox, farm.now()
    idle = (box.workspace_id.in_(companies), box.deleted_at.is_(None), box.next_check_at > now)
    well = (box.error.is_(None), box.last_attempt_at < now - OFTEN)
    session.execute(update(box).where(*idle, *well).values(next_check_at=now))


def _give(farm: Farm, challenge_id: int, code: str) -> None:
    """Sealed like a person's answer; the visit that waits opens it, and nobody else."""
    farm.writer.now(partial(_answer, farm, challenge_id, code))
    log.info("code.mailed", challenge=challenge_id)


def _answer(farm: Farm, challenge_id: int, code: str, session: Session) -> None:
    if not any(one.id == challenge_id for one, _ in _open(session, farm)):
        return
    challenge, now = session.get_one(models.Challenge, challenge_id), farm.now()
    sealed = sealing.seal_answer(session, farm.keyring.trusted, challenge, code)
    ledger.answer(session, challenge, sealed, by=None, now=now)
    audit.append(
        session,
        at=now,
        actor="mailbox",
        action="challenge.answered",
        object=f"account:{challenge.account_id}",
        workspace_id=challenge.workspace_id,
        detail={"challenge": challenge_id},
    )


def _senders(farm: Farm, supplier: str) -> tuple[str, ...]:
    collector = farm.catalogue.collectors.get(supplier)
    return collector.manifest.mail_from if collector else ()
