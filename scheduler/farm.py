"""All that a visit needs, opened once by the worker and closed in reverse order."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import SystemRandom
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from collectors.kit import catalogue
from core import archive, extraction
from core.db import Database, migrate, models
from core.db.writer import Writer
from core.mailbox.openers import LetterOpeners
from core.settings import Settings
from scheduler import lease
from vault import kek, keys, redact
from vault.opening import Opener

if TYPE_CHECKING:
    from collectors.kit.errand import Outside
    from core.tying import Desk


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Farm:
    settings: Settings
    database: Database
    writer: Writer
    archive: archive.Archive
    readers: extraction.Readers
    letters: LetterOpeners
    catalogue: catalogue.Catalogue
    outside: Outside
    keyring: keys.Keyring
    opener: Opener
    #: Threads for files and readers; the loop itself touches neither.
    pool: ThreadPoolExecutor
    worker_id: str
    redactor: redact.Redactor
    now: Callable[[], datetime] = utc_now
    dice: SystemRandom = field(default_factory=SystemRandom)
    #: The runs whose page stays open for a person who is asked.
    waiting: set[int] = field(default_factory=set)
    #: Large piles that are kept solved, by company; the last one asked for stands last.
    desks: dict[int, Desk] = field(default_factory=dict)

    def supplier_name(self, supplier: str) -> str:
        """The supplier's French name, or its id when its collector is gone."""
        collector = self.catalogue.collectors.get(supplier)
        return collector.manifest.name if collector else supplier


@asynccontextmanager
async def opened(settings: Settings, redactor: redact.Redactor, **outside: Any) -> AsyncIterator[Farm]:
    """The farm of these settings. Raises VaultClosed before anything else is touched. `outside`: see `reach`."""
    database, keyring = unlocked(settings)
    async with AsyncExitStack() as stack:
        stack.callback(database.close)
        writer = Writer(database)
        stack.callback(writer.close)
        cores = os.cpu_count() or 1
        pool = ThreadPoolExecutor(max_workers=4 * cores, thread_name_prefix="pool")
        stack.callback(pool.shutdown)
        readers = extraction.Readers(cores, scans=settings.scans)
        stack.callback(readers.close)
        letters = LetterOpeners(cores)
        stack.callback(letters.close)
        yield Farm(
            settings=settings,
            database=database,
            writer=writer,
            archive=archive.Archive(settings.data),
            readers=readers,
            letters=letters,
            catalogue=catalogue.load(settings.collectors, allow_loopback=settings.allow_loopback),
            outside=await reach(settings, stack, **outside),
            keyring=keyring,
            opener=Opener(database, keyring),
            pool=pool,
            worker_id=lease.worker_name(),
            redactor=redactor,
        )


def unlocked(settings: Settings) -> tuple[Database, keys.Keyring]:
    """The database, its schema up to date, and the vault's keys. Raises VaultClosed when the key is missing or wrong."""
    keys.harden()
    settings.data.mkdir(parents=True, exist_ok=True)
    database = Database.of(settings)
    migrate.upgrade(database, settings.data)
    with database.write() as session:
        _first_workspace(session, settings)
    keyring = keys.Keyring.open(database, kek.key_from(settings), now=utc_now())
    keyring.publish(settings.data / "vault.pub")
    keyring.ensure_workspace_keys(utc_now())
    return database, keyring


def say_closed(settings: Settings, why: str) -> None:
    """Leave a word for the web's banner: the vault is closed, collecting is stopped."""
    database = Database.of(settings)
    now = utc_now()
    with database.write() as session:
        facts = {"vault": "closed", "why": why}
        session.add(
            models.Worker(
                id=lease.worker_name(),
                pid=os.getpid(),
                started_at=now,
                beat_at=now,
                stopped_at=now,
                facts=facts,
            )
        )
    database.close()


def _first_workspace(session: Session, settings: Settings) -> None:
    """The workspace that setup names, and the folder its invoices go to."""
    if session.scalar(select(models.Workspace.id).limit(1)) is not None:
        return
    workspace = models.Workspace(name="Moisson", created_at=utc_now())
    session.add(workspace)
    session.flush()
    folder = models.Destination(
        workspace_id=workspace.id, kind="folder", place=str(settings.exports.absolute()), created_at=utc_now()
    )
    session.add(folder)


async def reach(
    settings: Settings,
    stack: AsyncExitStack,
    *,
    resolve: Any = None,
    trust_spki: tuple[str, ...] = (),
    watch: bool = False,
) -> Outside:
    """Door, lanes and browsers. `resolve` and `trust_spki` let tests answer for true host names; nothing else sets them."""
    # A command that only seals or verifies does without the seconds that these take to load.
    from collectors.kit.browsers import Browsers
    from collectors.kit.door import Door
    from collectors.kit.errand import Outside
    from collectors.kit.lane import Lanes

    door = Door(allow_loopback=settings.allow_loopback, upstream=settings.upstream_proxy, resolve=resolve)
    await door.start()
    stack.push_async_callback(door.close)
    lanes = Lanes()
    await lanes.start()
    stack.push_async_callback(lanes.close)
    browsers = Browsers(
        executable=settings.browser,
        sandbox=not settings.allow_no_sandbox,
        at_once=settings.visits_per_core * (os.cpu_count() or 1),
        trust_spki=trust_spki,
        watch=watch,
        tmp=settings.data.absolute() / "browser",
    )
    stack.push_async_callback(browsers.close)
    return Outside(door, lanes, browsers)
