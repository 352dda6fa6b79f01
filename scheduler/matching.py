"""Payments and Invoices of the companies that wait for it are matched, and what is late is noted."""

from __future__ import annotations

from datetime import date
from functools import partial
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.db import models
from core.ledger import radar, rematch
from scheduler.farm import Farm

log = structlog.get_logger(__name__)


def match(farm: Farm) -> None:
    """Every company whose Payments or Invoices changed. One that a dead worker began is looked at again: it does no harm."""
    with farm.database.read() as session:
        if not rematch.is_asked(session):
            return
    from core import tying  # numpy and scipy take their second only where there is something to match

    for workspace_id in farm.writer.now(rematch.begin):
        outcome = tying.look_again(
            farm.database, workspace_id, names=names(farm), now=farm.now, today=today(farm)
        )
        farm.writer.now(partial(_end, farm, workspace_id, str(outcome)))
        log.info("matched", workspace=workspace_id, outcome=str(outcome))


def look_out(farm: Farm) -> None:
    """Whose Invoices are late by now, company by company."""
    with farm.database.read() as session:
        companies = session.scalars(select(models.Workspace.id)).all()
    for workspace_id in companies:
        farm.writer.now(partial(_look, farm, workspace_id))


def names(farm: Farm) -> dict[str, tuple[str, ...]]:
    """How each supplier that is visited is called, and what it is called on bank lines."""
    manifests = (one.manifest for one in farm.catalogue.collectors.values())
    return {
        each.id: (*each.names.values(), *each.bank_labels) for each in manifests if each.sign_in != "none"
    }


def today(farm: Farm) -> date:
    return farm.now().astimezone(ZoneInfo(farm.settings.time_zone)).date()


def _look(farm: Farm, workspace_id: int, session: Session) -> None:
    radar.look(session, workspace_id, today=today(farm), now=farm.now())


def _end(farm: Farm, workspace_id: int, outcome: str, session: Session) -> None:
    rematch.end(session, workspace_id, outcome, farm.now())
