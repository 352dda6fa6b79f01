"""The stage's mailboxes as a visitor of the demo meets them: Outlook by a consent, a customer area that calls the collector, and two companies."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from core.db import Database, models
from demo import clouds, panel
from demo.stage import Lever
from tests.journeys import house as houses
from web import people

VERDICTS = "SELECT subject, verdict, reason FROM messages ORDER BY id"
BELLA = "bella@atelier-bleu.example"


@dataclass
class Stage:
    """The panel in a tab of its own, and the farm beside it."""

    anna: houses.Visitor
    house: houses.House
    boxes: clouds.Clouds
    page: Page

    async def pull(self, box: str, lever: str) -> None:
        async with self.page.expect_navigation():
            await self.page.locator(f"section#{box}").get_by_role("button", name=lever).click()


@pytest.fixture
def boxes(monkeypatch: pytest.MonkeyPatch) -> Iterator[clouds.Clouds]:
    with clouds.Clouds(ports={}) as opened:
        monkeypatch.setenv("MOISSON_STAND_INS", json.dumps(opened.stand_ins))
        yield opened


@pytest_asyncio.fixture
async def stage(boxes: clouds.Clouds, tmp_path: Path, browser: Browser) -> AsyncIterator[Stage]:
    async with houses.opened(tmp_path) as house, houses.visitor(house, browser) as anna:
        boxes.serves(house.address)
        await anna.set_up()
        with panel.Panel(list(house.shown.values()), port=0, boxes=boxes) as served:
            page = await anna.context.new_page()
            await page.goto(f"{served.url}/?lang=fr")
            yield Stage(anna, house, boxes, page)


async def test_a_customer_area_calls_the_collector_and_a_look_alike_does_not(stage: Stage) -> None:
    anna, house = stage.anna, stage.house
    await anna.add_account()
    await connect(anna, stage.boxes.every[1])
    await houses.until(lambda: len(house.rows(VERDICTS)) == 2)
    rested(house)
    house.mandarine.pull(Lever.PUBLISH)
    runs = house.rows("SELECT count(*) FROM runs")
    await stage.pull("graph", "Une fausse Mandarine annonce la même chose")
    await look(anna)
    await houses.until(lambda: house.rows(VERDICTS)[-1][1:] == ("skipped", "no_file"))
    assert house.rows("SELECT count(*) FROM runs") == runs
    await stage.pull("graph", "Mandarine annonce une facture dans l’espace client")
    await look(anna)
    await houses.until(lambda: house.rows(VERDICTS)[-1][1:] == ("portal", "collector_started"))
    await houses.until(
        lambda: house.rows("SELECT count(*) FROM documents WHERE channel = 'portal'") == [(1,)]
    )
    await anna.go("/mailboxes/messages")
    await anna.sees("Collecte lancée chez le fournisseur : sa facture attend dans l'espace client")


async def test_a_consent_that_ended_is_renewed_in_place_and_nothing_is_lost(stage: Stage) -> None:
    anna, house = stage.anna, stage.house
    await connect(anna, stage.boxes.every[1])
    await houses.until(lambda: len(house.rows(VERDICTS)) == 2)
    await stage.pull("graph", "Retirer l’autorisation")
    await stage.pull("graph", "Un garage envoie sa facture")
    await look(anna)
    await houses.until(lambda: house.rows("SELECT error FROM mailboxes") == [("ConsentEnded",)])
    await stage.pull("graph", "Permettre une nouvelle autorisation")
    await anna.page.reload()
    await anna.sees("Autorisation à donner")
    await anna.click("button", "Renouveler l'autorisation")
    await says_yes(anna, stage.boxes.every[1])
    await houses.until(lambda: house.rows("SELECT count(*) FROM messages WHERE verdict = 'taken'") == [(2,)])
    assert house.rows("SELECT count(*), max(secret_version) FROM mailboxes")[0][0] == 1


async def test_two_companies_read_the_same_mailbox_and_see_only_their_own(
    stage: Stage, browser: Browser
) -> None:
    anna, house = stage.anna, stage.house
    await connect(anna, stage.boxes.every[1])
    await houses.until(lambda: len(house.rows(VERDICTS)) == 2)
    another_company(house)
    house.stop()
    await house.start()
    stage.boxes.serves(house.address)
    async with houses.visitor(house, browser) as bella:
        await bella.go("/login")
        await bella.page.get_by_label("Adresse e-mail").fill(BELLA)
        await bella.page.get_by_label("Mot de passe").first.fill(houses.PHRASE)
        await bella.click("button", "Entrer")
        await bella.go("/mailboxes")
        await bella.sees("Aucune boîte connectée.")
        await connect(bella, stage.boxes.every[1])
        await houses.until(lambda: len(house.rows(VERDICTS)) == 4)
    mine = "SELECT workspace_id, count(*) FROM documents GROUP BY 1 ORDER BY 1"
    await houses.until(lambda: house.rows(mine) == [(1, 1), (2, 1)])


async def connect(anna: houses.Visitor, cloud: clouds.Cloud) -> None:
    await anna.go(f"/mailboxes/apps/{cloud.provider}?address={cloud.address}")
    await anna.page.get_by_label("Identifiant de l'application").fill(clouds.CLIENT_ID)
    await anna.page.get_by_label("Secret de l'application").fill(clouds.CLIENT_SECRET)
    await anna.click("button", "Enregistrer et relancer")
    await anna.click("button", "Se connecter avec Microsoft")
    await says_yes(anna, cloud)


async def says_yes(anna: houses.Visitor, cloud: clouds.Cloud) -> None:
    await anna.click("link", "Continuer chez Microsoft")
    await anna.click("button", "Autoriser")
    await expect(anna.page.get_by_role("heading", level=1)).to_have_text(cloud.address)


async def look(anna: houses.Visitor) -> None:
    await anna.go("/mailboxes/1")
    await anna.click("button", "Lire maintenant")


def rested(house: houses.House) -> None:
    """The last visit was a while ago: a portal is not asked again for a mail within the hour."""
    with sqlite3.connect(house.folder / "data" / "moisson.db", timeout=60) as database:
        database.execute("UPDATE accounts SET last_attempt_at = datetime('now', '-3 hours')")


def another_company(house: houses.House) -> None:
    database, now = Database(f"sqlite:///{house.folder / 'data' / 'moisson.db'}"), datetime.now(UTC)
    with database.write() as session:
        session.add(models.Workspace(id=2, name="Atelier Bleu", created_at=now))
        bella = models.Person(
            email=BELLA, password_hash=people._HASHER.hash(houses.PHRASE), language="fr", created_at=now
        )
        session.add(bella)
        session.flush()
        session.add(models.Membership(workspace_id=2, person_id=bella.id, role="admin"))
    database.close()
