"""What a person may copy and send to whoever mends collectors: steps, error, versions; no login, no name, no amount."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import metadata
from typing import Any

from core import ledger
from core.db import models


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
