"""The entries of Clearnox as they were seen last, and what became of each: what the page shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, defer

from core.db import models
from core.export import clearnox_rows
from core.export.clearnox_api import Listing
from core.export.clearnox_matching import Answer
from core.export.clearnox_names import Entry

#: `models.RemoteList.kind` of the entries.
ENTRIES = "entries"
#: Entries that have left the list are remembered so many at most.
REMEMBERED = 1000


def keep(
    session: Session,
    destination: models.Destination,
    listing: Listing,
    answers: Mapping[str, Answer],
    now: datetime,
) -> None:
    """Every entry with what became of it: as listed, then those that have left, newest first."""
    deliveries = _deliveries(session, destination.id)
    asked = {entry: one for one in deliveries for entry in one.receipts.get("entries", ())}
    left = {entry for one in deliveries for entry in one.receipts.get("left", ())}
    key = {"destination_id": destination.id, "kind": ENTRIES}
    row = session.get(models.RemoteList, key) or models.RemoteList(
        **key, workspace_id=destination.workspace_id, entries=[]
    )
    told = [
        _told(one, answers.get(one.id), asked.get(one.id), one.id in left) for one in listing.entries.values()
    ]
    before = [one for one in row.entries if one["id"] in left and one["id"] not in listing.entries]
    gone = [
        one if one["outcome"] == "left" else {**one, "outcome": "left", "at": now.isoformat()}
        for one in before
    ]
    gone.sort(key=lambda one: str(one["at"]), reverse=True)
    row.entries, row.fetched_at = told + gone[:REMEMBERED], now
    session.add(row)


def kept(session: Session, destination_id: int) -> Sequence[Mapping[str, Any]]:
    """As they were kept last: `id`, `number`, `date`, `amount`, `currency`, `account`, `outcome`, `invoice`, `at`."""
    row = session.get(models.RemoteList, {"destination_id": destination_id, "kind": ENTRIES})
    return row.entries if row else ()


def asked_at(session: Session, destination_id: int) -> datetime | None:
    """When they were seen last."""
    row = session.get(models.RemoteList, {"destination_id": destination_id, "kind": ENTRIES})
    return row.fetched_at if row else None


def _deliveries(session: Session, destination_id: int) -> Sequence[models.Delivery]:
    """All that were ever made for an entry, oldest first."""
    one = models.Delivery
    tried = or_(one.tries > 0, one.held_for.is_not(None))
    mine = select(one).where(one.destination_id == destination_id, tried).order_by(one.id)
    return session.scalars(mine.options(defer(one.payload))).all()


def _told(
    entry: Entry, answer: Answer | None, delivery: models.Delivery | None, has_left: bool
) -> dict[str, Any]:
    """`outcome`: `sent`, `unknown`, `came_back`, a word of `Delivery.held_for`, or that of its Answer."""
    outcome = answer.outcome if answer else "new"
    if delivery is not None and clearnox_rows.is_out(delivery):
        outcome = "sent" if delivery.receipts["zip"] else "unknown"
    elif delivery is not None and delivery.held_for:
        outcome = delivery.held_for
    elif has_left:
        outcome = "came_back"
    paper = answer.paper if answer else None
    invoice = delivery.invoice_id if delivery else paper.invoice_id if paper else None
    at = delivery.tried_at.isoformat() if delivery and delivery.tried_at else None
    return {
        "id": entry.id,
        "number": ", ".join(entry.numbers),
        "date": entry.day.isoformat() if entry.day else None,
        "amount": str(entry.amount) if entry.amount is not None else None,
        "currency": entry.currency,
        "account": entry.account,
        "outcome": outcome,
        "invoice": invoice,
        "at": at,
    }
