"""What the pages of destinations show, as values: how each one stands, what it is called, and what was sent."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.db import models
from core.export import catalogue, kinds
from web import farm, previews, speech

#: Deliveries on the page.
NEWEST = 50
#: How a destination stands, with the colour of its edge.
TONES = {"on": "green", "dry": "blue", "paused": "grey", "off": "grey", "wrong": "amber"}


@dataclass(frozen=True)
class Sent:
    """A Delivery beside its Invoice; `differs`: under the settings of now it would say something else."""

    delivery: models.Delivery
    invoice: models.Invoice
    differs: tuple[tuple[str, Any, Any], ...] = ()


def living(session: Session, workspace_id: int) -> Sequence[models.Destination]:
    """Those of a company, of kinds that there are."""
    place = models.Destination
    mine = select(place).where(place.workspace_id == workspace_id, place.removed_at.is_(None))
    return [one for one in session.scalars(mine.order_by(place.id)) if catalogue.known(one.kind)]


def standing(place: models.Destination) -> str:
    """One word of `destinations.standing`."""
    kind = previews.kind_of(place)
    if place.paused_at is not None:
        return "paused"
    if (kind.provider or kind.secrets) and place.connected_at is None:
        return "off"
    if place.error is not None:
        return "wrong"
    return "dry" if place.dry_until and place.dry_until > farm.here().now() else "on"


def sent(session: Session, place: models.Destination) -> list[Sent]:
    """The newest, newest first."""
    one = models.Delivery
    mine = select(one).where(one.destination_id == place.id, one.withdrawn_at.is_(None))
    return [
        with_invoice(session, place, each)
        for each in session.scalars(mine.order_by(one.id.desc()).limit(NEWEST))
    ]


def with_invoice(session: Session, place: models.Destination, delivery: models.Delivery) -> Sent:
    invoice = session.get_one(models.Invoice, delivery.invoice_id)
    return Sent(delivery, invoice, tuple(previews.difference(session, place, delivery)))


def state(delivery: models.Delivery) -> str:
    """One word of `destinations.states`."""
    if delivery.sent_at is not None:
        return "sent"
    if delivery.held_for is not None:
        return "held"
    return "unknown" if None in delivery.receipts.values() else "waiting"


def kind_name(kind: kinds.Kind) -> str:
    """A proper name, or the words that the language has for it."""
    return kind.name or speech.say(f"destination.{kind.id}.title")


def title(place: models.Destination) -> str:
    """Of which service, and whose or where."""
    whose = place.name if place.name != previews.kind_of(place).name else ""
    return " · ".join(
        filter(None, (kind_name(previews.kind_of(place)), whose or (place.books or {}).get("name")))
    )


def spoken() -> dict[str, Any]:
    """What the templates say things with."""
    return {
        "now": farm.here().now(),
        "instant": datetime.fromisoformat,
        "supplier": previews.name_of,
        "state": state,
        "standing": standing,
        "tones": TONES,
        "title": title,
        "kind_name": kind_name,
        "shown": previews.shown,
        "pretty": lambda record: json.dumps(record, indent=2, ensure_ascii=False, default=str),
    }
