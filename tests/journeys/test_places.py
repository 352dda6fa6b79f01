"""Places of files in a real browser: each connected by its form, each reached through the real door, each with the file once on the other side."""

from __future__ import annotations

import base64
import getpass
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from demo.webhook import Listener
from tests.core.export import apache, cloud, post, sshd
from tests.journeys import connecting
from tests.journeys import house as houses
from tests.journeys.brought import PDF, bring
from tests.journeys.house import Visitor


@dataclass(frozen=True)
class Place:
    """`arrived` are the files on the other side."""

    kind: str
    typed: dict[str, str]
    arrived: Callable[[], list[bytes]]


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener(b"", time.time)
    made.server.start()
    yield made
    made.server.stop()


@pytest.fixture
def places(tmp_path: Path, listener: Listener) -> Iterator[list[Place]]:
    if sshd.SSHD is None or apache.MISSING:
        pytest.skip(apache.MISSING or sshd.MISSING)
    with ExitStack() as opened:
        ssh = opened.enter_context(sshd.opened(tmp_path / "ssh"))
        dav = opened.enter_context(apache.opened())
        bucket = opened.enter_context(cloud.opened())
        mail, port = opened.enter_context(post.opened())
        key, secret = bucket.new_key()
        by_ssh = {"url": f"sftp://127.0.0.1:{ssh.port}/drop", "login": getpass.getuser(), "private_key": ssh.private_key}  # fmt: skip
        by_web = {"url": f"http://127.0.0.1:{dav.port}/Nos factures", "login": apache.USER, "password": apache.PASSWORD}  # fmt: skip
        by_key = {"url": f"{bucket.server.url}/papers", "region": cloud.REGION, "access_key": key, "secret_key": secret}  # fmt: skip
        by_mail = {"url": f"smtp://127.0.0.1:{port}", "to": "compta@cabinet.example", "sender": "anna@firm.example", "login": "anna", "password": post.PASSWORD}  # fmt: skip
        folder = tmp_path / "data" / "exports" / "comptable"
        yield [
            Place("Dossier", {"name": "comptable"}, lambda: [one.read_bytes() for one in folder.rglob("*.pdf")]),
            Place("SFTP", by_ssh, lambda: list(ssh.files.values())),
            Place("WebDAV", by_web, lambda: list(dav.files.values())),
            Place("S3", by_key, lambda: list(bucket.files.values())),
            Place("E-mail", by_mail, lambda: _attached(mail)),
            Place("Webhook", {"url": listener.url}, lambda: [file for _, file in listener.told.values() if file]),
        ]  # fmt: skip


@pytest_asyncio.fixture
async def anna(tmp_path: Path, browser: Browser) -> AsyncIterator[Visitor]:
    async with houses.opened(tmp_path) as house, houses.visitor(house, browser) as person:
        yield person


def _attached(mail: post.Post) -> list[bytes]:
    return [bytes(file.get_content()) for letter in mail.letters for file in letter.iter_attachments()]


def _key(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix("whsec_"))


async def _secret(anna: Visitor) -> str:
    """What the farm has made, as it shows it once."""
    await anna.sees("Copiez ce secret maintenant")
    return await anna.page.locator("#secret").input_value()


async def test_what_arrives_goes_to_every_place_once(
    anna: Visitor, places: list[Place], listener: Listener
) -> None:
    await connecting.begin(anna)
    bring(anna.house, "AVANT")
    made: dict[str, int] = {}
    for place in places:
        made[place.kind] = await connecting.add(anna, place.kind, **place.typed)
    listener.key = _key(await _secret(anna))
    for number in ("F-1", "F-2"):
        bring(anna.house, number)
    wanted = sorted([PDF + b"F-1", PDF + b"F-2"])
    for place in places:
        await connecting.arrive(anna, made[place.kind], 2)
        assert sorted(place.arrived()) == wanted, place.kind
        await connecting.look(anna, made[place.kind], "F-1")
        await anna.sees("Envoyée")
    ssh = made["SFTP"]
    await anna.go(f"/destinations/{ssh}")
    await anna.sees("SHA256:")  # the key that the server showed
    secrets = [
        value for one in places for name, value in one.typed.items() if name in ("password", "secret_key")
    ]
    connecting.hides(anna, *secrets)


async def test_the_secret_of_a_webhook_changes_and_no_message_is_refused(
    anna: Visitor, listener: Listener
) -> None:
    await connecting.begin(anna)
    there = await connecting.add(anna, "Webhook", url=listener.url)
    first = await _secret(anna)
    await anna.go(f"/destinations/{there}")
    assert first not in await anna.page.content()
    await anna.click("link", "le changer")
    await anna.page.get_by_label("Votre phrase de passe").fill(houses.PHRASE)
    await anna.click("button", "Fabriquer un nouveau secret")
    second = await _secret(anna)
    assert second != first
    for count, secret in enumerate((first, second), 1):
        listener.key = _key(secret)
        bring(anna.house, f"F-{count}")
        await connecting.arrive(anna, there, count)
    await anna.click("button", "L'autre côté connaît le nouveau : finir l'ancien")
    await expect(anna.page.get_by_text("Deux secrets signent")).to_have_count(0)
    listener.key = _key(first)
    bring(anna.house, "F-3")
    await houses.until(
        lambda: anna.house.rows(f"SELECT error FROM destinations WHERE id = {there}") == [("PartnerRefused",)]
    )
    listener.key = _key(second)
    await anna.go(f"/destinations/{there}")
    await anna.click("button", "Envoyer maintenant")
    await connecting.arrive(anna, there, 3)
    connecting.hides(anna, first, second)


async def test_a_network_drive_by_its_private_address_is_refused_and_the_way_out_is_said(
    anna: Visitor,
) -> None:
    await connecting.begin(anna)
    await anna.go("/destinations/new/webdav")
    await connecting.fill(anna, {"url": "https://192.168.1.4/partage", "login": "anna", "password": "secret"})
    await anna.click("button", "Connecter WebDAV")
    await expect(anna.page.locator("#wrong-url")).to_contain_text("MOISSON_EXPORT_FOLDER")
    assert connecting.newest(anna) <= 1
