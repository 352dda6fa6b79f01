"""The two doors together: a mail calls a collector, and a code that was mailed lets a visit in."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import pytest
import pytest_asyncio

from core.db import models
from core.ledger import mailboxes
from core.mailbox import places
from demo import mailings, post
from demo.stage import Lever
from scheduler import mailed_codes, partner_rounds
from scheduler.worker import Worker
from tests.scheduler import postal
from tests.scheduler.world import World
from vault import fields
from web import desk


@pytest.fixture
def mail(world: World) -> Iterator[post.Post]:
    postal.require()
    with post.Post(list(world.shown.values())) as opened:
        yield opened


@pytest_asyncio.fixture
async def mailbox(world: World, mail: post.Post) -> AsyncIterator[int]:
    """Connected, and looked into once."""
    place, now = places.imap("127.0.0.1", mail.port, security="plain", login=post.USER), world.farm.now()
    with world.farm.database.write() as session:
        box = mailboxes.connect(session, 1, post.USER, kind="imap", role="ap", place=place, by=None, now=now)
        holder, trusted = (
            fields.Holder.of(box, places.origins(box, {})),
            desk.of(world.farm.settings).trusted(),
        )
        fields.seal(session, trusted, holder, "password", post.PASSWORD, actor="person:1", at=now)
    await look(world)
    yield box.id


async def look(world: World) -> None:
    for going in await partner_rounds.Rounds(world.farm).look():
        await going


def check_now(world: World, mailbox: int) -> None:
    with world.farm.database.write() as session:
        mailboxes.check_soon(session.get_one(models.Mailbox, mailbox), now=world.farm.now())


async def test_a_mailed_code_lets_a_waiting_visit_in_and_a_look_alikes_does_not(
    world: World, mail: post.Post, mailbox: int
) -> None:
    world.pull("nimbus", Lever.CODE)
    nimbus = world.portal("nimbus")

    def mailed(code: str) -> None:
        mail.send_code("000000", "no-reply@nimbus.example.evil.example")
        mail.send_code(code)

    nimbus.house.phone.mailed = mailed
    visit = asyncio.create_task(world.collect(world.add("nimbus")))
    began = time.monotonic()
    while not visit.done() and time.monotonic() < began + 300:
        await asyncio.to_thread(mailed_codes.hurry, world.farm)
        await look(world)
        await asyncio.wait([visit], timeout=0.5)
    assert (await visit)["state"] == "done"
    assert nimbus.house.counters.codes_refused == 0
    assert [wish.outcome for wish in world.rows(models.Wish) if wish.kind == "answer"] == ["taken"]


async def test_a_mail_about_the_customer_area_brings_the_invoice_home(
    world: World, mail: post.Post, mailbox: int
) -> None:
    one = world.add("mandarine")
    await world.collect(one)
    with world.farm.database.write() as session:
        account = session.get_one(models.Account, one)
        account.last_attempt_at = world.farm.now() - timedelta(hours=2)
        account.next_run_at = world.farm.now() + timedelta(days=1)
    world.pull("mandarine", Lever.PUBLISH)
    mail.act(mailings.Act.AREA)
    check_now(world, mailbox)
    await look(world)
    worker = Worker(world.farm, facts={})
    taken, _ = await world.farm.writer(worker._look)
    for lease in taken:
        await worker.begin(lease)
    assert [document.channel for document in world.rows(models.Document)] == ["portal"]
