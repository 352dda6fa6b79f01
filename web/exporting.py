"""The export of a month, by a page or by the command: with the same names and accounts, and in the audit chain before it begins."""

from __future__ import annotations

import os
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from collectors.kit import catalogue
from core import archive, db, errors
from core import settings as farm_settings
from core.db import models
from core.export import asked, certificate, month, parcel
from core.export.asked import Asked
from vault import audit


def span(settings: farm_settings.Settings, told: str | None, now: datetime) -> month.Span:
    """The month `YYYY-MM`, else the last whole one. Raises ValueError."""
    zone = ZoneInfo(settings.time_zone)
    if told is None:
        return month.Span.last_complete(now.astimezone(zone).date(), zone)
    return month.Span.month(date.fromisoformat(f"{told}-01"), zone)


def from_command(
    settings: farm_settings.Settings,
    database: db.Database,
    wanted: Asked,
    workspace_id: int,
    folder: Path,
    *,
    now: datetime,
) -> dict[str, Any]:
    """Write the file into `folder`, whole or not at all. Raises NotBookable, BadSettings."""
    stored, known = archive.Archive(settings.data), _known(settings, wanted.language)
    with database.read() as session:
        if session.get(models.Workspace, workspace_id) is None:
            raise errors.BadSettings(f"there is no company {workspace_id} yet: start the farm once")
    made = noted(database, stored, wanted, workspace_id, known, actor="command", by=None, now=now)
    place = folder / made.name
    _write(made, place)
    return {
        "file": str(place),
        "received": made.sheet.received,
        "expected": made.sheet.expected,
        "whole": made.sheet.whole,
        "contents": made.contents,
    }


def noted(
    database: db.Database,
    stored: archive.Archive,
    wanted: Asked,
    workspace_id: int,
    known: asked.Catalogue,
    *,
    actor: str,
    by: int | None,
    now: datetime,
) -> parcel.Parcel:
    """The parcel, once the chain says who takes it. Raises NotBookable."""
    with database.read() as session:
        made = asked.packed(session, stored, workspace_id, wanted, known)
    with database.write() as session:
        head = certificate.Head(*audit.newest(session))
        made, number = parcel.note(
            session, made, asked.kind(made, wanted), wanted.as_json(), head=head, by=by, now=now
        )
        audit.append(
            session, at=now, actor=actor, action="export.made", object=f"export:{number}", workspace_id=workspace_id,
            detail={"month": wanted.span.name},
        )  # fmt: skip
    return made


def _write(made: parcel.Parcel, place: Path) -> None:
    part = place.with_name(f".{place.name}.part")
    try:
        with part.open("wb") as out:
            out.writelines(made.stream())
            out.flush()
            os.fsync(out.fileno())
        part.replace(place)
    finally:
        part.unlink(missing_ok=True)


def _known(settings: farm_settings.Settings, language: str) -> asked.Catalogue:
    found = catalogue.load(settings.collectors, allow_loopback=settings.allow_loopback).collectors
    names = {name: one.manifest.names for name, one in found.items()}

    def named(supplier: str) -> str:
        told = names.get(supplier, {})
        return told.get(language) or next(iter(told.values()), supplier)

    return asked.Catalogue(
        named, lambda supplier: found[supplier].manifest.category if supplier in found else ""
    )
