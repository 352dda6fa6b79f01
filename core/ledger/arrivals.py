"""Files that people and programs bring: announced by the web, taken in by the worker, each with its outcome kept."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from core import nouns
from core.db import models
from core.ledger import documents, search

#: Why an Arrival is no new Document, beside the gate's own words: the same bytes are here; its file is not.
KNOWN, GONE = "known", "gone"


def make_address(
    session: Session, account: models.Account, token: str, *, made_by: int | None, now: datetime
) -> models.PushAddress:
    """A new secret address for this Account, in the place of the one before; only the token's hash is kept."""
    revoke_address(session, account, now=now)
    address = models.PushAddress(
        token_hash=_hash(token),
        workspace_id=account.workspace_id,
        account_id=account.id,
        made_by=made_by,
        made_at=now,
    )
    session.add(address)
    return address


def revoke_address(session: Session, account: models.Account, *, now: datetime) -> None:
    address = models.PushAddress
    living = update(address).where(address.account_id == account.id, address.revoked_at.is_(None))
    session.execute(living.values(revoked_at=now))


def address_of(session: Session, account_id: int) -> models.PushAddress | None:
    address = models.PushAddress
    return session.scalar(
        select(address).where(address.account_id == account_id, address.revoked_at.is_(None))
    )


def at_address(session: Session, token: str, *, now: datetime) -> models.Account | None:
    """The Account that this token brings files to, and the use noted; None for one that is revoked or never was."""
    address = session.get(models.PushAddress, _hash(token))
    account = session.get(models.Account, address.account_id) if address else None
    if address is None or address.revoked_at or account is None or account.deleted_at:
        return None
    address.used_at = now
    return account


def announce(
    session: Session,
    account: models.Account,
    file: nouns.File,
    *,
    channel: str,
    brought_by: int | None,
    now: datetime,
) -> models.Arrival:
    """The file lies in the inbox, durably: from this row on it is the worker's. `channel` is `push` or `upload`."""
    arrival = models.Arrival(
        workspace_id=account.workspace_id,
        account_id=account.id,
        channel=channel,
        path=file.path.name,
        sha256=file.sha256,
        size=file.size,
        name=file.name,
        arrived_at=now,
        brought_by=brought_by,
    )
    session.add(arrival)
    session.flush()
    return arrival


def waiting(session: Session, *, limit: int = 20) -> list[int]:
    """Oldest first."""
    arrival = models.Arrival
    chosen = select(arrival.id).where(arrival.taken_at.is_(None)).order_by(arrival.id)
    return list(session.scalars(chosen.limit(limit)))


def count_waiting(session: Session, account_id: int) -> int:
    arrival = models.Arrival
    mine = select(func.count()).where(arrival.account_id == account_id, arrival.taken_at.is_(None))
    return session.scalar(mine) or 0


def is_awaited(session: Session, path: str) -> bool:
    """Whether a file of the inbox still has somebody to take it in."""
    arrival = models.Arrival
    return (
        session.scalar(select(arrival.id).where(arrival.path == path, arrival.taken_at.is_(None)).limit(1))
        is not None
    )


def last_of(session: Session, account_id: int, *, limit: int = 50) -> Sequence[models.Arrival]:
    """Newest first."""
    arrival = models.Arrival
    mine = select(arrival).where(arrival.account_id == account_id).order_by(arrival.id.desc())
    return session.scalars(mine.limit(limit)).all()


def link_known(session: Session, arrival_id: int, *, now: datetime) -> bool:
    """Whether the same bytes are here already; then the Arrival points at them, and that is all."""
    arrival = session.get_one(models.Arrival, arrival_id)
    same = select(models.Document.id).where(
        models.Document.workspace_id == arrival.workspace_id, models.Document.sha256 == arrival.sha256
    )
    document_id = session.scalar(same.order_by(models.Document.id).limit(1))
    if document_id is None or arrival.taken_at is not None:
        return False
    arrival.document_id, arrival.refused, arrival.taken_at = document_id, KNOWN, now
    return True


def refuse(session: Session, arrival_id: int, why: str, *, now: datetime) -> None:
    """It is no invoice that can be kept; `why` is the gate's word, and stays."""
    arrival = session.get_one(models.Arrival, arrival_id)
    if arrival.taken_at is None:
        arrival.refused, arrival.taken_at = why, now


def receive(session: Session, arrival_id: int, file: nouns.File, *, now: datetime) -> models.Document | None:
    """The bytes are in the archive: one transaction makes Invoice, Document, deliveries and outcome. None if somebody was faster."""
    arrival = session.get_one(models.Arrival, arrival_id)
    if arrival.taken_at is not None or link_known(session, arrival_id, now=now):
        return None
    account = session.get_one(models.Account, arrival.account_id)
    invoice = _invoice(session, account, now)
    document = models.Document(
        workspace_id=account.workspace_id,
        account_id=account.id,
        invoice_id=invoice.id,
        sha256=file.sha256,
        size=file.size,
        name=arrival.name,
        media_type=file.media_type,
        channel=arrival.channel,
        received_at=now,
    )
    session.add(document)
    session.flush()
    search.tell(session, invoice)
    documents.owe(session, account.workspace_id, document, now)
    arrival.document_id, arrival.taken_at = document.id, now
    account.last_new_at = account.last_success_at = now
    return document


def _invoice(session: Session, account: models.Account, now: datetime) -> models.Invoice:
    """What the document says of itself comes when it is read."""
    invoice = models.Invoice(
        workspace_id=account.workspace_id,
        account_id=account.id,
        supplier=account.supplier,
        precision=nouns.Precision.DAY,
        kind=nouns.Kind.INVOICE,
        received_at=now,
        doubts=[],
    )
    session.add(invoice)
    session.flush()
    return invoice


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
