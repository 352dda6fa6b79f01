"""Which Deliveries go in one letter, and what is written down of it before and after."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import db, errors
from core.db import models
from core.export import contents, delivering, letters, turns
from core.export.delivering import Refused
from core.export.papers import Parcel

#: When the letter of a day goes, in the zone that people read times in.
HOUR = time(7)
#: The name of its one receipt.
_LETTER = "letter"
#: Files of one letter.
MOST = 100

_Owed = tuple[models.Delivery, int]


def of(session: Session, destination_id: int, now: datetime, zone: ZoneInfo | None) -> list[list[int]] | None:
    """The Deliveries of each letter that goes now; None when nothing is owed at all. With a `zone`, a day's go together.

    What may have gone already waits for a person; what has its hour later waits for it.
    """
    document = models.Document
    owed = (
        select(models.Delivery, contents.SIZE)
        .join(document, document.id == models.Delivery.document_id)
        .where(models.Delivery.id.in_(delivering.owed(destination_id, now)))
    )
    every = [(row[0], row[1]) for row in session.execute(owed.order_by(models.Delivery.id))]
    going = [one for one in every if _may_go(one[0], now, zone)]
    again, fresh = _sent_before(going)
    return [*again, *_bundled(fresh, together=zone is not None)] if every else None


def slot(queued_at: datetime, zone: ZoneInfo) -> datetime:
    """The first HOUR in that zone after it came."""
    here = queued_at.astimezone(zone)
    today = datetime.combine(here.date(), HOUR, zone)
    return today if here <= today else datetime.combine(here.date() + timedelta(days=1), HOUR, zone)


def fix(session: Session, parcels: Sequence[Parcel], now: datetime) -> dict[str, Any]:
    """The letter of these, the same from now on."""
    first = dict(parcels[0].payload)
    if "message_id" in first:
        return first
    letter = letters.many([one.payload for one in parcels], now)
    for parcel in parcels:
        delivery = session.get_one(models.Delivery, parcel.delivery_id)
        delivery.payload, delivery.payload_hash = letter, delivering.hashed(letter)
    return letter


@dataclass(frozen=True)
class Book:
    """What is written down of one letter, for each Delivery in it."""

    database: db.Database
    parcels: Sequence[Parcel]

    def about_to_go(self) -> None:
        with self.database.write() as session:
            for delivery in self._rows(session):
                delivery.receipts = {_LETTER: None}

    def gone(self, message_id: str, now: datetime) -> None:
        with self.database.write() as session:
            for delivery in self._rows(session):
                delivery.receipts, delivery.proof = {_LETTER: message_id}, message_id
                delivery.sent_at, delivery.error = now, None

    def not_gone(self, err: errors.PartnerError, now: datetime) -> None:
        """It surely did not go, and is tried again."""
        with self.database.write() as session:
            for delivery in self._rows(session):
                delivery.receipts = {}
                turns.later(delivery, str(err), now)

    def refused(self, err: Refused) -> None:
        """It was not taken; a person looks at it."""
        with self.database.write() as session:
            for delivery in self._rows(session):
                delivery.receipts = {}
                delivering.hold(delivery, err.why, str(err))

    def _rows(self, session: Session) -> Iterator[models.Delivery]:
        return (session.get_one(models.Delivery, parcel.delivery_id) for parcel in self.parcels)


def _may_go(delivery: models.Delivery, now: datetime, zone: ZoneInfo | None) -> bool:
    if _LETTER in delivery.receipts:
        delivery.receipts = {}
        delivering.hold(delivery, "unknown", (delivery.payload or {}).get("message_id"), anew=False)
        return False
    due = slot(delivery.queued_at, zone) if zone else now
    if due > now:
        delivery.next_try_at = due
    return due <= now


def _sent_before(going: Sequence[_Owed]) -> tuple[list[list[int]], list[_Owed]]:
    """What a person has sent again: as the letter it was when all of it goes again, else in a new one."""
    letters_: dict[str, list[models.Delivery]] = {}
    for delivery, _ in going:
        if message_id := (delivery.payload or {}).get("message_id"):
            letters_.setdefault(message_id, []).append(delivery)
    again = []
    for rows in letters_.values():
        payload = rows[0].payload or {}
        if len(rows) == len(payload["files"]):
            again.append([one.id for one in rows])
            continue
        for delivery in rows:
            delivery.payload, delivery.settings_version = None, None
    whole = {id_ for bundle in again for id_ in bundle}
    return again, [one for one in going if one[0].id not in whole]


def _bundled(going: Sequence[_Owed], *, together: bool) -> Iterator[list[int]]:
    """As many as one letter holds."""
    bundle: list[int] = []
    room = 0
    for delivery, size in going:
        if bundle and (not together or size > room or len(bundle) == MOST):
            yield bundle
            bundle = []
        room = letters.LARGEST - size if not bundle else room - size
        bundle.append(delivery.id)
    if bundle:
        yield bundle
