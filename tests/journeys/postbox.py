"""A real IMAP server for journeys, what lies in it, and how a person connects a mailbox of it."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

from playwright.async_api import expect

from demo import dovecot
from tests.core.mailbox import mails
from tests.journeys import house as houses
from tests.scheduler import letterbox, postal

ADDRESS = "compta@atelier.example"


@contextmanager
def opened() -> Iterator[dovecot.Dovecot]:
    postal.require()
    home = Path(tempfile.mkdtemp(prefix="moisson-"))
    home.chmod(0o755)
    server = dovecot.Dovecot(home, postal.PASSWORD)
    server.start()
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(home, ignore_errors=True)


def bill(number: str) -> EmailMessage:
    return mails.mail(f"Votre facture {number}", files=((f"{number}.pdf", mails.bill(number)),))


def menu(subject: str) -> EmailMessage:
    return mails.mail(subject, "cantine@firm.example", files=(("carte.pdf", letterbox.menu()),))


def deliver(
    server: dovecot.Dovecot,
    mail: EmailMessage,
    *,
    days: float = 0,
    user: str = ADDRESS,
    folder: str = "INBOX",
) -> None:
    came = datetime.now(UTC) - timedelta(days=days)
    prefix = re.sub(r"\W", "", f"{mail['Subject']}{days}")
    server.deliver(user, [(mail.as_bytes(), came)], folder=folder, prefix=prefix)


def fill(server: dovecot.Dovecot, bills: int, others: int) -> None:
    """So many invoices, evenly among so many other messages, over the last two months."""
    total, each = bills + others, (bills + others) // bills
    now, letters = datetime.now(UTC), []
    for at in range(total):
        number = f"F-{at:04}"
        letter = bill(number) if at % each == 0 else mails.mail(f"Déjeuner {at} ?", "paul@ami.example")
        letters.append((letter.as_bytes(), now - timedelta(days=60, minutes=-at)))
    server.deliver(ADDRESS, letters)


def flags(server: dovecot.Dovecot) -> list[bytes]:
    with server.looked_at(ADDRESS) as box:
        box.select("INBOX", readonly=True)
        return [one for one in box.fetch("1:*", "(FLAGS)")[1] if isinstance(one, bytes)]


async def ways(anna: houses.Visitor, address: str, role: str = "Factures reçues") -> None:
    await anna.go("/mailboxes/new")
    await anna.page.get_by_label("Adresse e-mail de la boîte").fill(address)
    await anna.page.get_by_role("radio", name=re.compile(f"^{role}")).check()
    await anna.click("button", "Continuer")


async def connect(
    anna: houses.Visitor,
    port: int,
    address: str,
    *,
    role: str = "Factures reçues",
    password: str = postal.PASSWORD,
    catch_all: bool = False,
) -> None:
    await ways(anna, address, role)
    page = anna.page
    await page.get_by_label("Serveur IMAP").fill("127.0.0.1")
    await page.get_by_label("Port", exact=True).fill(str(port))
    await page.get_by_label("Chiffrement").select_option("plain")
    await page.get_by_label("Mot de passe d'application", exact=True).fill(password)
    if catch_all:
        await page.locator("[name=catch_all]").check()
    await page.locator("[aria-labelledby=way-imap]").get_by_role("button").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text(address)


async def look(anna: houses.Visitor) -> None:
    await anna.go("/mailboxes/1")
    await anna.click("button", "Lire maintenant")
