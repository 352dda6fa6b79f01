"""A farm started as a person starts it, with the demo's portals in this process and a browser to look at it."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext, Locator, Page, expect

from demo import portals
from tests.demo import looks

ROOT = Path(__file__).parent.parent.parent
EMAIL, PHRASE = "anna@atelier-brun.example", "des mots que personne ne devine"
LOGIN, PASSWORD = "claire.fontaine", "mandarine-demo"
#: Milliseconds that a page may take to show a thing on a busy machine.
SOON = looks.SOON


@dataclass
class House:
    """A farm: its folder, its portals, its processes."""

    folder: Path
    shown: dict[str, portals.Portal]
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = None
    address: str = ""
    setup: str = ""
    logs: list[Path] = field(default_factory=list)

    @property
    def mandarine(self) -> portals.Portal:
        return self.shown["mandarine"]

    async def start(self) -> None:
        """`moisson start`, until it has said its address."""
        log = self.folder / f"farm-{len(self.logs)}.log"
        self.logs.append(log)
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "moisson", "start"],
                cwd=self.folder,
                env=self.environment,
                stderr=out,
                stdout=out,
            )
        await until(lambda: self._said(log))

    def stop(self) -> int:
        """As Ctrl-C does. Gives the exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(120)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        place = f"file:{self.folder / 'data' / 'moisson.db'}?mode=ro"
        with closing(sqlite3.connect(place, uri=True, timeout=60)) as database:
            return database.execute(query).fetchall()

    def _said(self, log: Path) -> bool:
        said = log.read_text(errors="replace")  # it is being written
        told = re.search(r"Moisson: (http://[^/\s]+)(/\S*)\s", said)
        if told is None or "worker.ready" not in said:
            assert self.process is not None
            assert self.process.poll() is None, said
            return False
        self.address, self.setup = told[1], told[1] + told[2]
        return True


async def until(true: Callable[[], Any], *, tries: int = 1800) -> None:
    """Look again and again, for three minutes at least: a look counts, not a time without one."""
    for _ in range(tries):
        if true():
            return
        await asyncio.sleep(0.1)
    raise AssertionError("it did not come true")


@contextmanager
def portals_shown() -> Iterator[dict[str, portals.Portal]]:
    shown = {name: make().start() for name, make in portals.MAKERS.items()}
    try:
        yield shown
    finally:
        for portal in shown.values():
            portal.stop()


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[House]:
    with portals_shown() as shown:
        portals.manifests(folder / "collectors", {name: portal.port for name, portal in shown.items()})
        house = House(folder, shown, _environment(folder))
        try:
            await house.start()
            yield house
        finally:
            if house.process is not None and house.process.poll() is None:
                house.stop()


def _environment(folder: Path) -> dict[str, str]:
    return os.environ | {
        "PYTHONPATH": str(ROOT),
        "MOISSON_DATA": str(folder / "data"),
        "MOISSON_KEY_FILE": str(folder / "keys" / "vault.key"),
        "MOISSON_COLLECTORS": str(folder / "collectors"),
        "MOISSON_PORT": "0",
        "MOISSON_ALLOW_LOOPBACK": "1",
    }


class Visitor:
    """A person at a browser: counts clicks, knows how to set up and to add an account."""

    def __init__(self, house: House, context: BrowserContext, page: Page) -> None:
        self.house, self.context, self.page = house, context, page
        self.clicks = 0

    async def go(self, path: str) -> None:
        await self.page.goto(self.house.address + path)

    async def click(self, role: Any, name: str | re.Pattern[str]) -> None:
        """Until the page to which it led is there with its scripts: a key may follow."""
        self.clicks += 1
        await self.page.get_by_role(role, name=name).first.click()
        await self.page.wait_for_load_state()

    async def press(self, key: str) -> None:
        """A key that leads to another page, until that is there with its scripts."""
        async with self.page.expect_navigation():
            await self.page.keyboard.press(key)

    def leads(self, name: str) -> Locator:
        """What leads on, by the beginning of its name: a link or a button."""
        starts = re.compile(f"^{name}")
        return (
            self.page.get_by_role("link", name=starts).or_(self.page.get_by_role("button", name=starts)).first
        )

    async def follow(self, name: str) -> None:
        self.clicks += 1
        await self.leads(name).click()
        await self.page.wait_for_load_state()

    async def sees(self, text: str | re.Pattern[str]) -> None:
        await expect(self.page.get_by_text(text).first).to_be_visible(timeout=SOON)

    async def set_up(self) -> None:
        await self.page.goto(self.house.setup)
        await self.page.get_by_label("Adresse e-mail").fill(EMAIL)
        await self.page.get_by_label("Phrase de passe").first.fill(PHRASE)
        await self.click("button", "Créer")

    async def fill_account(self, *, login: str = LOGIN, password: str = PASSWORD) -> None:
        """The form of Mandarine, from the suppliers' page on; ends with *Test and save*."""
        await self.click("link", re.compile("Mandarine"))
        await self.page.get_by_label(re.compile("^Identifiant")).fill(login)
        await self.page.get_by_label(re.compile("^Mot de passe")).first.fill(password)
        self.clicks += 1
        await self.page.get_by_label(re.compile("J'ai le droit")).check()
        await self.click("button", "Tester et enregistrer")

    async def add_account(self, **typed: str) -> None:
        await self.go("/suppliers")
        await self.fill_account(**typed)
        await expect(self.page.get_by_role("heading", level=1)).to_have_text(
            re.compile("C'est connecté|refusé|modifié|indisponible"), timeout=SOON
        )

    async def collect(self, path: str = "/") -> None:
        """*Lancer* on the status page (or on an account's), until the account is at rest again."""
        before = len(self.house.rows("SELECT 1 FROM runs WHERE ended_at IS NOT NULL"))
        await self.go(path)
        await self.click("button", re.compile("^(Lancer|Réessayer)"))
        await until(lambda: len(self.house.rows("SELECT 1 FROM runs WHERE ended_at IS NOT NULL")) > before)


@asynccontextmanager
async def visitor(house: House, browser: Browser, **more: Any) -> AsyncIterator[Visitor]:
    context = await browser.new_context(
        locale="fr-FR", **{"viewport": {"width": 1280, "height": 800}, **more}
    )
    context.set_default_timeout(SOON)
    try:
        yield Visitor(house, context, await context.new_page())
    finally:
        await context.close()
