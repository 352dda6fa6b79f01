"""A mailbox of years on a real IMAP server: every invoice comes, nothing comes twice, nobody sees that it was read."""

from __future__ import annotations

import asyncio
import io
import random
import time
import uuid
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from email.message import EmailMessage
from pathlib import Path
from unittest import mock

import psutil
from reportlab.pdfgen.canvas import Canvas

from core.db import models
from core.mailbox import heads, sift
from scheduler import partner_rounds
from tests.core.mailbox.mails import bill, mail
from tests.scheduler import postal

#: Of a hundred messages, those with an invoice.
BILLS = 4
#: Guards that the controls take away.
CONTROLS = ("sieve", "memory")
_TITLES = (
    "Votre facture {n}",
    "Invoice {n}",
    "Ihre Rechnung {n}",
    "Fattura {n}",
    "Reçu de paiement {n}",
    "Documents",
)
_TALK = (
    "Déjeuner vendredi ?",
    "Re: planning de la semaine",
    "Newsletter de novembre",
    "Photos",
    "Your code is 4711",
    "Réunion",
)
_PAPERS = (
    ("CV de Marie", "cv.pdf"),
    ("Menu du midi", "menu.pdf"),
    ("Contrat à relire", "contrat.pdf"),
    ("Documents", "note.pdf"),
)


@dataclass
class Tally:
    """What a campaign found. `grown` is what the worker held more at the end than after the first thousand, in MiB."""

    messages: int
    bills: int = 0
    seconds: float = 0.0
    grown: float = 0.0
    stops: int = 0
    breaches: list[str] = field(default_factory=list)


async def campaign(folder: Path, n: int, seed: int, *, without: str = "") -> Tally:
    with _faults(without):
        return await _campaign(folder, n, seed)


def with_controls(folder: Path, n: int, seed: int) -> tuple[Tally, dict[str, list[str]]]:
    """The campaign, and what is found with each guard taken away; all in one loop, as the lanes want it."""

    async def all_of_it() -> tuple[Tally, dict[str, list[str]]]:
        tally = await campaign(folder / "whole", n, seed)
        return tally, {
            without: (await campaign(folder / without, 100, seed, without=without)).breaches
            for without in CONTROLS
        }

    return asyncio.run(all_of_it())


def control(folder: Path, without: str, seed: int) -> list[str]:
    return asyncio.run(campaign(folder, 100, seed, without=without)).breaches


async def _campaign(folder: Path, n: int, seed: int) -> Tally:
    tally, dice = Tally(n), random.Random(seed)
    async with postal.opened(folder) as world:
        mails = list(_mails(n, dice))
        wanted = {subject for subject, _, is_bill in mails if is_bill}
        tally.bills = len(wanted)
        came = world.at - timedelta(days=80)
        world.server.deliver(
            postal.USER, [(raw, came + timedelta(minutes=at)) for at, (_, raw, _) in enumerate(mails)]
        )
        before = world.flags()
        box = world.connect()
        began = time.monotonic()
        await _scan(world, box, tally)
        tally.seconds = time.monotonic() - began
        _look(world, wanted, tally, "after the scan")
        (place,) = [one for one in world.rows(models.MailFolder) if one.chosen]
        world.change(place, uid_validity=place.uid_validity + 1)
        await _scan(world, box, tally)
        _look(world, wanted, tally, "after a new generation")
        if world.flags() != before:
            tally.breaches.append("flags changed")
    return tally


async def _scan(world: postal.World, box: int, tally: Tally) -> None:
    """The worker is stopped again and again in the middle, as often as ten times."""
    held: list[float] = []
    for stop in range(200):
        left = iter(range(2 + tally.messages // 1000))
        rounds = partner_rounds.Rounds(world.farm)
        rounds._enough = lambda until, left=left: next(left, None) is None  # type: ignore[method-assign, misc]
        world.change(world.box(box), next_check_at=world.at)
        for going in await rounds.look():
            await going
        held.append(psutil.Process().memory_info().rss / 2**20)
        chosen = [one for one in world.rows(models.MailFolder) if one.chosen]
        if world.box(box).error:
            tally.breaches.append(f"{world.box(box).error}: {world.box(box).said}")
            return
        if chosen and all(one.scan_done_at for one in chosen):
            tally.stops += stop
            tally.grown = max(tally.grown, held[-1] - held[min(len(held) - 1, 5)])
            return
    tally.breaches.append("the scan does not end")


def _look(world: postal.World, wanted: set[str], tally: Tally, when: str) -> None:
    seen = world.rows(models.Message)
    taken = [one.subject for one in seen if one.verdict == "taken"]
    tally.breaches += [f"{when}: lost {subject}" for subject in sorted(wanted - set(taken))[:5]]
    tally.breaches += [f"{when}: no invoice and taken: {one}" for one in sorted(set(taken) - wanted)[:5]]
    if len(seen) != tally.messages:
        tally.breaches.append(f"{when}: {len(seen)} messages of {tally.messages}")
    if len(world.rows(models.Document)) != len(wanted):
        tally.breaches.append(f"{when}: {len(world.rows(models.Document))} documents of {len(wanted)}")


def _mails(n: int, dice: random.Random) -> Iterator[tuple[str, bytes, bool]]:
    """Subject, message, whether an invoice is in it; each subject once."""
    for at in range(n):
        if at % 100 < BILLS:
            yield _billed(at, dice)
        elif at % 100 < BILLS + 6:
            subject, name = dice.choice(_PAPERS)
            yield _made(f"{subject} ({at})", "marie@ami.example", ((name, _letter(at)),), at, bears=False)
        else:
            yield _made(f"{dice.choice(_TALK)} ({at})", f"ami{at % 40}@ami.example", (), at, bears=False)


def _billed(at: int, dice: random.Random) -> tuple[str, bytes, bool]:
    number = f"F-2026-{at:05}"
    paper = bill(number, date(2026, 10, 1) + timedelta(days=at % 30), f"{20 + at % 900}.40")
    subject = dice.choice(_TITLES).format(n=number)
    way = dice.randrange(10)
    files: tuple[tuple[str, bytes], ...] = ((f"{number}.pdf" if way else "scan.pdf", paper),)
    if way == 1:
        kept = io.BytesIO()
        with zipfile.ZipFile(kept, "w") as packed:
            packed.writestr(f"{number}.pdf", paper)
        files = ((f"{number}.zip", kept.getvalue()),)
    return _made(f"{subject} ({at})", f"contact@garage{at % 25}.example", files, at, bears=True)


def _made(
    subject: str, sender: str, files: tuple[tuple[str, bytes], ...], at: int, *, bears: bool
) -> tuple[str, bytes, bool]:
    made: EmailMessage = mail(subject, sender, "Bonjour,", files=files, message_id=f"<{at}@mails.example>")
    return subject, made.as_bytes(), bears


def _letter(at: int) -> bytes:
    """A paper that is no invoice."""
    kept = io.BytesIO()
    page = Canvas(kept, invariant=1)
    page.drawString(72, 720, f"Compte rendu de la promenade du dimanche, page {at}")
    page.save()
    return kept.getvalue()


@contextmanager
def _faults(without: str) -> Iterator[None]:
    """`sieve`: nothing is opened. `memory`: a message that was seen is not known again."""
    with ExitStack() as broken:
        if without == "sieve":
            broken.enter_context(mock.patch.object(sift, "first", return_value=sift.Look.LEAVE))
        if without == "memory":
            read = heads.read
            fresh = lambda *said: replace(read(*said), identity=uuid.uuid4().hex)  # noqa: E731
            broken.enter_context(mock.patch.object(heads, "read", fresh))
        yield
