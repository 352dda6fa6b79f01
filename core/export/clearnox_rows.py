"""What the ledger keeps of Clearnox: a Delivery for each document that is asked for.

Its receipts are `zip` (the SHA-256 of the one it went in; None: no answer is known), `part` (that of the last zip made with it),
`entries` (what it was sent for) and `left` (those that have left the list since, whichever zip that took).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.db import models
from core.export import delivering
from core.export.clearnox_api import Listing
from core.export.clearnox_matching import Answer, Paper

#: What was sent is looked for again after this, and after `PATIENCE` a person is told that its entry is still there.
AGAIN, PATIENCE = timedelta(minutes=10), timedelta(hours=1)
#: What a person is told of may still come to its end by itself.
LATE = ("still_there", "unproved")
#: Documents that are looked up together.
AT_ONCE = 500


def settle(session: Session, destination_id: int, listing: Listing, now: datetime) -> None:
    """What was sent has arrived when its entries have left the list, and not before."""
    for delivery in out(session, destination_id):
        _settle(delivery, listing, now)
    for delivery in _late(session, destination_id):
        if listing.whole and not any(entry in listing.entries for entry in delivery.receipts["entries"]):
            _arrived(delivery, now)


def waits(session: Session, destination_id: int) -> bool:
    """Whether something has yet to be seen to leave the list."""
    return bool(out(session, destination_id) or _late(session, destination_id))


def is_out(delivery: models.Delivery) -> bool:
    """It was sent, or may have been, and its entries have not been seen to leave."""
    waits = delivery.sent_at is None and delivery.withdrawn_at is None and delivery.held_for is None
    return waits and "zip" in delivery.receipts and delivery.payload is not None


def out(session: Session, destination_id: int) -> list[models.Delivery]:
    """Those that are out, oldest first."""
    one = models.Delivery
    waits = (one.sent_at.is_(None), one.withdrawn_at.is_(None), one.held_for.is_(None), one.tries > 0)
    found = select(one).where(one.destination_id == destination_id, *waits).order_by(one.id)
    return [each for each in session.scalars(found) if is_out(each)]


def wanted(
    session: Session, destination: models.Destination, answers: Mapping[str, Answer], now: datetime
) -> list[tuple[models.Delivery, Paper]]:
    """The Deliveries that are to go, oldest first; each knows the entries that ask for it."""
    waiting = {entry for one in out(session, destination.id) for entry in one.receipts["entries"]}
    asked: dict[int, tuple[Paper, list[str]]] = {}
    for entry_id, (outcome, paper) in answers.items():
        if outcome == "found" and paper is not None and entry_id not in waiting:
            asked.setdefault(paper.document_id, (paper, []))[1].append(entry_id)
    there = _of_documents(session, destination.id, list(asked))
    going = []
    for document_id, (paper, entries) in asked.items():
        delivery = there.get(document_id) or _new(session, destination, paper, now)
        if _goes(delivery, entries, now):
            going.append((delivery, paper))
    session.flush()
    return sorted(going, key=lambda one: one[0].id)


def withdraw(session: Session, destination_id: int, going: Collection[int], now: datetime) -> None:
    """What nobody there asks for is not owed; it is again once somebody does."""
    for delivery_id in session.scalars(delivering.owed(destination_id, now)).all():
        delivery = session.get_one(models.Delivery, delivery_id)
        if delivery_id in going or is_out(delivery):
            continue
        if delivery.receipts.get("left"):
            delivery.sent_at = now  # a person wanted it sent again, and it is there
        else:
            delivery.withdrawn_at = now


def _late(session: Session, destination_id: int) -> Sequence[models.Delivery]:
    one = models.Delivery
    return session.scalars(
        select(one).where(one.destination_id == destination_id, one.held_for.in_(LATE))
    ).all()


def _settle(delivery: models.Delivery, listing: Listing, now: datetime) -> None:
    receipts = dict(delivery.receipts)
    still = [one for one in receipts["entries"] if one in listing.entries]
    is_sure, since = receipts["zip"] is not None, now - (delivery.tried_at or now)
    delivery.next_try_at = now + AGAIN
    if not still and (listing.whole or is_sure):
        _arrived(delivery, now)
    elif still and not is_sure and since >= AGAIN:
        # It has had its time to arrive and did not: the same zip goes once more.
        del receipts["zip"]
        delivery.receipts = receipts
    elif since >= PATIENCE:
        del receipts["zip"]
        if still:
            # It did arrive: what a person sends once more is another zip, not the one that is known there.
            del receipts["part"]
            delivery.round += 1
        delivery.receipts = receipts
        delivering.hold(delivery, "still_there" if still else "unproved", anew=False)


def _arrived(delivery: models.Delivery, now: datetime) -> None:
    receipts, zip_ = delivery.receipts, delivery.idempotency_key
    left = dict.fromkeys([*receipts.get("left", ()), *receipts["entries"]])
    delivery.receipts = {**receipts, "zip": zip_, "left": list(left)}
    delivery.sent_at, delivery.proof, delivery.error, delivery.held_for = now, zip_, None, None


def _goes(delivery: models.Delivery, asking: list[str], now: datetime) -> bool:
    if is_out(delivery) or delivery.held_for is not None:
        return False
    left = set(delivery.receipts.get("left", ()))
    fresh = [one for one in asking if one not in left]
    if delivery.sent_at is not None:
        if not fresh:
            return False
        delivering.push_again(delivery, now)
    if delivery.payload is None or delivery.withdrawn_at is not None or "part" not in delivery.receipts:
        delivery.payload = None
        kept = {name: delivery.receipts[name] for name in ("left",) if name in delivery.receipts}
        delivery.receipts = {**kept, "entries": fresh or asking}
    delivery.withdrawn_at, delivery.next_try_at = None, now
    return True


def _of_documents(
    session: Session, destination_id: int, documents: Sequence[int]
) -> dict[int, models.Delivery]:
    """By their documents, whatever became of them."""
    one, found = models.Delivery, dict[int, models.Delivery]()
    for at in range(0, len(documents), AT_ONCE):
        some = documents[at : at + AT_ONCE]
        mine = select(one).where(one.destination_id == destination_id, one.document_id.in_(some))
        found |= {each.document_id: each for each in session.scalars(mine)}
    return found


def _new(session: Session, destination: models.Destination, paper: Paper, now: datetime) -> models.Delivery:
    made = models.Delivery(
        workspace_id=destination.workspace_id,
        destination_id=destination.id,
        invoice_id=paper.invoice_id,
        document_id=paper.document_id,
        queued_at=now,
        next_try_at=now,
        receipts={},
        tries=0,
        round=1,
    )
    session.add(made)
    return made
