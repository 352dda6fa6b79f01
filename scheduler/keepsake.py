"""Evidence on disk: a folder per run, kept seven days, for the people of the workspace only."""

from __future__ import annotations

import shutil
from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from collectors import kit
from core.db import models

KEPT_FOR = timedelta(days=7)
#: The row of a folder that is being written comes within this.
UNDER_WAY = timedelta(minutes=15)

_SUFFIX = {"screenshot": ".png", "page": ".html", "steps": ".txt", "shape": ".json"}


@dataclass(frozen=True)
class Kept:
    """`path` is relative to the evidence folder."""

    kind: str
    path: str


def save(data: Path, run_id: int, evidence: Sequence[kit.Evidence]) -> list[Kept]:
    """Write what the portal masked at capture. No room left means no evidence, never a lost run."""
    kept = []
    folder = data / "evidence" / str(run_id)
    for position, piece in enumerate(evidence):
        path = folder / f"{position}-{piece.kind}{_SUFFIX.get(piece.kind, '.txt')}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            path.write_bytes(piece.content)
        except OSError:
            break
        kept.append(Kept(piece.kind, str(path.relative_to(data / "evidence"))))
    return kept


def forget(session: Session, now: datetime) -> set[int]:
    """Evidence older than seven days goes. Gives the runs that still have some."""
    session.execute(delete(models.Evidence).where(models.Evidence.at < now - KEPT_FOR))
    return set(session.scalars(select(models.Evidence.run_id).distinct()))


def clear(data: Path, kept: Container[int], now: datetime) -> None:
    """Folders of runs without evidence go: it grew old, or the account is gone. One just written is left for the next time."""
    for folder in (data / "evidence").glob("*"):
        written = datetime.fromtimestamp(folder.stat().st_mtime, now.tzinfo)
        if int(folder.name) not in kept and written < now - UNDER_WAY:
            shutil.rmtree(folder, ignore_errors=True)
