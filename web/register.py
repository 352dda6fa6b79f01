"""`moisson account add`: the web form's work without the form."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from collectors.kit import catalogue
from core import errors, ledger
from core.db import Database
from core.settings import Settings
from vault import sealing
from web import account_form, enlist, webkey


def from_command(
    settings: Settings,
    database: Database,
    supplier: str,
    values: Mapping[str, str],
    *,
    label: str,
    workspace_id: int,
    now: datetime,
) -> dict[str, Any]:
    """Gives `{"account", "supplier", "login"}`; raises BadSettings with everything that is wrong with the fields."""
    found = catalogue.load(settings.collectors, allow_loopback=settings.allow_loopback)
    manifest = found.manifest(supplier)
    filled = account_form.from_mapping(values, manifest)
    if filled.problems:
        raise errors.BadSettings(_told(filled, manifest.id))
    asked = enlist.Application(workspace_id, None, None, label or manifest.name("fr"), filled.values)
    key = webkey.load(settings.data / "web" / "web.key")
    trusted = sealing.pin(settings.data / "vault.pub", settings.data / "web" / "pinned.pub")
    try:
        with database.write() as session:
            account = enlist.enlist(session, manifest, asked, key=key, trusted=trusted, now=now)
    except ledger.AlreadyThere as err:
        raise errors.BadSettings(
            f"this login is account {err.account.id} already ({err.account.label})"
        ) from None
    return {"account": account.id, "supplier": supplier, "login": account.masked_login}


def _told(filled: account_form.Filled, supplier: str) -> str:
    problems = ", ".join(
        f"{name}: {problem.removeprefix('form.')}" for name, problem in sorted(filled.problems.items())
    )
    return f"the fields of {supplier} are not right ({problems}); nothing was stored"
