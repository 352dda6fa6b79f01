"""Mail that was handed to the farm itself: what it said yes to is kept, whatever happens next."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from unittest import mock

import pytest
import pytest_asyncio

from core import errors
from core.archive import Archive
from core.db import models
from core.ledger import forwards
from core.mailbox.tray import Tray
from scheduler import inbound, postrooms
from tests.core.mailbox.mails import bill, mail
from tests.scheduler import postal
from tests.scheduler.test_mailbox import handed

BILL = mail("Facture", files=(("f.pdf", bill()),))


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[postal.World]:
    async with postal.opened(tmp_path) as opened:
        yield opened


@pytest.fixture
def to(world: postal.World) -> str:
    with world.farm.database.write() as session:
        address = forwards.make(session, 1, "ap", by=None, now=world.at)
        return forwards.written(address, "in.atelier.example")


async def take_in(world: postal.World) -> None:
    await asyncio.to_thread(inbound.take_in, world.farm, postrooms.of(world.farm))


def left(world: postal.World) -> list[Path]:
    return list(world.farm.archive.inbox.glob("*.letter"))


@pytest.mark.parametrize("fault", ["", "hasty"])
async def test_a_worker_killed_after_its_yes_and_before_the_intake_loses_nothing(
    world: postal.World, to: str, fault: str
) -> None:
    command = [sys.executable, "-m", "tests.scheduler.doomed", str(world.farm.settings.data)]
    command += [world.farm.settings.database_url, *([fault] if fault else [])]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as doomed:
        try:
            assert doomed.stderr
            port = int(await asyncio.to_thread(doomed.stderr.readline))
            answer = await asyncio.to_thread(handed, port, BILL, to)
        finally:
            doomed.kill()
    assert answer == 250
    await take_in(world)
    assert world.verdicts() == ({} if fault else {"Facture": ("taken", None)})
    assert left(world) == []


async def test_a_letter_that_was_booked_and_not_yet_cleared_comes_once(world: postal.World, to: str) -> None:
    tray = Tray(world.farm.archive)
    tray.put(BILL.as_bytes(), [to], world.at)
    with mock.patch.object(Tray, "done"):
        await take_in(world)
        await take_in(world)
    await take_in(world)
    assert len(world.rows(models.Message)) == len(world.rows(models.Document)) == 1
    assert left(world) == []


async def test_a_letter_that_cannot_be_taken_in_waits_and_the_next_one_goes_on(
    world: postal.World, to: str
) -> None:
    tray = Tray(world.farm.archive)
    first = tray.put(mail("Facture 1").as_bytes(), [to], world.at)
    tray.put(BILL.as_bytes(), [to], world.at)
    odd = RuntimeError("no letter like the others")
    with mock.patch.object(inbound, "_take", side_effect=[odd, mock.DEFAULT]) as taking:
        await take_in(world)
        await take_in(world)
    assert taking.call_count == 2
    assert left(world) == [first]


async def test_a_letter_for_an_address_that_was_retired_meanwhile_waits_for_a_person(
    world: postal.World, to: str
) -> None:
    Tray(world.farm.archive).put(BILL.as_bytes(), [to], world.at)
    with world.farm.database.write() as session:
        found = forwards.at(session, to)
        assert found
        forwards.retire(found, now=world.at)
    await take_in(world)
    assert world.verdicts() == {"Facture": ("waiting", "no_address")}


async def test_half_a_letter_was_never_said_yes_to(world: postal.World, to: str) -> None:
    path = Tray(world.farm.archive).put(BILL.as_bytes(), [to], world.at)
    path.write_bytes(path.read_bytes()[:-1])
    await take_in(world)
    assert (left(world), world.verdicts()) == ([path], {})


async def test_where_there_is_no_room_the_sender_keeps_it(world: postal.World, to: str) -> None:
    world.farm.settings = world.farm.settings.model_copy(update={"inbound": "127.0.0.1:0"})
    full = mock.patch.object(Archive, "room", return_value=False)
    async with inbound.listening(world.farm) as server:
        assert server
        port = server.sockets[0].getsockname()[1]
        with full:
            assert await asyncio.to_thread(partial(refusal, port, to)) == 452
    assert left(world) == []


def refusal(port: int, to: str) -> int:
    import smtplib

    try:
        return handed(port, BILL, to)
    except smtplib.SMTPDataError as said:
        return said.smtp_code


def test_a_disk_that_is_full_leaves_nothing_behind(tmp_path: Path, world: postal.World) -> None:
    tray = Tray(Archive(tmp_path / "full"))
    with (
        mock.patch("core.archive.sync_file", side_effect=OSError(28, "no space")),
        pytest.raises(errors.DiskFull),
    ):
        tray.put(b"x", ["a@b.example"], world.at)
    assert list((tmp_path / "full" / "inbox").iterdir()) == []
