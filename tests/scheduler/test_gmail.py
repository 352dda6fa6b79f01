"""A Gmail mailbox end to end: consent, the first scan, what comes later, and everything that Google may answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest_asyncio

from core.db import models
from core.ledger import mailboxes, messages
from tests.core.mailbox import mails
from tests.scheduler import letterbox


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[letterbox.World]:
    async with letterbox.opened(tmp_path, "gmail") as opened:
        yield opened


async def test_the_invoices_of_ninety_days_are_taken_and_nothing_else(world: letterbox.World) -> None:
    world.bill("F-1", days=2)
    world.bill("F-2", days=89.9)
    world.bill("F-3", days=91)
    world.card("À table")
    world.arrive(mails.mail("À demain").as_bytes())
    await world.connected()
    assert world.row().error is None
    assert world.messages() == {
        "Votre facture F-1": ("taken", None),
        "Votre facture F-2": ("taken", None),
        "À table": ("skipped", "other_papers"),
        "À demain": ("skipped", "not_financial"),
    }
    assert world.documents() == 2
    assert world.progress() == mailboxes.Progress(4, 4, 2, 2, done=True)


async def test_what_does_not_speak_of_money_stays_closed(world: letterbox.World) -> None:
    bill, private = world.bill("F-1"), world.arrive(mails.mail("À demain").as_bytes())
    await world.connected()
    assert world.played.opened == [bill.id]
    assert private.id not in world.played.opened
    told = [asked for path, asked in world.played.asked if path.endswith(private.id)]
    assert told
    assert all("data" not in asked["fields"] and asked["format"] == "full" for asked in told)


async def test_what_comes_later_is_told_by_the_history_and_comes_once(world: letterbox.World) -> None:
    world.bill("F-1")
    await world.connected()
    asked = len(world.played.asked)
    world.bill("F-2", days=0)
    await world.check()
    await world.check()
    assert world.documents() == 2
    later = [path for path, _ in world.played.asked[asked:]]
    assert not [path for path in later if path.endswith("/messages")]


async def test_an_invoice_with_an_old_date_that_arrives_now_is_new(world: letterbox.World) -> None:
    await world.connected()
    world.bill("F-old", days=0)
    await world.check()
    assert world.messages() == {"Votre facture F-old": ("taken", None)}


async def test_a_history_that_google_has_forgotten_loses_nothing(world: letterbox.World) -> None:
    world.bill("F-1")
    await world.connected()
    world.bill("F-2", days=0)
    world.played.forgets = world.played.history + 1
    await world.check()
    assert world.documents() == 2
    world.played.forgets = 0
    world.bill("F-3", days=0)
    await world.check()
    assert world.documents() == 3


async def test_spam_drafts_and_what_was_sent_are_not_received(world: letterbox.World) -> None:
    for label in ("SPAM", "DRAFT", "SENT", "TRASH"):
        world.arrive(
            mails.mail(f"Votre facture {label}", files=(("f.pdf", mails.bill(label)),)).as_bytes(), label
        )
    await world.connected()
    assert world.messages() == {}


async def test_where_invoices_are_sent_from_what_was_sent_counts(world: letterbox.World) -> None:
    world.change(role="ar")
    world.arrive(mails.mail("Notre facture F-9", files=(("f.pdf", mails.bill("F-9")),)).as_bytes(), "SENT")
    await world.connected()
    (invoice,) = world.rows(models.Invoice)
    assert invoice.role == "ar"


async def test_many_pages_are_all_read(world: letterbox.World) -> None:
    for number in range(130):
        world.arrive(mails.mail(f"Bonjour {number}").as_bytes(), days=number / 10)
    world.bill("F-1", days=50)
    await world.connected()
    progress = world.progress()
    assert (progress.looked_at, progress.total, progress.taken, progress.done) == (131, 131, 1, True)


async def test_a_scan_that_was_stopped_still_takes_what_is_new(world: letterbox.World) -> None:
    world.bill("F-1", days=30)
    world.change(stopped_at=world.farm.now())
    await world.connected()
    world.bill("F-2", days=0)
    await world.check()
    assert set(world.messages()) == {"Votre facture F-2"}
    world.change(stopped_at=None)
    await world.check()
    assert set(world.messages()) == {"Votre facture F-1", "Votre facture F-2"}


async def test_when_asked_to_slow_down_the_rest_is_the_next_rounds(world: letterbox.World) -> None:
    world.bill("F-1")
    await world.connected()
    for lever in ("busy", "limited"):
        setattr(world.played, lever, 1)
        world.bill(f"F-{lever}", days=0)
        began = world.farm.now()
        await world.check()
        row = world.row()
        assert row.error == "PartnerBusy"
        assert row.next_check_at
        assert row.next_check_at >= began + timedelta(seconds=17 if lever == "busy" else 0)
        await world.check()
        assert world.row().error is None
    assert world.documents() == 3


async def test_a_consent_that_ended_waits_for_a_person_and_is_renewed_in_place(
    world: letterbox.World,
) -> None:
    world.bill("F-1")
    await world.connected()
    world.played.office.ended = True
    world.bill("F-2", days=0)
    await world.check()
    assert world.row().error == "ConsentEnded"
    world.played.office.ended = False
    await world.connected()
    assert (world.row().error, world.documents()) == (None, 2)


async def test_an_access_token_that_is_over_is_renewed_without_anybody(world: letterbox.World) -> None:
    world.bill("F-1")
    await world.connected()
    world.played.office.expire_access()
    world.bill("F-2", days=0)
    await world.check()
    assert (world.row().error, world.documents()) == (None, 2)


async def test_a_person_takes_anyway_what_was_skipped(world: letterbox.World) -> None:
    world.card("À table")
    gone = world.card("À voir")
    await world.connected()
    world.played.letters.remove(gone)
    with world.farm.database.write() as session:
        for message in session.query(models.Message):
            messages.want(session, message, by=1, now=world.farm.now())
    await world.go()
    assert world.messages() == {"À table": ("taken", None), "À voir": ("skipped", "gone")}
    assert world.documents() == 1


async def test_a_label_that_a_person_chose_is_read_alone(world: letterbox.World) -> None:
    world.played.labels["Label_7"] = "Comptabilité"
    world.arrive(mails.mail("Votre facture F-1", files=(("f.pdf", mails.bill("F-1")),)).as_bytes(), "Label_7")
    world.bill("F-2")
    world.change(stopped_at=world.farm.now())
    await world.connected()
    with world.farm.database.write() as session:
        rows = mailboxes.folders(session, world.mailbox)
        assert [(one.shown, one.chosen) for one in rows] == [("*", True), ("Comptabilité", False)]
        row = session.get_one(models.Mailbox, world.mailbox)
        mailboxes.choose_folders(session, row, [rows[1].id], now=world.farm.now())
        mailboxes.go_on_scanning(row, now=world.farm.now())
    await world.go()
    assert set(world.messages()) == {"Votre facture F-1"}
