"""Evidence on disk: a folder per run, kept seven days, for the people of the workspace only."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import delete
from sqlalchemy.orm import Session

from collectors import kit
from core.db import models

KEPT_FOR = timedelta(days=7)

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


def clear(data: Path, now: datetime) -> None:
    """Folders older than seven days go."""
    for folder in (data / "evidence").glob("*"):
        if datetime.fromtimestamp(folder.stat().st_mtime, now.tzinfo) < now - KEPT_FOR:
            shutil.rmtree(folder, ignore_errors=True)


def forget(session: Session, now: datetime) -> None:
    session.execute(delete(models.Evidence).where(models.Evidence.at < now - KEPT_FOR))
