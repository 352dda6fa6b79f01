"""Mailboxes that are listened to, on a real server: new mail is looked at when it comes, and nothing is left behind."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from core.db import models
from core.ledger import mailboxes
from core.mailbox import idle, places, sign_in
from scheduler import watch
from tests.core.mailbox.mails import bill, mail
from tests.scheduler import postal
from vault import fields

BILL = mail("Facture", files=(("f.pdf", bill()),))


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[postal.World]:
    async with postal.opened(tmp_path) as opened:
        yield opened


@pytest_asyncio.fixture
async def watching(world: postal.World) -> AsyncIterator[watch.Watch]:
    made = watch.Watch(world.farm)
    yield made
    await made.stop()


@pytest_asyncio.fixture
async def mailbox(world: postal.World) -> int:
    """Connected, and looked into once, some time ago."""
    box = world.connect()
    await world.check()
    world.change(world.box(box), last_attempt_at=world.at - timedelta(minutes=1))
    return box


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(120):
        while not true():  # noqa: ASYNC110 - it happens in a thread, or in the server
            await asyncio.sleep(0.02)


def due(world: postal.World, mailbox: int) -> bool:
    at = world.box(mailbox).next_check_at
    return at is not None and at <= world.at


def sign_ins(world: postal.World) -> int:
    return [entry.action for entry in world.rows(models.AuditEntry)].count("field.opened")


def listens(world: postal.World, mailbox: int) -> bool:
    """A second sign-in, that of the line, is through: its lease was given back."""
    return sign_ins(world) == 2 and world.box(mailbox).leased_by is None


async def test_mail_that_comes_is_looked_at_at_once(
    world: postal.World, watching: watch.Watch, mailbox: int
) -> None:
    await watching.look()
    assert not due(world, mailbox)
    world.deliver(BILL)
    await until(lambda: due(world, mailbox))
    await world.check()
    assert world.verdicts() == {"Facture": ("taken", None)}
    assert world.box(mailbox).leased_by is None


async def test_the_line_stays_for_the_next_mail_and_is_signed_in_to_once(
    world: postal.World, watching: watch.Watch, mailbox: int
) -> None:
    before = sign_ins(world)
    await watching.look()
    for number in ("F-1", "F-2"):
        world.deliver(mail(number, files=(("f.pdf", bill(number)),)), prefix=number)
        await until(lambda: due(world, mailbox))
        later = world.at + timedelta(minutes=10)
        world.change(world.box(mailbox), last_attempt_at=world.at - timedelta(minutes=1), next_check_at=later)
        await watching.look()
    assert sign_ins(world) == before + 1
    assert list(watching.lines) == [mailbox]


async def test_mail_that_came_before_the_line_was_there_is_not_waited_for(
    world: postal.World, watching: watch.Watch, mailbox: int
) -> None:
    world.deliver(BILL)
    await watching.look()
    await until(lambda: due(world, mailbox))


async def test_a_mailbox_that_is_paused_is_not_listened_to_any_more(
    world: postal.World, watching: watch.Watch, mailbox: int
) -> None:
    await watching.look()
    await until(lambda: "watch" in "".join(one.name for one in threading.enumerate()))
    with world.farm.database.write() as session:
        mailboxes.pause(session.get_one(models.Mailbox, mailbox), now=world.at)
    await watching.look()
    await until(lambda: not watching.lines)


async def test_a_refused_password_is_not_tried_twice(
    world: postal.World, watching: watch.Watch, mailbox: int
) -> None:
    with world.farm.database.write() as session:
        row = session.get_one(models.Mailbox, mailbox)
        row.secret_version += 1
        holder = fields.Holder.of(row, places.origins(row, {}))
        fields.seal(
            session,
            world.desk.trusted(),
            holder,
            "password",
            "canary-wrong-3b9c",
            actor="person:1",
            at=world.at,
        )
    await watching.look()
    await until(lambda: world.box(mailbox).error == "PartnerRefused")
    assert world.box(mailbox).next_check_at is None
    await until(lambda: not watching.lines)
    count = sign_ins(world)
    await watching.look()
    assert (watching.lines, sign_ins(world)) == ({}, count)


async def test_a_line_that_broke_is_begun_again_after_the_next_good_look_only(
    world: postal.World, watching: watch.Watch, mailbox: int
) -> None:
    await watching.look()
    await until(lambda: listens(world, mailbox))
    world.server.stop()
    await until(lambda: not watching.lines)
    assert world.box(mailbox).error is None
    await watching.look()
    assert not watching.lines
    world.server.start()
    await world.check()
    await watching.look()
    assert list(watching.lines) == [mailbox]


async def test_a_server_that_cannot_wait_is_left_to_the_usual_look(
    world: postal.World, watching: watch.Watch, mailbox: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idle, "can", lambda box: False)
    await watching.look()
    await until(lambda: not watching.lines)
    await world.check()
    count = sign_ins(world)
    await watching.look()
    assert (watching.lines, sign_ins(world)) == ({}, count)


async def test_lines_are_as_many_as_there_is_room_for(
    world: postal.World, watching: watch.Watch, mailbox: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.connect("ventes@atelier.example")
    await world.check()
    monkeypatch.setattr(watch, "MOST", 1)
    await watching.look()
    await watching.look()
    assert list(watching.lines) == [mailbox]


async def test_when_the_worker_stops_no_line_and_no_thread_is_left(world: postal.World, mailbox: int) -> None:
    watching = watch.Watch(world.farm)
    await watching.look()
    await until(lambda: listens(world, mailbox))
    async with asyncio.timeout(60):
        await watching.stop()
        await until(lambda: not [one for one in watching._threads._threads if one.is_alive()])
    assert not watching.lines
    assert world.box(mailbox).leased_by is None


async def test_a_line_that_is_cut_while_its_lease_is_given_back_keeps_none(
    world: postal.World, mailbox: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    watching, gate = watch.Watch(world.farm), threading.Event()
    signed_in = sign_in.to

    def then_a_long_write(*args: Any) -> Any:
        box = signed_in(*args)
        waiting.append(asyncio.run_coroutine_threadsafe(world.farm.writer(lambda _: gate.wait(60)), loop))
        return box

    waiting: list[Any] = []
    loop = asyncio.get_running_loop()
    monkeypatch.setattr(sign_in, "to", then_a_long_write)
    await watching.look()
    await until(lambda: bool(waiting) and world.farm.writer._thread._work_queue.qsize() > 0)
    await watching.stop()
    gate.set()
    await until(lambda: world.box(mailbox).leased_by is None)


def test_each_mailbox_falls_to_one_worker_and_moves_only_when_that_one_goes() -> None:
    three = {id: watch._falls_to(id, ["a", "b", "c"]) for id in range(300)}
    two = {id: watch._falls_to(id, ["a", "c"]) for id in range(300)}
    assert set(three.values()) == {"a", "b", "c"}
    assert all(two[id] == one for id, one in three.items() if one != "b")
