"""A mailbox is connected by a consent in a real browser: what is missing is said, the scan is seen, what was skipped is taken anyway, the consent renewed."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from demo import gmail, server
from tests.core.mailbox import mails
from tests.journeys import house as houses
from tests.scheduler import letterbox

ADDRESS = "anne.brun@gmail.com"
TAKEN = "SELECT count(*) FROM messages WHERE verdict = 'taken'"


async def test_a_mailbox_is_connected_read_and_kept_alive(
    tmp_path: Path, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = gmail.Letterbox()
    playing = server.Server(box.app).start()
    monkeypatch.setenv("MOISSON_STAND_INS", json.dumps({"google": playing.url}))
    now = datetime.now(UTC)
    for number, days in (("F-1", 2), ("F-2", 88), ("F-91", 91)):
        letter = mails.mail(f"Votre facture {number}", files=(("f.pdf", mails.bill(number)),))
        box.arrive(letter.as_bytes(), now - timedelta(days=days))
    menu = mails.mail("À table", "cantine@firm.example", files=(("carte.pdf", letterbox.menu()),))
    box.arrive(menu.as_bytes(), now - timedelta(days=1))
    try:
        async with houses.opened(tmp_path) as house, houses.visitor(house, browser) as anna:
            await anna.set_up()
            box.office.register("our-app", "a-secret-of-ours", f"{house.address}/oauth/callback")
            await _connect(anna, house)
            await houses.until(lambda: house.rows(TAKEN) == [(2,)])
            await anna.sees("À jour")
            await anna.sees(re.compile(r"messages 3 / 3, factures trouvées 2, écartés 1"))
            await anna.click("button", re.compile("^Prendre quand même"))
            await houses.until(lambda: house.rows(TAKEN) == [(3,)])
            await _already_connected(anna)
            await _renew(anna, house, box)
    finally:
        playing.stop()


async def _connect(anna: houses.Visitor, house: houses.House) -> None:
    await anna.go("/mailboxes")
    await anna.click("link", "Connecter une boîte")
    await anna.page.get_by_label("Adresse e-mail de la boîte").fill(ADDRESS)
    await anna.click("button", "Continuer")
    await expect(anna.page.get_by_role("button", name="Se connecter avec Google")).to_be_disabled()
    await expect(anna.page.get_by_label("Adresse de retour").first).to_have_value(
        f"{house.address}/oauth/callback"
    )
    await anna.click("link", "Enregistrer l'application Google")
    await anna.page.get_by_label("Identifiant de l'application").fill("our-app")
    await anna.page.get_by_label("Secret de l'application").fill("a-secret-of-ours")
    await anna.click("button", "Enregistrer et relancer")
    await anna.click("button", "Se connecter avec Google")
    await _say_yes(anna)


async def _say_yes(anna: houses.Visitor) -> None:
    await anna.click("link", "Continuer chez Google")
    await anna.click("button", "Autoriser")
    await expect(anna.page.get_by_role("heading", level=1)).to_have_text(ADDRESS)


async def _already_connected(anna: houses.Visitor) -> None:
    await anna.go("/mailboxes/new")
    await anna.page.get_by_label("Adresse e-mail de la boîte").fill("AnneBrun+factures@googlemail.com")
    await anna.click("button", "Continuer")
    await anna.sees("Cette boîte est déjà connectée")
    await anna.click("link", "Ouvrir")


async def _renew(anna: houses.Visitor, house: houses.House, box: gmail.Letterbox) -> None:
    box.office.ended = True
    await anna.click("button", "Lire maintenant")
    await houses.until(lambda: house.rows("SELECT error FROM mailboxes") == [("ConsentEnded",)])
    await anna.page.reload()
    await anna.sees("Autorisation à donner")
    box.office.ended = False
    await anna.click("button", "Renouveler l'autorisation")
    await _say_yes(anna)
    await houses.until(lambda: house.rows("SELECT error FROM mailboxes") == [(None,)])
    await anna.sees("À jour")
