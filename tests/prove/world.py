"""A farm in a scratch folder, its portals in a process of their own, and what the portals owe it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import update

from core import ledger
from core import settings as farm_settings
from core.db import Database, models
from demo import portals, shelf
from demo.remote import Remote
from demo.stage import Lever
from scheduler import farm
from tests.prove import nursery
from web import register

HOUSE = Path(__file__).parents[2]
SECRETS = {"mandarine": {"password": "mandarine-demo"}, "nimbus": {"password": "nimbus-demo"}}
#: The day of every bill that a campaign publishes.
ISSUED = date(2026, 10, 5)


@dataclass(frozen=True)
class Client:
    """An account of ours, with the login by which its portal knows it."""

    account: int
    supplier: str
    login: str

    @property
    def customer(self) -> str:
        return self.login.partition("@")[0]


@dataclass
class World:
    """By account, `owed`: the bills published since its census; `left`: how many lay there before; `called`: when it was last."""

    folder: Path
    settings: farm_settings.Settings
    env: dict[str, str]
    database: Database
    remotes: dict[str, Remote]
    without: str = ""
    secrets: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: SECRETS)
    clients: list[Client] = field(default_factory=list)
    owed: dict[int, list[shelf.Bill]] = field(default_factory=dict)
    left: dict[int, int] = field(default_factory=dict)
    called: dict[int, datetime] = field(default_factory=dict)
    workers: list[BaseProcess] = field(default_factory=list)

    def new_client(self, supplier: str, **secrets: str) -> Client:
        """An account that was never visited, at a customer of the portal that nobody else is. `secrets`: other than the right ones."""
        n = len(self.clients) + 1
        login = f"user-{n}" if supplier == "mandarine" else f"user-{n}@nimbus.example"
        values = {"username": login, **self.secrets[supplier], **secrets}
        added = register.from_command(
            self.settings, self.database, supplier, values, label=f"n° {n}", workspace_id=1, now=now()
        )
        self._plan(added["account"], now() + timedelta(days=1))
        return self.know(Client(added["account"], supplier, login))

    def know(self, client: Client) -> Client:
        self.clients.append(client)
        self.owed[client.account] = []
        self.left[client.account] = len(self.remotes[client.supplier].bills(client.customer))
        return client

    def publish(self, client: Client) -> None:
        """One more bill for this customer only, unlike any other."""
        cents = 1000 + 7 * sum(map(len, self.owed.values()))
        (number,) = self.remotes[client.supplier].pull(
            Lever.PUBLISH, login=client.customer, cents=cents, issued=ISSUED.isoformat()
        )
        shown = f"{number}-{client.customer.partition('-')[2]}"
        self.owed[client.account].append(shelf.Bill(shown, ISSUED, cents))

    def call(self, client: Client, *, person: bool) -> None:
        """Ask for a visit: by a person's wish, or by the schedule."""
        self.called[client.account] = now()
        if not person:
            self._plan(client.account, now())
            return
        with self.database.write() as session:
            ledger.wish(session, 1, "collect", account_id=client.account, now=now())

    def queue(self, client: Client) -> None:
        self.called[client.account] = now()
        with self.database.write() as session:
            account = session.get_one(models.Account, client.account)
            ledger.queue_run(session, account, cause="person", now=now())

    def lapse(self, client: Client) -> None:
        """The leases of this account's runs are over, as after a pause of ninety seconds."""
        with self.database.write() as session:
            lapsed = update(models.Run).where(models.Run.account_id == client.account)
            session.execute(lapsed.values(lease_until=0.0))

    def start_worker(self) -> BaseProcess:
        born = nursery.start(self.folder, self.env, self.without)
        self.workers.append(born)
        return born

    def log(self) -> str:
        file = self.folder / "worker.log"
        return file.read_text(errors="replace") if file.exists() else ""

    def _plan(self, account: int, at: datetime) -> None:
        with self.database.write() as session:
            planned = update(models.Account).where(models.Account.id == account)
            session.execute(planned.values(next_run_at=at))


@contextmanager
def opened(folder: Path, *, without: str = "") -> Iterator[World]:
    """The world, and in the end none of its processes is left."""
    with shown("demo.portals", *SECRETS, "--port", "0") as urls:
        world = founded(folder, urls, without)
        try:
            yield world
        finally:
            for born in world.workers:
                born.kill()
                born.join()
            world.database.close()


@contextmanager
def shown(module: str, *told: str, say: str = "") -> Iterator[dict[str, str]]:
    """The portals in a process of their own, by supplier and address; `say` goes to its standard input."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-m", module, *told], **pipes, cwd=HOUSE, text=True) as stage:  # type: ignore[call-overload]
        try:
            stage.stdin.write(f"{say}\n")
            stage.stdin.flush()
            yield json.loads(stage.stdout.readline())
        finally:
            stage.send_signal(signal.SIGTERM)


def founded(folder: Path, urls: dict[str, str], without: str = "") -> World:
    ports = {supplier: urlsplit(url).port or 0 for supplier, url in urls.items()}
    portals.manifests(folder / "collectors", ports)
    settings = farm_settings.Settings(
        data=folder / "data",
        key_file=folder / "keys" / "vault.key",
        collectors=folder / "collectors",
        allow_loopback=True,
        _env_file=None,  # type: ignore[call-arg]
    )
    database, _ = farm.unlocked(settings)
    remotes = {supplier: Remote(url) for supplier, url in urls.items()}
    return World(folder, settings, surroundings(folder), database, remotes, without)


def surroundings(folder: Path) -> dict[str, str]:
    """What the processes of a world are told. Root has no sandbox to offer the browser."""
    as_root = os.geteuid() == 0
    return {
        "MOISSON_DATA": str(folder / "data"),
        "MOISSON_KEY_FILE": str(folder / "keys" / "vault.key"),
        "MOISSON_COLLECTORS": str(folder / "collectors"),
        "MOISSON_ALLOW_LOOPBACK": "1",
        "MOISSON_ALLOW_NO_SANDBOX": "1" if as_root else os.environ.get("MOISSON_ALLOW_NO_SANDBOX", "0"),
    }


def until(true: Callable[[], bool], seconds: float) -> bool:
    """Whether it comes true within so many seconds."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def now() -> datetime:
    return datetime.now(UTC)
