"""What is set, missing or out of reach, each with the next step. Reads only; opens nothing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from collectors.kit import browsers, catalogue
from core import errors
from core.db import Database, migrate, models
from core.extraction import ocr
from core.settings import Settings
from scheduler import mailboxes
from vault import kek

#: A worker that has not beaten for this long is silent.
SILENT_AFTER = timedelta(minutes=2)


@dataclass(frozen=True)
class Finding:
    """`grave` stops collecting; the others are worth knowing."""

    name: str
    fine: bool
    words: str
    grave: bool = False


def examine(settings: Settings, now: datetime) -> list[Finding]:
    database = Database.of(settings)
    try:
        return [
            _data(settings),
            *_database(settings, database, now),
            *_mailboxes(settings, database, now),
            _key(settings, database),
            *about_process(settings),
            _scans(settings),
            *_catalogue(settings),
            _loopback(settings),
        ]
    finally:
        database.close()


def about_process(settings: Settings) -> list[Finding]:
    """What a worker started now would have to confess."""
    return [_browser(settings), _sandbox(settings), _isolation(settings)]


def is_healthy(settings: Settings) -> bool:
    """The worker's heartbeat is fresh and the web part answers (`/healthz`)."""
    database = Database.of(settings)
    try:
        return worker_beats(database, datetime.now(UTC)) and _web_answers(settings)
    except SQLAlchemyError:
        return False
    finally:
        database.close()


def _web_answers(settings: Settings) -> bool:
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104 - compared, not bound
    answer = HTTPConnection(host, settings.port, timeout=5)
    try:
        answer.request("GET", "/healthz")
        return answer.getresponse().status == 200
    except OSError:
        return False
    finally:
        answer.close()


def worker_beats(database: Database, now: datetime) -> bool:
    with database.read() as session:
        beat = session.scalar(
            select(models.Worker.beat_at)
            .where(models.Worker.stopped_at.is_(None))
            .order_by(models.Worker.beat_at.desc())
            .limit(1)
        )
    return beat is not None and now - beat < SILENT_AFTER


def _data(settings: Settings) -> Finding:
    if not settings.data.exists():
        return Finding("data", True, f"{settings.data} is made at the first start")
    free = shutil.disk_usage(settings.data).free // 2**20
    return Finding("data", free > 1024, f"{settings.data}, {free} MiB free", grave=free <= 1024)


def _database(settings: Settings, database: Database, now: datetime) -> Iterator[Finding]:
    if not settings.database.get_secret_value() and not (settings.data / "moisson.db").exists():
        yield Finding("database", True, "made at the first start")
        return
    try:
        yield Finding(
            "database", True, f"{database.engine.dialect.name}, schema {migrate.revision(database)}"
        )
        beats = worker_beats(database, now)
        yield Finding("worker", beats, "at work" if beats else "no heartbeat: start it with `moisson start`")
    except SQLAlchemyError as err:
        yield Finding("database", False, f"cannot be read: {type(err).__name__}", grave=True)


def _mailboxes(settings: Settings, database: Database, now: datetime) -> Iterator[Finding]:
    """Those that somebody should look at, one by one; the others together."""
    if not settings.database.get_secret_value() and not (settings.data / "moisson.db").exists():
        return
    try:
        with database.read() as session:
            told = [(box.address, mailboxes.trouble(box, now=now)) for box in mailboxes.every(session)]
    except SQLAlchemyError:
        return  # the line of the database says why
    for address, trouble in told:
        if trouble:
            yield Finding("mailbox", False, f"{address}: {trouble}")
    well = sum(not trouble for _, trouble in told)
    yield Finding(
        "mailboxes", True, f"{well} of {len(told)} are read as they should" if told else "none connected"
    )


def _key(settings: Settings, database: Database) -> Finding:
    try:
        found = kek.find(settings)
        if found is None:
            return Finding(
                "key",
                not (settings.data / "moisson.db").exists(),
                f"{settings.key_file} is made at the first start; if it was there before, bring it back",
            )
        if (settings.data / "moisson.db").exists():
            with database.read() as session:
                kek.expect_own(session, found)
    except errors.VaultError as err:
        return Finding("key", False, str(err), grave=True)
    return Finding("key", True, "opens the vault; keep a copy of it apart from the data")


def _browser(settings: Settings) -> Finding:
    try:
        return Finding("browser", True, browsers.find(settings.browser))
    except errors.NoBrowser as err:
        return Finding("browser", False, str(err), grave=True)


def _complete_browser(settings: Settings, insist: list[str]) -> Finding:
    """`insist` are the names of the suppliers that are visited with nothing less."""
    try:
        return Finding("chromium", True, browsers.find(settings.browser, "full"))
    except errors.NoBrowser as err:
        return Finding("chromium", False, f"{', '.join(insist)} cannot be visited: {err}")


def _sandbox(settings: Settings) -> Finding:
    if settings.allow_no_sandbox:
        words = "OFF (MOISSON_ALLOW_NO_SANDBOX): fit for tests, not for portals you do not run"
        return Finding("sandbox", False, words)
    if os.geteuid() == 0:
        return Finding(
            "sandbox", False, "a browser cannot have one as root: use an ordinary user", grave=True
        )
    return Finding("sandbox", True, "on")


def _isolation(settings: Settings) -> Finding:
    """Web and worker as one user share what either may read; as two, web cannot reach the key."""
    # The folders tell it: each is closed to the other user, and what lies in it cannot even be looked at.
    web, keys = settings.data / "web", settings.key_file.parent
    if web.exists() and keys.exists() and web.stat().st_uid != keys.stat().st_uid:
        return Finding("isolation", True, "web and worker are two users")
    return Finding("isolation", False, "degraded isolation: web and worker are one user")


def _scans(settings: Settings) -> Finding:
    lacks = ocr.missing(settings.ocr_languages)
    if not settings.ocr:
        could = f"and {lacks}" if lacks else "and could be read with MOISSON_OCR=1"
        return Finding("scans", True, f"pictures go to a person unread, {could}")
    read = f"their words are made out ({settings.ocr_languages}), for a person to compare"
    return Finding("scans", not lacks, f"cannot be read: {lacks}" if lacks else read)


def _catalogue(settings: Settings) -> Iterator[Finding]:
    found = catalogue.load(settings.collectors, allow_loopback=settings.allow_loopback)
    yield Finding("collectors", True, f"{len(found.collectors)} in the catalogue")
    if insist := [
        each.manifest.name for each in found.collectors.values() if each.manifest.browser == "full"
    ]:
        yield _complete_browser(settings, insist)
    for problem in found.problems:
        yield Finding("collectors", False, str(problem))


def _loopback(settings: Settings) -> Finding:
    open_door = settings.allow_loopback
    return Finding(
        "loopback",
        not open_door,
        "portals on this machine are let through (MOISSON_ALLOW_LOOPBACK)" if open_door else "closed",
    )
