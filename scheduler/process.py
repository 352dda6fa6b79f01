"""The worker as a process: the farm opened, its facts confessed, and the loop until it is told to stop."""

from __future__ import annotations

import os
from typing import Any

from core.settings import Settings
from scheduler import doctor, farm
from scheduler.worker import Worker
from vault.redact import Redactor


async def work(settings: Settings, redactor: Redactor, **outside: Any) -> None:
    """Raises VaultClosed before any account is touched. `outside` is for tests (`farm.opened`)."""
    async with farm.opened(settings, redactor, **outside) as opened:
        await Worker(opened, facts(settings)).work()


def facts(settings: Settings) -> dict[str, Any]:
    """What the System page shows of this worker."""
    found = {one.name: one for one in doctor.about_process(settings)}
    return {
        "pid": os.getpid(),
        "vault": "open",
        "browser": found["browser"].words,
        "sandbox": found["sandbox"].fine,
        "isolation": found["isolation"].fine,
    }
