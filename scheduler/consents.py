"""Consents that people gave: the code is exchanged, and the tokens are sealed, in a round of whom they are for."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from core import db, nouns
from core.db import models
from scheduler import round_lease, tokens
from scheduler.round import Equipped

#: What became of a consent can be read for so long.
REMEMBERED = timedelta(days=1)


def returned(session: Session, *, limit: int, now: datetime) -> Sequence[models.Consent]:
    """Those whose code waits to be exchanged, the oldest first."""
    consent = models.Consent
    waiting = (consent.code.is_not(None), consent.done_at.is_(None), consent.expires_at > now)
    return session.scalars(select(consent).where(*waiting).order_by(consent.returned_at).limit(limit)).all()


def exchange(of: nouns.Round, consent: models.Consent, kit: Equipped) -> None:
    """Raises ConsentEnded when the code is none any more: it lives for a minute or so, and for one exchange."""
    app, now = kit.app(consent.provider), kit.means.now()
    verifier, code = kit.opener.of_consent(of, consent.state_hash, origins=app.provider.origins, now=now)
    told = json.loads(code.reveal())
    given = tokens.exchange(kit.means.http, app, told.pop("code"), verifier.reveal(), consent.redirect)
    first = {"provider": consent.provider, "brought": told}
    kit.held.keep(given, first, also=lambda s: _granted(s, of, consent.state_hash, now))


def failed(session: Session, state_hash: str, why: str, *, now: datetime) -> None:
    """It is told to the person, who may ask again."""
    _end(session, state_hash, why, now)


def forget(session: Session, now: datetime) -> None:
    """Nobody comes back with it any more."""
    consent = models.Consent
    late = update(consent).where(consent.expires_at < now)
    session.execute(late.values(verifier=None, code=None))
    session.execute(delete(consent).where(consent.expires_at < now - REMEMBERED))


def _granted(session: Session, of: nouns.Round, state_hash: str, now: datetime) -> None:
    """In the transaction that keeps the tokens: what waited for the consent goes on at once."""
    _end(session, state_hash, "granted", now)
    row = round_lease.row_of(session, of)
    row.error, row.said, row.failures = None, None, 0
    if isinstance(row, models.Mailbox):
        row.next_check_at = now
    else:
        row.connected_at, row.parked_until, row.next_round_at = now, None, now


def _end(session: Session, state_hash: str, outcome: str, now: datetime) -> None:
    consent = models.Consent
    open_ = update(consent).where(consent.state_hash == state_hash, consent.done_at.is_(None))
    db.changed(session, open_.values(done_at=now, outcome=outcome, verifier=None, code=None))
