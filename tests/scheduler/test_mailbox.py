"""Invoices that arrive by mail: a real IMAP server, the whole way from the folder to the Invoice."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from core.db import models
from tests.core.mailbox.mails import bill, mail
from tests.scheduler import postal


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[postal.World]:
    async with postal.opened(tmp_path) as opened:
        yield opened


async def test_an_invoice_that_came_by_mail_becomes_an_invoice(world: postal.World) -> None:
    world.deliver(
        mail("Votre facture F-2026-0117", files=(("F-2026-0117.pdf", bill()),)),
        mail("Déjeuner vendredi ?", "paul@ami.example", "On se voit à midi."),
    )
    box = world.connect()
    await world.check()
    assert world.box(box).error is None
    assert world.verdicts() == {
        "Votre facture F-2026-0117": ("taken", None),
        "Déjeuner vendredi ?": ("skipped", "not_financial"),
    }
    world.read()
    (invoice,) = world.rows(models.Invoice)
    assert (invoice.number, invoice.total_minor, invoice.role) == ("F-2026-0117", 12000, "ap")
