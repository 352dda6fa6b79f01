"""A whole farm in this process, with the demo's portals: real browser, real vault, real archive, no network."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from core import ledger
from core.db import models
from core.settings import Settings
from demo import portals
from demo.stage import Lever
from scheduler import farm, once, report
from scheduler.worker import Worker
from vault import redact, sealing
from web import register

LOGINS = {
    "mandarine": {"username": "user-7", "password": "mandarine-demo"},
    "nimbus": {"username": "user-7@atelier.example", "password": "nimbus-demo"},
    "bleu": {"username": "user-7@firm.example", "password": "bleu-demo"},
}


@dataclass
class World:
    farm: farm.Farm
    shown: dict[str, portals.Portal]

    def portal(self, supplier: str) -> portals.Portal:
        return self.shown[supplier]

    def add(self, supplier: str, **credentials: str) -> int:
        values = {**LOGINS.get(supplier, {}), **credentials}
        added = register.from_command(
            self.farm.settings,
            self.farm.database,
            supplier,
            values,
            label="",
            workspace_id=1,
            now=datetime.now(UTC),
        )
        return int(added["account"])

    def correct(self, account_id: int, password: str) -> None:
        """As a person does it on the page."""
        now = self.farm.now()
        with self.farm.database.write() as session:
            account = session.get_one(models.Account, account_id)
            ledger.new_credentials(session, account, asked_by=None, now=now)
            sealing.seal_credential(
                session, self.farm.keyring.trusted, account, "password", password, by=None, at=now
            )

    async def collect(self, account_id: int) -> dict[str, Any]:
        """What `moisson collect --json` would print of a visit made now."""
        (run_id,) = await once.collect(self.farm, [account_id])
        with self.farm.database.read() as session:
            return report.of(session, run_id)

    async def scheduled(self, account_id: int) -> dict[str, Any]:
        """A visit as the schedule makes it: the account is due."""
        worker = Worker(self.farm, facts={})
        await self.farm.writer(
            lambda s: setattr(s.get_one(models.Account, account_id), "next_run_at", farm.utc_now())
        )
        taken, _ = await self.farm.writer(worker._look)
        assert [one.account_id for one in taken] == [account_id]
        await worker.begin(taken[0])
        with self.farm.database.read() as session:
            return report.of(session, taken[0].run_id)

    def rows(self, kind: type[Any]) -> list[Any]:
        with self.farm.database.read() as session:
            return list(session.scalars(select(kind)))

    def pull(self, supplier: str, lever: Lever, **about: Any) -> None:
        self.portal(supplier).pull(lever, **about)


@asynccontextmanager
async def opened(folder: Path, **outside: Any) -> AsyncIterator[World]:
    """`outside` lets replicas answer for true host names (`farm.opened`)."""
    shown = {name: make().start() for name, make in portals.MAKERS.items()}
    portals.manifests(folder / "collectors", {name: portal.port for name, portal in shown.items()})
    settings = Settings(
        data=folder / "data",
        key_file=folder / "keys" / "vault.key",
        collectors=folder / "collectors",
        allow_loopback=True,
        allow_no_sandbox=os.geteuid() == 0 or bool(os.environ.get("MOISSON_ALLOW_NO_SANDBOX")),
    )
    try:
        async with farm.opened(settings, redact.Redactor(), **outside) as opened_farm:
            yield World(opened_farm, shown)
    finally:
        for portal in shown.values():
            portal.stop()
