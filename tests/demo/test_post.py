"""The company's mailbox on the stage: what is made to arrive arrives, on a real IMAP server."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from demo import panel, portals, post
from tests.demo import visits
from tests.scheduler import postal


@pytest.fixture
def mailbox(nimbus: portals.Portal, mandarine: portals.Portal) -> Iterator[post.Post]:
    postal.require()
    with post.Post((nimbus, mandarine)) as opened:
        yield opened


def subjects(mailbox: post.Post) -> list[str]:
    with mailbox.looked_at() as box:
        box.select("INBOX", readonly=True)
        told = box.fetch("1:*", "(BODY.PEEK[HEADER.FIELDS (SUBJECT)])")[1]
    return [piece[1].decode().strip().partition(": ")[2] for piece in told if isinstance(piece, tuple)]


def test_the_panel_lets_mail_arrive(mailbox: post.Post, mandarine: portals.Portal) -> None:
    with panel.Panel([mandarine], 0, mailbox=mailbox) as shown:
        said = httpx.post(f"{shown.url}/mail/mail_area", follow_redirects=True, timeout=visits.PATIENCE).text
        assert "Le message est arrivé." in said
        assert httpx.post(f"{shown.url}/mail/other", timeout=visits.PATIENCE).status_code == 404
    assert subjects(mailbox) == ["CV de Marie", "Votre facture Mandarine est disponible"]


def test_nimbus_mails_its_codes(mailbox: post.Post, nimbus: portals.Portal) -> None:
    nimbus.house.send_code(nimbus.brand.login)
    assert subjects(mailbox)[-1] == "Your Nimbus sign-in code"
