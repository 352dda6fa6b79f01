"""The instants at which a worker can be made to die or to freeze. They are put round named functions; the product knows none of them."""

from __future__ import annotations

import importlib
import inspect
import os
import signal
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from functools import wraps
from itertools import groupby
from pathlib import Path
from typing import Any

SIGNALS = {"die": signal.SIGKILL, "freeze": signal.SIGSTOP}


@dataclass(frozen=True)
class Point:
    """Just before or just after `where` (`module:name` or `module:Class.name`) does its work.

    `fresh`: only a first visit, which signs in, comes by here.
    """

    name: str
    where: str
    after: bool = False
    fresh: bool = False


#: From the part synced to disk until the row is committed: where a careless order loses bytes.
WINDOW = (
    Point("part synced", "core.archive:sync_file", after=True),
    Point("before the look at it", "core.extraction:check"),
    Point("looked at", "core.extraction:check", after=True),
    Point("read, not kept", "core.extraction:Readers.read_and_preview", after=True),
    Point("before its place", "core.archive:place"),
    Point("in its place", "core.archive:place", after=True),
    Point("folder synced", "core.archive:sync_folder", after=True),
    Point("archived, no row", "core.archive:Archive.put", after=True),
    Point("row begun", "core.ledger:receive"),
    Point("row written, not committed", "core.ledger:receive", after=True),
)

ELSEWHERE = (
    Point("queued", "scheduler.lease:take"),
    Point("leased, not committed", "scheduler.lease:take", after=True),
    Point("leased", "scheduler.worker:Worker.begin"),
    Point("visit begun", "scheduler.visit:Visit._begin", after=True),
    Point("login not counted", "scheduler.visit:Visit._count_login", fresh=True),
    Point("login counted, not committed", "scheduler.visit:Visit._count_login", after=True, fresh=True),
    Point("login counted", "vault.opening:Opener.credentials_for_run", fresh=True),
    Point("password opened", "vault.opening:Opener.credentials_for_run", after=True, fresh=True),
    Point("before the password is typed", "collectors.kit.hand:Hand.type", fresh=True),
    Point("password typed", "collectors.kit.hand:Hand.type", after=True, fresh=True),
    Point("signed in", "collectors.kit.collector:Collector.sign_in", after=True, fresh=True),
    Point("session not sealed", "vault.opening:Opener.seal_session", fresh=True),
    Point("session sealed", "vault.opening:Opener.seal_session", after=True, fresh=True),
    Point("census begun", "scheduler.bring:Harvest._leave", fresh=True),
    Point("census half noted", "core.ledger:note_baseline", after=True, fresh=True),
    Point("census page noted", "scheduler.bring:Harvest._leave", after=True, fresh=True),
    Point("before the list", "scheduler.bring:Harvest._listed"),
    Point("listed", "scheduler.bring:Harvest._listed", after=True),
    Point("before the download", "collectors.kit.collector:Collector.download"),
    Point("before the part", "core.archive:Archive.keep"),
    Point("part not synced", "core.archive:sync_file"),
    Point("committed", "core.intake:take_in"),
    Point("before the preview", "core.archive:Archive.put_preview"),
    Point("preview kept", "core.archive:Archive.put_preview", after=True),
    Point("reading begun", "core.intake:_put_on_invoice"),
    Point("reading written, not committed", "core.intake:_put_on_invoice", after=True),
    Point("taken in", "core.intake:take_in", after=True),
    Point("before the end", "scheduler.ending:done"),
    Point("end begun", "scheduler.ending:_done"),
    Point("end written, not committed", "scheduler.ending:_done", after=True),
    Point("ended", "scheduler.ending:done", after=True),
    Point("before the delivery", "core.export.outbox:deliver"),
    Point("delivery begun", "core.export.folder:deliver"),
    Point("file delivered, no receipt", "core.export.folder:deliver", after=True),
    Point("delivered", "core.export.outbox:deliver", after=True),
)

EVERY = (*WINDOW, *ELSEWHERE)


def named(name: str) -> Point:
    return next(point for point in EVERY if point.name == name)


def arm(file: Path, what: str, point: Point) -> None:
    """The next worker of this world that comes by `point` will `die` or `freeze` there, once."""
    fresh = file.with_suffix(".new")
    fresh.write_text(f"{what}:{point.name}")
    fresh.replace(file)


def install(file: Path) -> None:
    """Put the points into this process; `file` says which one is armed."""

    def strike(point: Point) -> None:
        what, _, armed = file.read_text().partition(":") if file.exists() else ("", "", "")
        if armed != point.name:
            return
        file.unlink()
        if what == "freeze":
            _let_others_write(file.parent / "data" / "moisson.db")
        os.kill(os.getpid(), SIGNALS[what])

    for where, among in groupby(sorted(EVERY, key=lambda point: point.where), key=lambda point: point.where):
        _put_round(where, list(among), strike)


def _let_others_write(database: Path) -> None:
    """Who stands still while another of its threads writes would lock the database for everybody."""
    with closing(sqlite3.connect(database, timeout=60, isolation_level=None)) as turn:
        turn.execute("BEGIN IMMEDIATE")
        turn.execute("ROLLBACK")


def place_of(where: str) -> tuple[Any, str]:
    """What holds the function, and under which name."""
    module, _, path = where.partition(":")
    *outer, name = path.split(".")
    holder: Any = importlib.import_module(module)
    for part in outer:
        holder = getattr(holder, part)
    return holder, name


def _put_round(where: str, among: Iterable[Point], strike: Callable[[Point], None]) -> None:
    holder, name = place_of(where)
    act = getattr(holder, name)
    before = [point for point in among if not point.after]
    after = [point for point in among if point.after]

    def pass_by(points: list[Point], told: dict[str, Any]) -> None:
        if told.get(
            "whole", True
        ):  # the hand types the user name as well: `whole` is said of the password only
            for point in points:
                strike(point)

    @wraps(act)
    def around(*args: Any, **options: Any) -> Any:
        pass_by(before, options)
        result = act(*args, **options)
        pass_by(after, options)
        return result

    @wraps(act)
    async def around_async(*args: Any, **options: Any) -> Any:
        pass_by(before, options)
        result = await act(*args, **options)
        pass_by(after, options)
        return result

    setattr(holder, name, around_async if inspect.iscoroutinefunction(act) else around)
