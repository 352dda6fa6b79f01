"""One Delivery to a service, step by step: intent before, receipt after, and a look at what is there before anything is sent again."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, select, update
from sqlalchemy.orm import Session

from core.db import Database, models
from core.partners import Means

#: What the service has of a Delivery so far: the ids there by step. A step whose id is None was asked for, and no answer is known.
Receipts = Mapping[str, str | None]
#: The step whose id is the Delivery's proof, wherever it stands; without it that of the first step is.
RECORD = "record"


class Refused(Exception):
    """The service will not have this Delivery as it is; the others are not concerned."""

    def __init__(self, said: str, why: str = "refused") -> None:
        """`why` is a word of `Delivery.held_for`, `said` what the service said."""
        super().__init__(said)
        self.why = why


@dataclass(frozen=True)
class Step:
    """One thing to make there. `find` tells the id of what an earlier attempt left, by our own reference, or surely None;
    `send` makes it and tells its id: it is given the receipts so far and the key of a repeated request. Both raise Refused."""

    name: str
    find: Callable[[Receipts], str | None]
    send: Callable[[Receipts, str], str]
    #: Whether it sends the payload: refused, that is built anew when a person has helped.
    payload: bool = True


def ready(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """What is owed and may go: read, looked at by whoever had to look, not put aside, its time has come, and no dry day is on."""
    owed, invoice = models.Delivery, models.Invoice
    read = select(models.Document.id).where(models.Document.read_at.is_not(None))
    unseen = invoice.asks_review & invoice.reviewed_at.is_(None)
    aside = select(invoice.id).where(invoice.rejected_for.is_not(None) | unseen)
    return (
        owed.sent_at.is_(None),
        owed.withdrawn_at.is_(None),
        owed.held_for.is_(None),
        owed.next_try_at <= now,
        owed.destination_id.not_in(dry(now)),
        owed.document_id.in_(read),
        owed.invoice_id.not_in(aside),
    )


def dry(now: datetime) -> Select[int]:
    """The Destinations to which nothing goes yet, though all that would go is shown."""
    return select(models.Destination.id).where(models.Destination.dry_until > now)


def owed(destination_id: int, now: datetime) -> Select[int]:
    """The Deliveries that may go there now, oldest first."""
    mine = (models.Delivery.destination_id == destination_id, *ready(now))
    return select(models.Delivery.id).where(*mine).order_by(models.Delivery.id)


def intend(delivery: models.Delivery, payload: Mapping[str, Any], version: int, now: datetime) -> None:
    """Fix what will be sent and under which settings; what was fixed before stays, whatever the settings say now."""
    if delivery.payload is None:
        delivery.payload, delivery.payload_hash = dict(payload), hashed(payload)
        delivery.settings_version, delivery.idempotency_key = version, uuid.uuid4().hex
    delivery.tries, delivery.tried_at, delivery.error = delivery.tries + 1, now, None


def carry(database: Database, means: Means, delivery_id: int, steps: Sequence[Step]) -> None:
    """Do what is not done yet. Raises what `find` and `send` raise, of the worker's line too; a Refused one is held for a person."""
    delivery = _row(database, delivery_id)
    receipts: dict[str, str | None] = dict(delivery.receipts)
    for step in steps:
        if receipts.get(step.name):
            continue
        try:
            there = look_up(step, receipts) if step.name in receipts else None
            receipts[step.name] = there or _send(database, means, delivery, step, receipts)
        except Refused as err:
            _hold(database, delivery_id, step, err)
            return
        _note(database, delivery_id, receipts)
    with database.write() as session:
        done = session.get_one(models.Delivery, delivery_id)
        done.sent_at, done.error = means.now(), None
        done.proof = receipts.get(RECORD, receipts[steps[0].name])


def look_up(step: Step, receipts: Receipts) -> str | None:
    """What the last attempt left there, whose answer never came."""
    return step.find(receipts)


def _send(
    database: Database, means: Means, delivery: models.Delivery, step: Step, receipts: dict[str, str | None]
) -> str:
    _note(database, delivery.id, {**receipts, step.name: None})
    means.hold()
    return step.send(receipts, f"{delivery.idempotency_key}-{step.name}")


def _note(database: Database, delivery_id: int, receipts: Receipts) -> None:
    with database.write() as session:
        session.get_one(models.Delivery, delivery_id).receipts = dict(receipts)


def _hold(database: Database, delivery_id: int, step: Step, err: Refused) -> None:
    """A refused step left nothing there."""
    with database.write() as session:
        delivery = session.get_one(models.Delivery, delivery_id)
        delivery.receipts = {name: there for name, there in delivery.receipts.items() if name != step.name}
        hold(delivery, err.why, str(err), anew=step.payload)


def hold(delivery: models.Delivery, why: str, said: str | None = None, *, anew: bool = True) -> None:
    """It waits for a person; `anew`: what is sent is chosen again afterwards."""
    delivery.held_for, delivery.error = why, said
    if anew:
        delivery.payload, delivery.settings_version = None, None


def release(session: Session, destination_id: int, reasons: Sequence[str], now: datetime) -> None:
    """What was held for one of these reasons is tried again."""
    held = update(models.Delivery).where(
        models.Delivery.destination_id == destination_id, models.Delivery.held_for.in_(reasons)
    )
    session.execute(held.values(held_for=None, error=None, next_try_at=now))


def postpone(session: Session, destination_id: int, until: datetime) -> None:
    """Nothing that is owed there goes before that."""
    owing = update(models.Delivery).where(
        models.Delivery.destination_id == destination_id,
        models.Delivery.sent_at.is_(None),
        models.Delivery.next_try_at < until,
    )
    session.execute(owing.values(next_try_at=until))


def push_again(delivery: models.Delivery, now: datetime) -> None:
    """A person wants what is there already to say what the settings say now."""
    delivery.round, delivery.sent_at, delivery.next_try_at = delivery.round + 1, None, now
    delivery.payload = delivery.settings_version = delivery.held_for = None


def hashed(payload: Mapping[str, Any]) -> str:
    """SHA-256 of the payload, whatever the order of its fields."""
    return hashlib.sha256(json.dumps(payload, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _row(database: Database, delivery_id: int) -> models.Delivery:
    with database.read() as session:
        return session.get_one(models.Delivery, delivery_id)
