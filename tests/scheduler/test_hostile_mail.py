"""Spoiled, nested and huge messages on a real server: the check goes on, and each has its verdict."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from core.db import models
from core.ledger.posting import Posted
from core.mailbox import imap
from core.mailbox.found import Found
from core.mailbox.postroom import Postroom
from scheduler import partner_rounds, postrooms
from tests.core.mailbox.mails import bill, mail
from tests.core.mailbox.test_letters import packed, spoiled
from tests.scheduler import postal


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[postal.World]:
    async with postal.opened(tmp_path) as opened:
        yield opened


def nested(depth: int) -> bytes:
    body = b"Content-Type: application/pdf; name=f.pdf\r\n\r\n%PDF-1.4 %%EOF"
    for at in range(depth):
        mark = b"m%d" % at
        body = b"Content-Type: multipart/mixed; boundary=%s\r\n\r\n--%s\r\n%s\r\n--%s--\r\n" % (
            mark,
            mark,
            body,
            mark,
        )
    return b"From: a@b.example\r\nSubject: Facture\r\nMIME-Version: 1.0\r\n" + body


async def test_whatever_is_in_a_message_it_is_classified_and_the_check_goes_on(world: postal.World) -> None:
    dice = random.Random(7)
    seeds = [
        mail("Votre facture", files=(("f.pdf", b"%PDF-1.4 %%EOF"),)).as_bytes(),
        mail("Fwd: facture", files=(("lot.zip", packed(("../a.pdf", b"%PDF-1.4 %%EOF"))),)).as_bytes(),
        mail("=?x?b?w6k=?= facture", page="<a href='https://x.example/f.pdf'>Facture</a>").as_bytes(),
        nested(50),
    ]
    raws = [spoiled(dice.choice(seeds), dice) for _ in range(200)]
    raws += [nested(50), b"", b"\r\n\r\n", b"\xff" * 5000]
    mails = [b"Message-ID: <%d@x.example>\n" % at + raw for at, raw in enumerate(raws)]
    world.deliver(*mails, mail("Facture", files=(("f.pdf", bill()),)))
    box = world.connect()
    await world.check()
    assert world.box(box).error is None
    seen = world.rows(models.Message)
    assert len(seen) == len(mails) + 1
    assert all(one.verdict for one in seen)
    assert world.verdicts()["Facture"] == ("taken", None)
    assert not [path for path in world.farm.archive.inbox.iterdir() if path.suffix == ".arrival"]


async def test_messages_that_vanish_while_they_are_sorted_end_nothing(
    world: postal.World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.deliver(*(mail(f"Facture {at}", files=(("f.pdf", bill(f"F-{at}")),)) for at in range(4)))
    sort = Postroom.sort

    def interrupted(postroom: Postroom, mailbox: models.Mailbox, found: Found) -> Posted:
        monkeypatch.setattr(Postroom, "sort", sort)
        with world.server.looked_at(postal.USER) as box:
            box.select("INBOX")
            box.store("2:*", "+FLAGS", "\\Deleted")
            box.expunge()
        return sort(postroom, mailbox, found)

    box = world.connect()
    monkeypatch.setattr(Postroom, "sort", interrupted)
    await world.check()
    assert (world.box(box).error, world.box(box).said) == (None, None)
    assert world.verdicts() == {
        "Facture 0": ("taken", None),
        **{f"Facture {at}": ("skipped", "gone") for at in (1, 2, 3)},
    }


async def test_a_huge_message_is_not_fetched_and_says_so(world: postal.World) -> None:
    world.deliver(mail("Facture", files=(("f.pdf", bill() + b"." * 50_000),)))
    world.connect()
    small = imap.Imap(replace(postrooms.of(world.farm), largest=20_000), {})
    for going in await partner_rounds.Rounds(world.farm, sources={"imap": small}).look():
        await going
    assert world.verdicts() == {"Facture": ("skipped", "too_large")}
