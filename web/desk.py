"""Where secrets are sealed: the web's own key, which tells equal logins, and the vault's public side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from collectors.kit import declared
from core import errors
from core import settings as farm_settings
from vault import sealing
from web import account_form, webkey


@dataclass(frozen=True)
class Desk:
    key: webkey.WebKey
    data: Path

    def trusted(self) -> sealing.TrustedKey:
        """The worker's signing key as it was first seen. Raises VaultClosed, VaultError."""
        return sealing.pin(self.data / "vault.pub", self.data / "web" / "pinned.pub")

    def login_hash(self, manifest: declared.Manifest, values: Mapping[str, str], workspace_id: int) -> str:
        login = account_form.login_of(manifest, values)
        return sealing.login_hash(self.key.of("logins"), workspace_id, manifest.id, login)

    def label_hash(self, manifest: declared.Manifest, label: str, workspace_id: int) -> str:
        """The same for a supplier that nobody signs in to, whose accounts are told apart by their labels."""
        said = " ".join(label.casefold().split())
        return sealing.login_hash(self.key.of("logins"), workspace_id, manifest.id, said)


def of(settings: farm_settings.Settings) -> Desk:
    return Desk(webkey.load(settings.data / "web" / "web.key"), settings.data)


def is_ready(session: Session, desk: Desk, workspace_id: int) -> bool:
    """Whether secrets can be sealed: the key is there, and the signer is the one we know."""
    try:
        sealing.active_key(session, workspace_id)
        desk.trusted()
    except errors.VaultError:
        return False
    return True
