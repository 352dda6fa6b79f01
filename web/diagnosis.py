"""What a person may copy and send to whoever mends collectors: steps, error, versions; no login, no name, no amount."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from importlib import metadata
from typing import Any

from collectors.kit import declared, mask
from core import ledger
from core.db import models
from core.ledger import changes


def of(run: models.Run, events: Sequence[models.RunEvent], view: ledger.AccountView | None) -> dict[str, Any]:
    """One run, told without anything that is whose it is."""
    return {
        "moisson": metadata.version("moisson"),
        "supplier": view.account.supplier if view else None,
        "run": run.id,
        "state": run.state,
        "cause": run.cause,
        "error": run.error,
        "code": run.error_code,
        "step": run.error_step,
        "said": run.error_said,
        "detail": run.error_detail,
        "receipt": run.receipt,
        "queued_at": run.queued_at.isoformat(),
        "ended_at": run.ended_at.isoformat() if run.ended_at else None,
        "steps": [{"at": e.at.isoformat(), "step": e.step, **e.words} for e in events],
    }


def of_change(
    change: changes.Change,
    events: Sequence[models.RunEvent],
    manifest: declared.Manifest | None,
    shape: str | None,
) -> dict[str, Any]:
    """A changed portal: versions, steps, expected and seen. `shape` is the skeleton of its last JSON answer, names and types only."""
    hidden = mask.Mask()
    facts = {group: manifest.fact(group) for group in declared.GROUPS} if manifest else {}
    return {
        "moisson": metadata.version("moisson"),
        "supplier": change.supplier,
        "verified": str(manifest.verified) if manifest else None,
        "facts": {group: fact.age.isoformat() if fact.age else None for group, fact in facts.items()},
        "step": change.step,
        "expected": _bare(hidden(change.expected)),
        "seen": _bare(hidden(change.seen)),
        "since": change.since.isoformat(),
        "visits": len(change.runs),
        "accounts": len(change.accounts),
        "footprint": change.runs[0].footprint,
        "steps": [event.step for event in events],
        "shape": json.loads(shape) if shape else None,
    }


def _bare(text: str) -> str:
    """Without long numbers, which may be a customer's, a contract's or an invoice's."""
    return re.sub(r"\d{4,}", "…", text)
