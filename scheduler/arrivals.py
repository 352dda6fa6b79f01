"""What people and programs brought goes in by the one door: copied while it is hashed, verified in a reader child, archived, then the row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import structlog
from sqlalchemy.orm import Session

from core import errors, extraction, intake, nouns
from core.db import models
from core.ledger import arrivals, templates
from scheduler.farm import Farm

log = structlog.get_logger(__name__)

_CHUNK = 1 << 20


def take_in(farm: Farm) -> None:
    """Every Arrival that waits, oldest first. Whatever stops this, the next round goes on with the same file."""
    with farm.database.read() as session:
        waiting = arrivals.waiting(session)
    for arrival_id in waiting:
        try:
            _take(farm, arrival_id)
        except errors.FarmError as err:
            log.warning("arrival.postponed", arrival=arrival_id, error=type(err).__name__)
            return


def _take(farm: Farm, arrival_id: int) -> None:
    with farm.database.read() as session:
        arrival = session.get_one(models.Arrival, arrival_id)
    lying = farm.archive.inbox / arrival.path
    if not farm.writer.now(lambda s: arrivals.link_known(s, arrival_id, now=farm.now())):
        _archive(farm, arrival, lying)
    lying.unlink(missing_ok=True)


def _archive(farm: Farm, arrival: models.Arrival, lying: Path) -> None:
    """A document that ends at the reader's limits is kept, and read again like any other."""
    try:
        file, seen = _read(farm, _copied(farm, arrival, lying), _taught(farm, arrival))
    except errors.NotAnInvoice as err:
        why = err.reason
        farm.writer.now(lambda s: arrivals.refuse(s, arrival.id, why, now=farm.now()))
        log.info("arrival.refused", arrival=arrival.id, reason=why)
        return
    farm.archive.put(file)

    def receive(session: Session) -> models.Document | None:
        return arrivals.receive(session, arrival.id, file, now=farm.now())

    document = farm.writer.now(receive)
    if document is not None:
        intake.take_in(farm.database, farm.archive, farm.readers, document.id, now=farm.now, seen=seen)


def _copied(farm: Farm, arrival: models.Arrival, lying: Path) -> nouns.File:
    """A file of our own: what the web wrote belongs to the web's user. Raises NotAnInvoice when it is not what was announced."""
    if not lying.is_file():
        raise errors.NotAnInvoice("what was brought is not in the inbox", reason=arrivals.GONE)
    file = farm.archive.welcome(_chunks(lying), name=arrival.name)
    if file.sha256 != arrival.sha256:
        farm.archive.discard(file)
        raise errors.NotAnInvoice("what lies in the inbox is not what was brought", reason=arrivals.GONE)
    return file


def _read(
    farm: Farm, file: nouns.File, taught: Sequence[templates.Values]
) -> tuple[nouns.File, intake.Seen | None]:
    """What it is, what it says, and its picture. Nothing of what is refused stays."""
    try:
        known = replace(file, media_type=extraction.check(file.path))
        return known, farm.readers.read_and_preview(file.path, taught)
    except errors.ReaderFailed:
        return known, None
    except errors.NotAnInvoice:
        farm.archive.discard(file)
        raise


def _taught(farm: Farm, arrival: models.Arrival) -> list[templates.Values]:
    """What people taught of the documents of this supplier."""
    with farm.database.read() as session:
        account = session.get_one(models.Account, arrival.account_id)
        return intake.taught(session, account.workspace_id, account.supplier)


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk
