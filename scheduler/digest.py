"""Once a day, each owner hears what is still missing, and no more: names and ages, no amount, no number."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from core.db import models
from scheduler import tell
from scheduler.farm import Farm

log = structlog.get_logger(__name__)

#: From this hour on, in the installation's time zone.
HOUR = time(8)
#: Suppliers that are named; the others are counted.
NAMED = 12
_WORDS = {
    "fr": {
        "title": "Moisson · {count} pièces manquantes",
        "title_one": "Moisson · 1 pièce manquante",
        "line": "{who} : {count}, depuis {days} j",
        "unknown": "Fournisseur non reconnu",
        "more": "et {count} autres",
        "place": "Les demander ou les expliquer : {place}",
    },
    "en": {
        "title": "Moisson · {count} missing invoices",
        "title_one": "Moisson · 1 missing invoice",
        "line": "{who}: {count}, for {days} days",
        "unknown": "Supplier not recognised",
        "more": "and {count} more",
        "place": "Ask for them or explain them: {place}",
    },
}


def send(farm: Farm) -> None:
    """To each owner of open gaps, and of those that nobody owns to whoever reads. Marked first: told once at most, even through a crash."""
    if not farm.settings.notify.get_secret_value() or _is_early(farm):
        return
    with farm.database.read() as session:
        due = _due(session, _midnight(farm))
    for workspace_id, owner_id in due:
        told = farm.writer.now(partial(_taken, farm, workspace_id, owner_id))
        if told and not tell.notify(farm.settings.notify.get_secret_value(), told):
            log.warning("digest.failed", workspace=workspace_id, owner=owner_id)


def _is_early(farm: Farm) -> bool:
    return _here(farm).time() < HOUR


def _here(farm: Farm) -> datetime:
    return farm.now().astimezone(ZoneInfo(farm.settings.time_zone))


def _midnight(farm: Farm) -> datetime:
    return _here(farm).replace(hour=0, minute=0, second=0, microsecond=0)


def _due(session: Session, midnight: datetime) -> list[tuple[int, int | None]]:
    """Who has open gaps and was told of none today."""
    gap = models.Gap
    waiting = select(gap.workspace_id, gap.owner_id).where(gap.closed_at.is_(None)).distinct()
    told = select(gap.workspace_id, gap.owner_id).where(gap.told_at >= midnight).distinct()
    heard = {tuple(row) for row in session.execute(told)}
    return [(row[0], row[1]) for row in session.execute(waiting) if tuple(row) not in heard]


def _taken(farm: Farm, workspace_id: int, owner_id: int | None, session: Session) -> tell.Told | None:
    """The digest of one owner, whose gaps from now on count as told; None when another worker was first."""
    if (workspace_id, owner_id) not in _due(session, _midnight(farm)):
        return None
    gap = models.Gap
    mine = (
        gap.workspace_id == workspace_id,
        gap.owner_id.is_not_distinct_from(owner_id),
        gap.closed_at.is_(None),
    )
    rows = session.execute(
        select(gap.supplier, func.count(), func.min(gap.opened_at)).where(*mine).group_by(gap.supplier)
    ).all()
    session.execute(update(gap).where(*mine).values(told_at=farm.now()))
    owner = session.get(models.Person, owner_id) if owner_id else None
    language = owner.language if owner and owner.language in _WORDS else "fr"
    return _message(farm, [(row[0], row[1], row[2]) for row in rows], _WORDS[language])


def _message(farm: Farm, rows: list[tuple[str | None, int, datetime]], words: dict[str, str]) -> tell.Told:
    """The longest missing first."""
    counts = Counter({supplier: count for supplier, count, _ in rows})
    oldest = sorted(rows, key=lambda row: row[2])
    lines = [
        words["line"].format(
            who=farm.supplier_name(supplier) if supplier else words["unknown"],
            count=count,
            days=(farm.now() - since) // timedelta(days=1),
        )
        for supplier, count, since in oldest[:NAMED]
    ]
    if rest := sum(count for _, count, _ in oldest[NAMED:]):
        lines.append(words["more"].format(count=rest))
    if farm.settings.public_url:
        lines.append(words["place"].format(place=f"{farm.settings.public_url}/gaps"))
    title = words["title_one" if counts.total() == 1 else "title"]
    return tell.Told(title.format(count=counts.total()), "\n".join(lines))
