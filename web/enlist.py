"""A new account and its sealed credentials, in one transaction: the same for the web form and the command."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from collectors.kit import manifest as manifests
from core import ledger
from core.db import models
from vault import audit, sealing
from web import account_form, webkey


@dataclass(frozen=True)
class Application:
    """What somebody asks to be collected. `values` by field name, secrets included; `person_id` None is a command."""

    workspace_id: int
    person_id: int | None
    owner_id: int | None
    label: str
    values: Mapping[str, str]


def enlist(
    session: Session,
    manifest: manifests.Manifest,
    asked: Application,
    *,
    key: webkey.WebKey,
    trusted: sealing.TrustedKey,
    now: datetime,
) -> models.Account:
    """Store the account on trial. Raises `ledger.AlreadyThere`, VaultClosed while the worker has made no key."""
    account = ledger.add_account(
        session,
        workspace_id=asked.workspace_id,
        supplier=manifest.id,
        label=asked.label,
        owner_id=asked.owner_id,
        masked_login=sealing.mask_login(account_form.first_login(manifest, asked.values)),
        login_hash=login_hash(key, manifest, asked.values, asked.workspace_id),
        origins=manifest.origins,
        terms_version=account_form.TERMS,
        now=now,
    )
    audit.append(
        session,
        at=now,
        actor=f"person:{asked.person_id}" if asked.person_id else "command",
        action="account.added",
        object=f"account:{account.id}",
        workspace_id=account.workspace_id,
        detail={"supplier": manifest.id, "terms": account_form.TERMS},
    )
    for name, value in asked.values.items():
        sealing.seal_credential(session, trusted, account, name, value, by=asked.person_id, at=now)
    return account


def login_hash(
    key: webkey.WebKey, manifest: manifests.Manifest, values: Mapping[str, str], workspace_id: int
) -> str:
    """Tells whether two accounts have the same login, and nothing else."""
    return sealing.login_hash(
        key.of("logins"), workspace_id, manifest.id, account_form.login_of(manifest, values)
    )
