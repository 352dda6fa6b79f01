"""Accounts and their secrets on the way in: sealed with the workspace's public key and forgotten. Nothing here can open one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from collectors.kit import catalogue, declared
from core import db, errors, ledger
from core import settings as farm_settings
from core.db import models
from vault import audit, sealing
from web import account_form
from web import desk as desks

#: An account that a command added is visited by itself after this, if nobody asks for it before.
_FIRST_VISIT = timedelta(minutes=2)


def add(
    session: Session,
    desk: desks.Desk,
    manifest: declared.Manifest,
    filled: account_form.Filled,
    *,
    workspace_id: int,
    by: int | None,
    now: datetime,
) -> models.Account:
    """A new account on trial with its sealed credentials. Raises AlreadyThere, VaultError."""
    hashed = desk.login_hash(manifest, filled.values, workspace_id)
    masked = sealing.mask_login(account_form.first_login(manifest, filled.values))
    account = _stored(
        session, manifest, filled, hashed, masked=masked, workspace_id=workspace_id, by=by, now=now
    )
    about = {"supplier": manifest.id, "terms": account_form.TERMS}
    record(session, by, "account.added", account, now, about)
    _seal(session, desk, account, filled.values, by, now)
    return account


def add_unvisited(
    session: Session,
    desk: desks.Desk,
    manifest: declared.Manifest,
    filled: account_form.Filled,
    *,
    workspace_id: int,
    by: int | None,
    now: datetime,
) -> models.Account:
    """An account of a supplier that nobody visits: known by its label, without a secret, never due. Raises AlreadyThere."""
    hashed = desk.label_hash(manifest, filled.label, workspace_id)
    account = _stored(session, manifest, filled, hashed, workspace_id=workspace_id, by=by, now=now)
    account.trial = False
    record(session, by, "account.added", account, now, {"supplier": manifest.id})
    return account


def _stored(
    session: Session,
    manifest: declared.Manifest,
    filled: account_form.Filled,
    hashed: str,
    *,
    masked: str = "",
    workspace_id: int,
    by: int | None,
    now: datetime,
) -> models.Account:
    return ledger.add_account(
        session,
        workspace_id=workspace_id,
        supplier=manifest.id,
        label=filled.label,
        owner_id=member(session, filled.owner, workspace_id) or by,
        masked_login=masked,
        login_hash=hashed,
        origins=manifest.origins,
        terms_version=account_form.TERMS,
        now=now,
    )


def correct(
    session: Session,
    desk: desks.Desk,
    manifest: declared.Manifest,
    account: models.Account,
    values: Mapping[str, str],
    *,
    by: int,
    now: datetime,
) -> None:
    """A new version of the fields that were typed; the others stay as sealed. Raises AlreadyThere, VaultError."""
    if any(spec.kind == "text" and spec.name in values for spec in manifest.fields):
        hashed = desk.login_hash(manifest, values, account.workspace_id)
        ledger.refuse_twin(session, account.workspace_id, account.supplier, hashed, but=account.id)
        if hashed != account.login_hash:  # what the portal gave one customer's browser is none of another's
            _forget_session(session, account)
        account.login_hash = hashed
        account.masked_login = sealing.mask_login(account_form.first_login(manifest, values))
    if account.origins != origins_of(manifest):  # what is not typed again was not meant to go there
        _forget_session(session, account)
        _forget_credentials(session, account)
    account.origins = origins_of(manifest)
    ledger.new_credentials(session, account, asked_by=by, now=now)
    record(session, by, "credentials.corrected", account, now)
    _seal(session, desk, account, values, by, now)


def _forget_session(session: Session, account: models.Account) -> None:
    session.execute(delete(models.PortalSession).where(models.PortalSession.account_id == account.id))


def _forget_credentials(session: Session, account: models.Account) -> None:
    """What signs in; the account's proxy leads elsewhere."""
    kept = models.Credential
    session.execute(delete(kept).where(kept.account_id == account.id, kept.field != sealing.PROXY))


def origins_of(manifest: declared.Manifest) -> str:
    """As an Account keeps them: one a line, sorted."""
    return "\n".join(sorted(manifest.origins))


def member(session: Session, wanted: int | None, workspace_id: int) -> int | None:
    """Whom to tell must belong to the workspace."""
    membership = session.get(models.Membership, (workspace_id, wanted)) if wanted else None
    return membership.person_id if membership else None


def _seal(
    session: Session,
    desk: desks.Desk,
    account: models.Account,
    values: Mapping[str, str],
    by: int | None,
    now: datetime,
) -> None:
    trusted = desk.trusted()
    for name, value in values.items():
        sealing.seal_credential(session, trusted, account, name, value, by=by, at=now)


def record(
    session: Session,
    by: int | None,
    action: str,
    account: models.Account,
    now: datetime,
    detail: dict[str, Any] | None = None,
) -> None:
    """Who did it, in the chain."""
    audit.append(
        session,
        at=now,
        actor=f"person:{by}" if by else "command",
        action=action,
        object=f"account:{account.id}",
        workspace_id=account.workspace_id,
        detail=detail,
    )


def from_command(
    settings: farm_settings.Settings,
    database: db.Database,
    supplier: str,
    values: Mapping[str, str],
    *,
    label: str,
    workspace_id: int,
    now: datetime,
) -> dict[str, Any]:
    """`moisson account add`: the same form without its page. Raises BadManifest, BadSettings, VaultError."""
    known = catalogue.load(settings.collectors, allow_loopback=settings.allow_loopback)
    manifest = known.collector(supplier).manifest
    filled = _filled(manifest, values, label)
    visited = manifest.sign_in != "none"
    try:
        with database.write() as session:
            account = (add if visited else add_unvisited)(
                session, desks.of(settings), manifest, filled, workspace_id=workspace_id, by=None, now=now
            )
            account.next_run_at = now + _FIRST_VISIT if visited else None
            told = {"account": account.id, "supplier": supplier, "label": label}
            return told | {"login": account.masked_login}
    except ledger.AlreadyThere as there:
        raise errors.BadSettings(f"this login is account {there.account.id} already") from None


def _filled(manifest: declared.Manifest, values: Mapping[str, str], label: str) -> account_form.Filled:
    """The form as the command fills it in. An error names the fields, never what they hold."""
    filled = account_form.Filled(label=label)
    account_form.read_secrets({f"field-{name}": value for name, value in values.items()}, manifest, filled)
    asked = [spec.name for spec in manifest.fields]
    problems = [f"{name} is missing or cannot be used" for name in filled.problems]
    problems += [f"{name} is not asked for" for name in sorted(set(values) - set(asked))]
    if problems:
        raise errors.BadSettings(f"{manifest.id} asks for {', '.join(asked)}: {'; '.join(problems)}")
    if manifest.sign_in == "none" and not label:
        raise errors.BadSettings(f"{manifest.id} asks for a label: how this account is called")
    return filled
