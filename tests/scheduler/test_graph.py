"""A Microsoft 365 mailbox end to end: consent, the first scan by deltas, what comes later, and everything that Graph may answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest_asyncio

from core.db import models
from core.ledger import mailboxes, messages
from tests.core.mailbox import mails
from tests.scheduler import letterbox


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[letterbox.World]:
    async with letterbox.opened(tmp_path, "graph") as opened:
        yield opened


async def test_the_invoices_of_ninety_days_are_taken_and_nothing_else(world: letterbox.World) -> None:
    world.bill("F-1", days=2)
    world.bill("F-2", days=89.9)
    world.bill("F-3", days=91)
    world.card("À table")
    private = world.arrive(mails.mail("À demain").as_bytes())
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
    assert private.id not in world.played.opened


async def test_the_folders_of_a_machine_are_named_and_not_read(world: letterbox.World) -> None:
    world.played.folders["x1"] = ("Comptabilité", "inbox")
    for folder in ("junkemail", "deleteditems", "sentitems"):
        world.arrive(
            mails.mail(f"Votre facture {folder}", files=(("f.pdf", mails.bill(folder)),)).as_bytes(), folder
        )
    world.arrive(mails.mail("Votre facture F-1", files=(("f.pdf", mails.bill("F-1")),)).as_bytes(), "x1")
    await world.connected()
    assert set(world.messages()) == {"Votre facture F-1"}
    shown = {one.shown: one.chosen for one in world.rows(models.MailFolder)}
    assert shown == {
        "Boîte de réception": True,
        "Boîte de réception / Comptabilité": True,
        "Éléments envoyés": False,
        "Courrier indésirable": False,
        "Éléments supprimés": False,
    }


async def test_what_comes_later_is_told_by_the_delta_and_comes_once(world: letterbox.World) -> None:
    first = world.bill("F-1")
    await world.connected()
    world.bill("F-2", days=0)
    world.played.remove(first)
    await world.check()
    await world.check()
    assert world.documents() == 2
    asked = [told for path, told in world.played.asked if path.endswith("inbox/messages/delta")]
    assert [bool(told.get("$deltatoken")) for told in asked] == [False, True, True]


async def test_a_delta_that_microsoft_has_forgotten_begins_again_and_doubles_nothing(
    world: letterbox.World,
) -> None:
    world.bill("F-1")
    await world.connected()
    world.bill("F-2", days=0)
    world.played.expired = 1
    await world.check()
    assert (world.row().error, world.documents(), len(world.rows(models.Message))) == (None, 2, 2)


async def test_many_pages_are_all_read(world: letterbox.World) -> None:
    for number in range(130):
        world.arrive(mails.mail(f"Bonjour {number}").as_bytes(), days=number / 10)
    world.bill("F-1", days=50)
    await world.connected()
    progress = world.progress()
    assert (progress.looked_at, progress.total, progress.taken, progress.done) == (131, 131, 1, True)


async def test_a_scan_that_was_stopped_still_takes_what_is_new(world: letterbox.World) -> None:
    world.bill("F-1", days=30)
    world.change(stopped_at=world.farm.now() - timedelta(minutes=1))
    await world.connected()
    world.bill("F-2", days=0)
    await world.check()
    assert set(world.messages()) == {"Votre facture F-2"}
    world.change(stopped_at=None)
    await world.check()
    assert set(world.messages()) == {"Votre facture F-1", "Votre facture F-2"}
    assert world.progress().done


async def test_a_mail_within_a_mail_is_opened_and_a_link_to_a_drive_is_said(world: letterbox.World) -> None:
    inner = mails.mail("Votre facture F-1", files=(("f.pdf", mails.bill("F-1")),))
    outer: EmailMessage = mails.mail("TR : facture")
    outer.add_attachment(inner)
    world.played.arrive(outer.as_bytes(), world.farm.now(), linked=("Facture sur OneDrive.pdf",))
    await world.connected()
    assert world.messages() == {"TR : facture": ("taken", None)}
    files = {(one.name, one.came_as, one.refused) for one in world.rows(models.MessageFile)}
    assert files == {("f.pdf", "attachment", None), ("Facture sur OneDrive.pdf", "link", "not_fetched")}


async def test_when_asked_to_slow_down_the_time_told_is_kept(world: letterbox.World) -> None:
    world.bill("F-1")
    await world.connected()
    world.played.busy = 1
    world.bill("F-2", days=0)
    began = world.farm.now()
    await world.check()
    row = world.row()
    assert row.error == "PartnerBusy"
    assert row.next_check_at
    assert row.next_check_at >= began + timedelta(seconds=17)
    await world.check()
    assert (world.row().error, world.documents()) == (None, 2)


async def test_a_full_mailbox_that_keeps_no_delta_is_a_persons_to_empty(world: letterbox.World) -> None:
    world.played.full = True
    await world.connected()
    assert world.row().error == "PartnerRefused"


async def test_a_refresh_token_is_replaced_at_each_use_and_the_new_one_kept(world: letterbox.World) -> None:
    world.bill("F-1")
    await world.connected()
    for number in (2, 3):
        world.played.office.expire_access()
        world.bill(f"F-{number}", days=0)
        await world.check()
    assert (world.row().error, world.documents()) == (None, 3)


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


async def test_a_person_takes_anyway_what_was_skipped(world: letterbox.World) -> None:
    world.card("À table")
    gone = world.card("À voir")
    await world.connected()
    world.played.remove(gone)
    with world.farm.database.write() as session:
        for message in session.query(models.Message):
            messages.want(session, message, by=1, now=world.farm.now())
    await world.go()
    assert world.messages() == {"À table": ("taken", None), "À voir": ("skipped", "gone")}
    assert world.documents() == 1
