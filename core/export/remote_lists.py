"""What a service lists in its books, kept so that choosing asks nothing of it.

Each entry has `id` and `name`. `accounts` have a `code` (may be empty), a `type`, which is `BANK` where money is spent from,
and a `currency`; `tracking` (analytic axes) have `options`, by name. `contacts` are the vendors, `taxes` the VAT codes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.db import models

LISTS = ("accounts", "contacts", "taxes", "tracking")
#: Entries by the name of their list.
Lists = Mapping[str, Sequence[Mapping[str, Any]]]


def keep(session: Session, destination: models.Destination, lists: Lists, now: datetime) -> None:
    """These in the place of what was kept."""
    for kind, entries in lists.items():
        key = {"destination_id": destination.id, "kind": kind}
        row = session.get(models.RemoteList, key) or models.RemoteList(
            **key, workspace_id=destination.workspace_id
        )
        row.entries, row.fetched_at = list(entries), now
        session.add(row)


def kept(session: Session, destination_id: int) -> dict[str, list[Any]]:
    """The lists by their names; those that were never read are empty."""
    mine = select(models.RemoteList).where(models.RemoteList.destination_id == destination_id)
    found = {row.kind: row.entries for row in session.scalars(mine)}
    return {kind: found.get(kind, []) for kind in LISTS}


def fetched_at(session: Session, destination_id: int) -> datetime | None:
    row = models.RemoteList
    return session.scalar(select(func.min(row.fetched_at)).where(row.destination_id == destination_id))
