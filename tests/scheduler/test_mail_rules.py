"""Rules at work on a real mailbox: taken whatever it says, booked under another's name, and known of each message for a try."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from core.db import models
from core.ledger import rules
from core.mailbox import tryout
from tests.core.mailbox.mails import bill, mail
from tests.scheduler import letterbox


@pytest_asyncio.fixture(params=["gmail", "graph"])
async def world(request: object, tmp_path: Path) -> AsyncIterator[letterbox.World]:
    async with letterbox.opened(tmp_path, request.param) as opened:  # type: ignore[attr-defined]
        yield opened


def rule(world: letterbox.World, act: str, **said: str) -> None:
    with world.farm.database.write() as session:
        rules.add(session, rules.drawn_up(1, act, made_at=world.farm.now(), **said))


async def test_what_a_rule_takes_is_opened_and_booked_under_the_name_it_gives(world: letterbox.World) -> None:
    rule(world, "take", sender="marie@ami", supplier="Garage des Lilas")
    for sender in ("marie@ami.example", "paul@ami.example"):
        letter = mail("Comme promis", sender, files=(("scan.pdf", letterbox.menu()),))
        world.arrive(letter.as_bytes())
    await world.connected()
    assert sorted(one.verdict for one in world.rows(models.Message)) == ["skipped", "taken"]
    assert [one.supplier for one in world.rows(models.Invoice)] == ["Garage des Lilas"]


async def test_a_try_knows_what_the_rule_will_look_at(world: letterbox.World) -> None:
    letter = mail("Facture", '"Anne Brun" <a@garage.example>', files=(("f.pdf", bill()),))
    world.arrive(letter.as_bytes())
    await world.connected()
    with world.farm.database.read() as session:
        said = rules.drawn_up(1, "ar", sender="anne brun", recipient="compta@")
        assert len(tryout.of(session, said).fitting) == 1


async def test_a_rule_by_folder_knows_folders_and_labels(world: letterbox.World) -> None:
    rule(world, "ar", folder="clients")
    if world.row().kind == "gmail":
        world.played.labels["Label_7"] = "Clients"
        labels: tuple[str, ...] = ("INBOX", "Label_7")
    else:
        world.played.folders["clients"] = ("Clients", "")
        labels = ("clients",)
    world.arrive(mail("Facture A", files=(("f.pdf", bill("A-1")),)).as_bytes(), *labels)
    world.bill("B-1")
    await world.connected()
    assert sorted((one.role, one.id > 0) for one in world.rows(models.Invoice)) == [
        ("ap", True),
        ("ar", True),
    ]
