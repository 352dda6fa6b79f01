"""Which destinations are gone to now, and when again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from random import Random
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from core import errors, providers
from core.archive import Archive
from core.db import Database, models
from core.export import (
    clearnox,
    delivering,
    getmyinvoices,
    letter,
    netsuite,
    pennylane,
    qbo,
    s3,
    sftp,
    webdav,
    webhook,
    xero,
)
from core.export.kinds import Here
from core.export.papers import House
from core.export.target import Target
from scheduler import policy, round_lease
from scheduler.farm import Farm
from vault import assertions


def _xero(farm: Farm) -> Target:
    provider = providers.known(farm.settings.stand_ins, "xero")
    return xero.Xero(farm.database, farm.archive, provider, farm.supplier_name, farm.settings.public_url)


def _qbo(farm: Farm) -> Target:
    provider = providers.known(farm.settings.stand_ins, "qbo")
    return qbo.Qbo(farm.database, farm.archive, provider, farm.supplier_name, farm.settings.public_url)


def _netsuite(farm: Farm) -> Target:
    return netsuite.NetSuite(farm.database, farm.archive, _here(farm), assertions.signed)


def _pennylane(farm: Farm) -> Target:
    return pennylane.Pennylane(farm.database, farm.archive, _here(farm))


def _here(farm: Farm) -> Here:
    return Here(farm.supplier_name, farm.settings.public_url)


def _stored(make: Callable[[Database, Archive], Target]) -> Callable[[Farm], Target]:
    """Of those that need nothing but what came home."""
    return lambda farm: make(farm.database, farm.archive)


def _housed(make: Callable[[House], Target]) -> Callable[[Farm], Target]:
    """Of those that take files and messages."""

    def made(farm: Farm) -> Target:
        return make(House(farm.database, farm.archive, _here(farm), farm.settings.time_zone))

    return made


#: What delivers to each kind of destination.
TARGETS: dict[str, Callable[[Farm], Target]] = {
    "xero": _xero,
    "qbo": _qbo,
    "netsuite": _netsuite,
    "pennylane": _pennylane,
    "clearnox": _stored(clearnox.Clearnox),
    "getmyinvoices": _stored(getmyinvoices.GetMyInvoices),
    "s3": _housed(s3.S3),
    "sftp": _housed(sftp.Sftp),
    "webdav": _housed(webdav.WebDav),
    "webhook": _housed(webhook.Webhook),
    "mail": _housed(letter.Mail),
}


def due(session: Session, kinds: Collection[str], *, limit: int, now: datetime) -> Sequence[int]:
    """Those to which something is owed, or that are to be asked something, and that may be asked."""
    place, owed = models.Destination, models.Delivery
    owing = select(owed.destination_id).where(*delivering.ready(now))
    open_ = (
        place.removed_at.is_(None),
        place.paused_at.is_(None),
        place.connected_at.is_not(None),
        or_(place.parked_until.is_(None), place.parked_until <= now),
        or_(place.error.is_(None), place.error.not_in(policy.for_a_person())),
    )
    known = (place.kind.in_(kinds), round_lease.free("destination"))
    wanted = or_(place.id.in_(owing), place.next_round_at <= now)
    return session.scalars(
        select(place.id).where(wanted, *open_, *known).order_by(place.id).limit(limit)
    ).all()


def begin(session: Session, destination_id: int, *, now: datetime) -> None:
    """What it was to be asked is asked in this round; the target says when again."""
    asked = update(models.Destination).where(
        models.Destination.id == destination_id, models.Destination.next_round_at <= now
    )
    session.execute(asked.values(next_round_at=None))


def ended(
    place: models.Destination,
    error: errors.MoissonError | None,
    said: str | None,
    *,
    now: datetime,
    dice: Random,
) -> dict[str, Any]:
    """What a round that failed leaves on the destination's row; `error` None is one that nobody has classified."""
    failures = place.failures
    again = policy.again(error, failures=failures, slot=now + policy.CAP, now=now, dice=dice)
    name = type(error).__name__ if error else "Bug"
    return {"error": name, "said": said, "failures": failures + 1, "parked_until": again}


def done(now: datetime) -> dict[str, Any]:
    """The same of a round that went well."""
    return {"error": None, "said": None, "failures": 0, "last_success_at": now, "parked_until": None}
