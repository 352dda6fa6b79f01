"""What lies in the tray: Invoices that ask for a person, counted once a page."""

from __future__ import annotations

from collections.abc import Mapping

from flask import g
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from core.db import models
from core.ledger import search
from web import farm


def waiting() -> int:
    """How many Invoices of the visitor's company ask for a person."""
    if "waiting" not in g:
        with farm.here().database.read() as session:
            asked = _asked(g.visitor.workspace_id)
            g.waiting = session.scalar(select(func.count()).select_from(models.Invoice).where(*asked)) or 0
    return int(g.waiting)


def by_account(session: Session, workspace_id: int) -> Mapping[int, int]:
    """The same for each account that brought some."""
    account = models.Invoice.account_id
    rows = session.execute(select(account, func.count()).where(*_asked(workspace_id)).group_by(account))
    return {row[0]: row[1] for row in rows if row[0] is not None}


def _asked(workspace_id: int) -> tuple[ColumnElement[bool], ...]:
    return models.Invoice.workspace_id == workspace_id, *search.waits()
