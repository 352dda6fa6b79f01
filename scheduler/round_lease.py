"""Who holds a mailbox or a destination: the same lease as a visit's, on the row itself."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, or_, update
from sqlalchemy.orm import Session

from core import db, errors, nouns
from core.db import models
from scheduler import lease

Row = models.Mailbox | models.Destination

_TABLES: dict[str, type[Row]] = {"mailbox": models.Mailbox, "destination": models.Destination}


def take(session: Session, worker_id: str, what: str, ids: Sequence[int]) -> list[nouns.Round]:
    """One UPDATE leases those that nobody holds; the fence rises with each lease. `what` is `mailbox` or `destination`."""
    if not ids:
        return []
    row = _TABLES[what]
    taken = session.execute(
        update(row)
        .where(row.id.in_(ids), free(what))
        .values(
            leased_by=worker_id,
            leased_until=lease.clock() + lease.LEASE,
            leased_boot=lease.boot(),
            fence=row.fence + 1,
        )
        .returning(row.id, row.workspace_id, row.fence)
    )
    return [nouns.Round(what, *found) for found in taken]


def free(what: str) -> ColumnElement[bool]:
    """Nobody holds it, or not any more."""
    row = _TABLES[what]
    return or_(row.leased_by.is_(None), row.leased_until < lease.clock(), row.leased_boot != lease.boot())


def beat(session: Session, worker_id: str) -> None:
    """Keep this worker's leases."""
    for row in _TABLES.values():
        mine = update(row).where(row.leased_by == worker_id)
        session.execute(mine.values(leased_until=lease.clock() + lease.LEASE))


def sweep(session: Session, gone: Iterable[str]) -> list[str]:
    """Free what workers held that are gone or silent. What was owed is still due, for it is done only when it is noted."""
    lost: list[str] = []
    for what, row in _TABLES.items():
        lapsed = or_(
            row.leased_until < lease.clock(), row.leased_boot != lease.boot(), row.leased_by.in_(list(gone))
        )
        freed = update(row).where(row.leased_by.is_not(None), lapsed)
        freed = freed.values(leased_by=None, fence=row.fence + 1)
        lost += [f"{what}:{found}" for found in session.scalars(freed.returning(row.id))]
    return lost


def release(session: Session, of: nouns.Round, tried: str = "", **values: Any) -> None:
    """The round's last write. Raises LeaseLost, and then nothing of it is written.

    `tried` is the mark of what failed: when a person has replaced that meanwhile, nothing is said of what stands there now.
    """
    row = _TABLES[of.what]
    if tried and tried != mark(row_of(session, of)):
        values = {}
    mine = update(row).where(row.id == of.id, row.fence == of.fence, row.leased_by.is_not(None))
    if not db.changed(session, mine.values(leased_by=None, **values)):
        raise errors.LeaseLost()


def mark(row: Row) -> str:
    """What a person gave it to sign in with and where, without a secret: another mark is another thing to try."""
    return json.dumps([row.id, row.secret_version, row.place], sort_keys=True)


def row_of(session: Session, of: nouns.Round) -> Row:
    """The mailbox or destination of a round."""
    if of.what == "mailbox":
        return session.get_one(models.Mailbox, of.id)
    return session.get_one(models.Destination, of.id)
