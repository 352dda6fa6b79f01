"""Secrets on their way in: sealed with the workspace's public key and forgotten. Nothing here can open one."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from collectors.kit import manifest as manifests
from core import errors, ledger
from core.db import models
from vault import audit, sealing
from web import account_form, farm, sessions


class NotReady(Exception):
    """The working part has not made this workspace's key yet."""


def is_ready(session: Session, workspace_id: int) -> bool:
    """Whether secrets can be sealed: the key is there, signed, and the signer is the one we know."""
    try:
        sealing.active_key(session, workspace_id)
        _trusted()
    except (errors.VaultError, OSError):
        return False
    return True


def add_account(
    manifest: manifests.Manifest, filled: account_form.Filled, visitor: sessions.Visitor
) -> int:
    """A new account on trial, its sealed credentials and the wish to visit it. Raises AlreadyThere, NotReady."""
    here = farm.here()
    now = here.now()
    with here.database.write() as session:
        if not is_ready(session, visitor.workspace_id):
            raise NotReady
        account = ledger.add_account(
            session,
            workspace_id=visitor.workspace_id,
            supplier=manifest.id,
            label=filled.label,
            owner_id=_member(session, filled.owner, visitor),
            masked_login=sealing.mask_login(account_form.first_login(manifest, filled.values)),
            login_hash=_login_hash(manifest, filled.values, visitor.workspace_id),
            origins=manifest.origins,
            terms_version=account_form.TERMS,
            now=now,
        )
        record(session, visitor, "account.added", account, {"supplier": manifest.id, "terms": account_form.TERMS})
        _seal(session, account, filled.values, visitor)
        ledger.wish(
            session,
            visitor.workspace_id,
            "collect",
            account_id=account.id,
            asked_by=visitor.person_id,
            now=now,
        )
        return account.id


def correct(
    account_id: int, manifest: manifests.Manifest, values: Mapping[str, str], visitor: sessions.Visitor
) -> None:
    """A new version of the credentials; the account keeps its history and is visited again. Raises AlreadyThere, NotReady."""
    here = farm.here()
    with here.database.write() as session:
        if not is_ready(session, visitor.workspace_id):
            raise NotReady
        account = session.get_one(models.Account, account_id)
        hashed = _login_hash(manifest, values, visitor.workspace_id)
        _refuse_twin(session, account, hashed)
        account.login_hash = hashed
        account.masked_login = sealing.mask_login(account_form.first_login(manifest, values))
        account.origins = "\n".join(sorted(manifest.origins))
        ledger.new_credentials(session, account, asked_by=visitor.person_id, now=here.now())
        _seal(session, account, values, visitor)


def _refuse_twin(session: Session, account: models.Account, hashed: str) -> None:
    twin = session.scalar(
        select(models.Account).where(
            models.Account.workspace_id == account.workspace_id,
            models.Account.supplier == account.supplier,
            models.Account.login_hash == hashed,
            models.Account.id != account.id,
            models.Account.deleted_at.is_(None),
        )
    )
    if twin:
        raise ledger.AlreadyThere(twin)


def _member(session: Session, wanted: int | None, visitor: sessions.Visitor) -> int:
    """The owner of an account is a member of its workspace; else whoever adds it."""
    membership = session.get(models.Membership, (visitor.workspace_id, wanted)) if wanted else None
    return membership.person_id if membership else visitor.person_id


def _seal(
    session: Session, account: models.Account, values: Mapping[str, str], visitor: sessions.Visitor
) -> None:
    trusted = _trusted()
    for name, value in values.items():
        sealing.seal_credential(
            session, trusted, account, name, value, by=visitor.person_id, at=farm.here().now()
        )


def record(
    session: Session,
    visitor: sessions.Visitor,
    action: str,
    account: models.Account,
    detail: dict[str, object] | None = None,
) -> None:
    """Who did it, in the chain."""
    audit.append(
        session,
        at=farm.here().now(),
        actor=f"person:{visitor.person_id}",
        action=action,
        object=f"account:{account.id}",
        workspace_id=account.workspace_id,
        detail=detail,
    )


def _login_hash(manifest: manifests.Manifest, values: Mapping[str, str], workspace_id: int) -> str:
    key = farm.here().key.of("logins")
    return sealing.login_hash(key, workspace_id, manifest.id, account_form.login_of(manifest, values))


def _trusted() -> sealing.TrustedKey:
    folder = farm.here().settings.data
    return sealing.pin(folder / "vault.pub", folder / "web" / "pinned.pub")
