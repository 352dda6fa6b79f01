"""A zip of documents for Payments that lack one: announced by the web, taken in by the worker, document by document.

Each document's outcome is written in the transaction that makes it true; so whoever goes on, after whatever, goes on there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core import nouns
from core.db import models
from core.ledger import documents, lacking, search

#: What becomes of a document.
WAITING, TAKEN, KNOWN, REFUSED = "waiting", "taken", "known", "refused"
#: Why one is refused though nothing is wrong with it: its zip is not in the inbox any more. Sent again, it is taken.
GONE = "gone"
#: Of whom a document is that nobody can name.
NOBODY = "upload"
_LYING = re.compile(r"(\d+)-([0-9a-f]{64})\.arrival")

Outcome = dict[str, Any]


def lies_as(workspace_id: int, sha256: str) -> str:
    """The name of its file in the inbox."""
    return f"{workspace_id}-{sha256}.arrival"


def announce(session: Session, token: models.ApiToken, sha256: str, *, now: datetime) -> models.BulkUpload:
    """The zip lies in the inbox, durably. The same bytes again are the same upload; one whose zip was lost begins anew."""
    upload = _of(session, token.workspace_id, sha256)
    if upload is None:
        upload = models.BulkUpload(
            workspace_id=token.workspace_id, token_id=token.id, sha256=sha256, received_at=now, outcomes=[]
        )
        session.add(upload)
    elif any(one.get("why") == GONE for one in upload.outcomes):
        upload.outcomes, upload.done_at = [], None
    session.flush()
    return upload


def find(session: Session, workspace_id: int, upload_id: int) -> models.BulkUpload | None:
    upload = session.get(models.BulkUpload, upload_id) if lacking.is_key(upload_id) else None
    return upload if upload and upload.workspace_id == workspace_id else None


def waiting(session: Session, *, limit: int = 5) -> list[int]:
    """Oldest first."""
    upload = models.BulkUpload
    return list(
        session.scalars(select(upload.id).where(upload.done_at.is_(None)).order_by(upload.id).limit(limit))
    )


def count_waiting(session: Session, workspace_id: int) -> int:
    upload = models.BulkUpload
    mine = upload.workspace_id == workspace_id, upload.done_at.is_(None)
    return session.scalar(select(func.count()).select_from(upload).where(*mine)) or 0


def is_awaited(session: Session, path: str) -> bool:
    """Whether a file of the inbox is a zip that still has somebody to take it in."""
    told = _LYING.fullmatch(path)
    upload = _of(session, int(told[1]), told[2]) if told else None
    return upload is not None and upload.done_at is None


def begin(session: Session, upload_id: int, outcomes: Iterable[Outcome]) -> None:
    """What it holds, once that is known. A document for a Payment that is not this company's is refused before it is looked at."""
    upload = held(session, upload_id)
    if upload.outcomes:
        return
    lines = list(outcomes)
    named = {entry for line in lines for entry in line["entryIds"]}
    known = lacking.payments(session, upload.workspace_id, named)
    for line in lines:
        if line["outcome"] == WAITING and not set(line["entryIds"]) <= set(known):
            line |= {"outcome": REFUSED, "why": "unknown_entry"}
    upload.outcomes = lines


def held(session: Session, upload_id: int) -> models.BulkUpload:
    """Nobody else writes to it until this transaction ends."""
    return session.get_one(models.BulkUpload, upload_id, with_for_update=True, populate_existing=True)


def refuse(session: Session, upload_id: int, at: int, why: str) -> None:
    upload = held(session, upload_id)
    if upload.outcomes[at]["outcome"] == WAITING:
        tell(upload, at, outcome=REFUSED, why=why)


def receive(session: Session, upload_id: int, at: int, file: nouns.File, *, now: datetime) -> None:
    """The bytes are in the archive: one transaction makes Invoice, Document, deliveries and outcome, unless the bytes were here."""
    upload = held(session, upload_id)
    if upload.outcomes[at]["outcome"] != WAITING:
        return
    known = _known(session, upload.workspace_id, file.sha256)
    if known is not None:
        tell(upload, at, outcome=KNOWN, document=known)
        return
    document = _document(session, upload, upload.outcomes[at], file, now)
    tell(upload, at, outcome=TAKEN, document=document.id)


def end(session: Session, upload_id: int, *, now: datetime) -> None:
    upload = held(session, upload_id)
    upload.done_at = upload.done_at or now


def tell(upload: models.BulkUpload, at: int, **says: Any) -> None:
    """JSON is written when it is another object."""
    upload.outcomes = [{**one, **says} if place == at else one for place, one in enumerate(upload.outcomes)]


def _of(session: Session, workspace_id: int, sha256: str) -> models.BulkUpload | None:
    upload = models.BulkUpload
    return session.scalar(select(upload).where(upload.workspace_id == workspace_id, upload.sha256 == sha256))


def _known(session: Session, workspace_id: int, sha256: str) -> int | None:
    document = models.Document
    same = document.workspace_id == workspace_id, document.sha256 == sha256
    return session.scalar(select(document.id).where(*same).order_by(document.id).limit(1))


def _document(
    session: Session, upload: models.BulkUpload, says: Mapping[str, Any], file: nouns.File, now: datetime
) -> models.Document:
    its = lacking.payments(session, upload.workspace_id, says["entryIds"]).values()
    invoice = models.Invoice(
        workspace_id=upload.workspace_id,
        supplier=lacking.supplier(session, its) or NOBODY,
        number=says.get("documentNumber"),
        precision=nouns.Precision.DAY,
        kind=nouns.Kind.INVOICE,
        received_at=now,
        doubts=[],
    )
    session.add(invoice)
    session.flush()
    document = models.Document(
        workspace_id=upload.workspace_id,
        invoice_id=invoice.id,
        sha256=file.sha256,
        size=file.size,
        name=file.name,
        media_type=file.media_type,
        channel="api",
        received_at=now,
    )
    session.add(document)
    session.flush()
    search.tell(session, invoice)
    documents.owe(session, upload.workspace_id, document, now)
    return document
