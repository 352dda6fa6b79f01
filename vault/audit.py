"""Who did what, in a chain: each entry's hash covers the one before, and the worker signs the head of the chain.

An edit, a gap or another order breaks a link; a chain that was built anew does not fit the signed heads, which are
also written to the log, out of reach of whoever can write the database.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.db import models

log = structlog.get_logger(__name__)

GENESIS = "0" * 64

#: A head is signed after so many entries, or so long after the first unsigned one.
HEAD_EVERY = 100
HEAD_AFTER = timedelta(minutes=5)


class Signer(Protocol):
    def sign(self, message: bytes) -> bytes: ...


class Verifier(Protocol):
    def verify(self, message: bytes, signature: bytes) -> bool: ...


def append(
    session: Session,
    *,
    at: datetime,
    actor: str,
    action: str,
    object: str,
    outcome: str = "ok",
    workspace_id: int | None = None,
    detail: dict[str, Any] | None = None,
) -> int:
    """Add an entry in the caller's write transaction and give its number. `detail` names things and holds no secret."""
    seq, head = newest(session)
    entry = models.AuditEntry(
        seq=seq + 1,
        at=at,
        workspace_id=workspace_id,
        actor=actor,
        action=action,
        object=object,
        outcome=outcome,
        detail=json.loads(json.dumps(detail or {})),
        prev_hash=head,
    )
    entry.hash = _hash(entry)
    session.add(entry)
    session.flush()
    return entry.seq


def verify(session: Session, trusted: Verifier) -> list[str]:
    """What is wrong with the chain, in sentences; empty when nothing is."""
    return [*_broken_links(session), *_broken_heads(session, trusted)]


def sign_head_if_due(session: Session, signer: Signer, now: datetime) -> bool:
    """Sign the newest entry, and log it, when enough of the chain is unsigned or has been so for long enough."""
    signed = session.scalar(select(func.max(models.AuditHead.seq))) or 0
    first, (seq, head) = session.get(models.AuditEntry, signed + 1), newest(session)
    if first is None or (seq - signed < HEAD_EVERY and now - first.at < HEAD_AFTER):
        return False
    signature = signer.sign(_statement(seq, head))
    session.add(models.AuditHead(seq=seq, hash=head, signature=signature, at=now))
    log.info("audit head", seq=seq, hash=head, signature=signature.hex())
    return True


def newest(session: Session) -> tuple[int, str]:
    """Number and hash of the newest entry."""
    entry = models.AuditEntry
    last = session.execute(select(entry.seq, entry.hash).order_by(entry.seq.desc()).limit(1)).first()
    return (last[0], last[1]) if last else (0, GENESIS)


def _hash(entry: models.AuditEntry) -> str:
    told = {
        "seq": entry.seq,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "workspace_id": entry.workspace_id,
        "actor": entry.actor,
        "action": entry.action,
        "object": entry.object,
        "outcome": entry.outcome,
        "detail": entry.detail,
        "prev_hash": entry.prev_hash,
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _statement(seq: int, head: str) -> bytes:
    return f"audit head 1 {seq} {head}".encode()


def _broken_links(session: Session) -> Iterator[str]:
    seq, head = 0, GENESIS
    entries = select(models.AuditEntry).order_by(models.AuditEntry.seq).execution_options(yield_per=1000)
    for entry in session.scalars(entries):
        if entry.seq != seq + 1:
            yield f"between entries {seq} and {entry.seq} something is missing"
        elif entry.prev_hash != head:
            yield f"entry {entry.seq} does not follow the one before it"
        if entry.hash != _hash(entry):
            yield f"entry {entry.seq} was changed"
        seq, head = entry.seq, entry.hash


def _broken_heads(session: Session, trusted: Verifier) -> Iterator[str]:
    for head in session.scalars(select(models.AuditHead).order_by(models.AuditHead.seq)):
        entry = session.get(models.AuditEntry, head.seq)
        if not trusted.verify(_statement(head.seq, head.hash), head.signature):
            yield f"the signature of the head at entry {head.seq} is not the worker's"
        elif entry is None:
            yield f"entry {head.seq} was signed and is gone: the chain was cut"
        elif entry.hash != head.hash:
            yield f"entry {head.seq} is not the one that was signed"
