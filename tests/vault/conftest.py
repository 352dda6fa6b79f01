"""A small real farm for the vault's tests: two companies, one account with sealed credentials, one run that visits it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.db import Database, models
from vault import kek, keys, opening, sealing

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
ORIGINS = ("https://id.orange.fr", "https://login.orange.fr")
FENCE = 7


@dataclass
class Farm:
    database: Database
    keyring: keys.Keyring
    opener: opening.Opener
    account: models.Account
    run_id: int

    def seal(self, field: str, secret: str) -> None:
        with self.database.write() as session:
            account = session.get_one(models.Account, self.account.id)
            sealing.seal_credential(session, self.keyring.trusted, account, field, secret, by=None, at=NOW)

    def change(self, **values: object) -> None:
        """Edit the account's row, as the ledger would."""
        with self.database.write() as session:
            account = session.get_one(models.Account, self.account.id)
            for name, value in values.items():
                setattr(account, name, value)

    def credentials(self, fence: int = FENCE, origins: tuple[str, ...] = ORIGINS) -> dict[str, str]:
        opened = self.opener.credentials_for_run(self.run_id, fence, origins=origins, now=NOW)
        return {field: secret.reveal() for field, secret in opened.items()}

    def trail(self) -> list[str]:
        with self.database.read() as session:
            return [
                entry.action for entry in session.query(models.AuditEntry).order_by(models.AuditEntry.seq)
            ]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'farm.db'}")
    models.Base.metadata.create_all(database.engine)
    with database.write() as session:
        session.add_all([models.Workspace(id=n, name=f"Company {n}", created_at=NOW) for n in (1, 2)])
    yield database
    database.close()


@pytest.fixture
def keyring(database: Database) -> keys.Keyring:
    keyring = keys.Keyring.open(database, kek.Kek(bytes(range(32))), now=NOW)
    keyring.ensure_workspace_keys(NOW)
    return keyring


@pytest.fixture
def farm(database: Database, keyring: keys.Keyring) -> Farm:
    account = models.Account(
        workspace_id=1,
        supplier="orange",
        label="Orange",
        masked_login="j•••@firm.fr",
        login_hash="h",
        origins="\n".join(ORIGINS),
        terms_version="1",
        terms_accepted_at=NOW,
        created_at=NOW,
    )
    with database.write() as session:
        session.add(account)
        session.flush()
        run = models.Run(
            workspace_id=1,
            account_id=account.id,
            state="login",
            cause="person",
            fence=FENCE,
            queued_at=NOW,
        )
        session.add(run)
    farm = Farm(database, keyring, opening.Opener(database, keyring), account, run.id)
    farm.seal("username", "jean@firm.fr")
    farm.seal("password", "correct horse")
    return farm
