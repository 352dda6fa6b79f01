"""How the farm itself stands, and how to use it."""

from __future__ import annotations

import shutil
from typing import Any

from flask import Blueprint, render_template

from core import nouns
from web import farm, guard, health

pages = Blueprint("system", __name__)
#: Below this part of free room the System page turns amber.
_TIGHT = 0.05


@pages.get("/system")
@guard.members
def system() -> str:
    here = farm.here()
    with here.database.read() as session:
        seen = health.look(session, here.now())
    disk = shutil.disk_usage(here.settings.data)
    return render_template(
        "system.html",
        health=seen,
        facts=_facts(seen),
        disk=disk,
        tight=disk.free < disk.total * _TIGHT,
        key_file=here.settings.key_file,
        collectors=len(here.catalogue.collectors),
        problems=[str(problem) for problem in here.catalogue.problems],
        time_zone=here.settings.time_zone,
    )


def _facts(seen: health.Health) -> dict[str, Any]:
    """What the newest living worker says of itself."""
    return dict(seen.workers[0].facts) if seen.workers else {}


@pages.get("/help")
@guard.members
def manual() -> str:
    return render_template(
        "help.html",
        key_file=farm.here().settings.key_file,
        states=[state.value for state in nouns.AccountState],
    )
