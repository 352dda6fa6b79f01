"""Payments and Invoices of the companies that wait for it are matched, and what is late is noted."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from collectors.kit import catalogue
from core.db import Database, models
from core.export import clearnox
from core.ledger import proposals, radar, rematch
from core.settings import Settings
from scheduler.farm import Farm

if TYPE_CHECKING:
    from core import tying

#: Open Payments that all kept piles may have together: about 2 KB of memory each.
ROOM = 2_000_000

log = structlog.get_logger(__name__)


def match(farm: Farm) -> None:
    """Every company whose Payments or Invoices changed. One that a dead worker began is looked at again: it does no harm."""
    with farm.database.read() as session:
        if not rematch.is_asked(session):
            return
    for asked in farm.writer.now(rematch.begin):
        outcome = str(_looked(farm, asked))
        farm.writer.now(partial(_end, farm, asked.workspace_id, outcome))
        log.info("matched", workspace=asked.workspace_id, outcome=outcome)


def _looked(farm: Farm, asked: rematch.Asked) -> tying.Outcome:
    """At what changed where a large pile is kept solved, else at all that is open. What fails half-way is not kept."""
    from core import tying  # numpy and scipy take their second only where there is something to match

    desk = farm.desks.pop(asked.workspace_id, None) or tying.Desk()
    known, now = names(farm.catalogue), farm.now()
    told: dict[str, Any] = {"names": known, "now": farm.now, "today": today(farm.settings, now), "desk": desk}
    if desk.pile is None or asked.all or _missed(farm, desk, asked):
        outcome = tying.look_again(farm.database, asked.workspace_id, **told)
    else:
        outcome = tying.look_at(farm.database, asked, **told)
    desk.newest = asked.newest
    _keep(farm, asked.workspace_id, desk)
    return outcome


def _missed(farm: Farm, desk: tying.Desk, asked: rematch.Asked) -> bool:
    """Another worker was told of changes that this one has not heard of."""
    with farm.database.read() as session:
        return rematch.ended_since(session, asked.workspace_id, desk.newest)


def _keep(farm: Farm, workspace_id: int, desk: tying.Desk) -> None:
    """A desk that holds a pile, while there is room; those that were not asked for longest go."""
    if desk.pile is not None:
        farm.desks[workspace_id] = desk
    while len(farm.desks) > 1 and sum(each.size for each in farm.desks.values()) > ROOM:
        del farm.desks[next(iter(farm.desks))]


def look_out(farm: Farm) -> None:
    """Whose Invoices are late by now, company by company."""
    with farm.database.read() as session:
        companies = session.scalars(select(models.Workspace.id)).all()
    for workspace_id in companies:
        farm.writer.now(partial(_look, farm, workspace_id))


def names(suppliers: catalogue.Catalogue) -> dict[str, tuple[str, ...]]:
    """How each supplier that is visited is called, and what it is called on bank lines."""
    manifests = (one.manifest for one in suppliers.collectors.values())
    return {
        each.id: (*each.names.values(), *each.bank_labels) for each in manifests if each.sign_in != "none"
    }


def today(settings: Settings, now: datetime) -> date:
    """The day in the installation's time zone."""
    return now.astimezone(ZoneInfo(settings.time_zone)).date()


def _look(farm: Farm, workspace_id: int, session: Session) -> None:
    """A pile that moved is looked at whole: what it teaches may be another by now."""
    now = farm.now()
    radar.look(session, workspace_id, today=today(farm.settings, now), now=now)
    if workspace_id in farm.desks and farm.desks[workspace_id].moved:
        rematch.ask(session, workspace_id, now)


def _end(farm: Farm, workspace_id: int, outcome: str, session: Session) -> None:
    """Bank lines or invoices have come in: who asks for what it lacks is gone to soon."""
    rematch.end(session, workspace_id, outcome, farm.now())
    clearnox.wake(session, workspace_id, farm.now())


def at_once(settings: Settings, database: Database, workspace_id: int, now: datetime) -> list[dict[str, Any]]:
    """Match one company now, whether or not anything changed: what each Payment gained or lost, then the counts."""
    from core import tying

    suppliers = catalogue.load(settings.collectors, allow_loopback=settings.allow_loopback)
    outcome = tying.look_again(
        database, workspace_id, names=names(suppliers), now=lambda: now, today=today(settings, now)
    )
    with database.read() as session:
        rows = [_told(session, change) for change in outcome.changes]
    counts = {
        "payments": outcome.payments,
        "invoices": outcome.invoices,
        "unlinked": outcome.unlinked,
        "gaps_opened": outcome.gaps_opened,
        "gaps_closed": outcome.gaps_closed,
    }
    return [*rows, {"what": "looked", **counts, "words": str(outcome)}]


def in_words(told: dict[str, Any]) -> str:
    """One line of `at_once` for people."""
    if told["what"] == "looked":
        return f"{told['payments']} payments, {told['invoices']} invoices: {told['words']}"
    return f"{told['what']:<9} {told['day']}  {told['label'][:48]:<48}  {', '.join(told['invoices'])}"


def _told(session: Session, change: proposals.Change) -> dict[str, Any]:
    payment = session.get_one(models.Payment, change.payment_id)
    invoices = [session.get_one(models.Invoice, one) for one in change.invoice_ids]
    return {
        "what": change.what,
        "payment": payment.id,
        "day": payment.booked_on.isoformat(),
        "label": payment.label,
        "amount_minor": payment.amount_minor,
        "currency": payment.currency,
        "invoices": [one.number or str(one.id) for one in invoices],
        "band": change.band,
    }
