"""Workers as processes: two at once, told to stop in the middle, a database that is locked, a disk that is full, a vault that stays closed."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import psutil
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from core import archive, errors, nouns
from core.db import models
from demo.stage import Lever
from tests.prove import points, witness
from tests.prove import world as worlds
from tests.prove.world import Client
from tests.scheduler import world as farm_world
from web import create_app

EMAIL, PHRASE = "anna@atelier-brun.example", "des mots que personne ne devine"


@pytest.fixture
def town(tmp_path: Path) -> Iterator[worlds.World]:
    with worlds.opened(tmp_path) as opened:
        yield opened


def visited(town: worlds.World, *clients: Client) -> bool:
    return worlds.until(lambda: witness.at_rest(town) and witness.visited(town, list(clients)), 180)


def after_census(town: worlds.World, count: int) -> tuple[BaseProcess, list[Client]]:
    """A worker, and customers with one bill each that came after their census."""
    worker = town.start_worker()
    clients = [town.new_client("mandarine") for _ in range(count)]
    for client in clients:
        town.call(client, person=False)
    assert visited(town, *clients), town.log()
    for client in clients:
        town.publish(client)
    return worker, clients


def freeze(town: worlds.World, worker: BaseProcess, client: Client, point: str) -> psutil.Process:
    """The worker is visiting this client, and stands still at the point."""
    points.arm(town.folder / "armed", "freeze", points.named(point))
    town.call(client, person=False)
    process = psutil.Process(worker.pid)
    assert worlds.until(lambda: bool(process.status() == psutil.STATUS_STOPPED), 180), town.log()
    return process


@contextmanager
def silent_portals() -> Iterator[None]:
    """They answer nothing meanwhile, however long a worker takes."""
    (shown,) = (each for each in psutil.Process().children() if "demo.portals" in each.cmdline())
    shown.suspend()
    try:
        yield
    finally:
        shown.resume()


def runs(town: worlds.World, client: Client) -> list[models.Run]:
    with town.database.read() as session:
        mine = select(models.Run).where(models.Run.account_id == client.account)
        return list(session.scalars(mine.order_by(models.Run.id)))


def test_two_workers_on_one_database_bring_each_bill_once(town: worlds.World) -> None:
    first, clients = after_census(town, 4)
    frozen = freeze(town, first, clients[0], "before the download")
    second = town.start_worker()
    for client in clients[1:]:
        town.call(client, person=False)
    assert worlds.until(lambda: witness.visited(town, clients[1:]), 180), town.log()
    frozen.resume()
    assert visited(town, *clients), town.log()
    assert witness.breaches(town) == []
    after = [run for client in clients for run in runs(town, client)[1:]]
    holders = {run.worker_id.split("-")[-2] for run in after}  # type: ignore[union-attr]
    assert holders == {str(first.pid), str(second.pid)}


def test_told_to_stop_in_mid_visit_a_worker_goes_and_the_next_one_goes_on(town: worlds.World) -> None:
    worker, (client,) = after_census(town, 1)
    frozen = freeze(town, worker, client, "before the download")
    with silent_portals():
        worker.terminate()
        frozen.resume()
        worker.join(300)
    assert worker.exitcode == 0, town.log()
    assert runs(town, client)[-1].state == nouns.RunState.RETRY_AT
    town.start_worker()
    assert visited(town, client), town.log()
    assert witness.breaches(town) == []


def test_a_database_locked_for_four_seconds_in_mid_run_costs_nothing(town: worlds.World) -> None:
    worker, (client,) = after_census(town, 1)
    frozen = freeze(town, worker, client, "archived, no row")
    with town.database.write() as session:
        session.scalar(select(1))  # the lock comes with the first statement
        frozen.resume()
        worlds.until(lambda: False, 4)
        assert witness.rows(town, models.Document) == 0
    assert visited(town, client), town.log()
    assert witness.breaches(town) == []
    assert [run.state for run in runs(town, client)] == [nouns.RunState.DONE] * 2


@pytest.mark.parametrize("act", ["sync_file", "place"])
async def test_a_full_disk_puts_the_visit_off_and_leaves_nothing_lying_about(
    world: farm_world.World, monkeypatch: pytest.MonkeyPatch, act: str
) -> None:
    account = world.add("mandarine")
    await world.collect(account)
    world.pull("mandarine", Lever.PUBLISH)

    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as disk:
        disk.setattr(archive, act, full)
        told = await world.collect(account)
    assert (told["state"], told["error"]["name"]) == (nouns.RunState.RETRY_AT, errors.DiskFull.__name__)
    assert list(world.farm.archive.inbox.iterdir()) == []
    assert world.rows(models.Document) == []
    app = create_app(world.farm.settings, database=world.farm.database)
    assert app.test_client().get("/login").status_code in (200, 302)
    assert (await world.collect(account))["receipt"]["new"] == 1


@pytest.mark.parametrize("how", ["missing", "wrong"])
def test_a_vault_that_stays_closed_stops_the_worker_and_not_the_web(
    town: worlds.World, tmp_path: Path, how: str
) -> None:
    _closed(town.settings.key_file, tmp_path, how)
    worker = _moisson_worker(town)
    assert worker.returncode == 3, worker.stderr
    assert "VaultClosed" in worker.stderr
    assert "Coffre fermé." in _signed_in(town).get("/invoices").text


def test_no_page_says_that_an_open_vault_is_closed(town: worlds.World) -> None:
    assert "Coffre fermé." not in _signed_in(town).get("/invoices").text


def _closed(key_file: Path, folder: Path, how: str) -> None:
    key_file.rename(folder / "vault.key.kept")
    if how == "wrong":
        key_file.write_bytes((folder / "vault.key.kept").read_bytes()[::-1])
        key_file.chmod(0o600)


def _moisson_worker(town: worlds.World) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "moisson", "worker"],
        cwd=town.folder,
        env=os.environ | town.env | {"PYTHONPATH": str(worlds.HOUSE)},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


def _signed_in(town: worlds.World) -> FlaskClient:
    app = create_app(town.settings, database=town.database, setup_token="once")
    client = app.test_client()
    page = client.get("/setup?token=once").text
    token = page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
    client.post("/setup", data={"csrf_token": token, "token": "once", "email": EMAIL, "password": PHRASE})
    return client
