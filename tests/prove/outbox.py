"""Invoices on their way to an accounting service, with kill -9 at random steps and answers lost after everything was done.

The service is the witness: each Invoice is there exactly once, with exactly its file. It knows no idempotency key again, and
one Invoice in ten has the number, the day and the sum of another.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import wraps
from itertools import count
from pathlib import Path
from typing import Any

from core import archive, errors, providers
from core.db import Database, models
from core.export import delivering, qbo, turns, xero
from core.export.target import Target
from core.partners import Means
from demo.qbo import Qbo
from demo.qbo_books import Company as QboBooks
from demo.xero import Xero
from tests.core.export import books, connected, qbo_company

#: Invoices for each fault.
FOR_EACH = 5
_WARM = multiprocessing.get_context("forkserver")
_WARM.set_forkserver_preload(["tests.prove.outbox"])


@dataclass(frozen=True)
class There:
    """A service, and a company that sends there; `id_name` is the field of a bill's id."""

    service: Callable[[], Any]
    opened: Callable[[Path, Any], AbstractContextManager[Any]]
    target: Callable[..., Target]
    means: Callable[[list[datetime]], Means]
    id_name: str


_REALM = "9130357849017"
THERE = {
    "xero": There(Xero, books.opened, xero.Xero, books.means, "InvoiceID"),
    "qbo": There(
        lambda: Qbo(QboBooks("Atelier Brun", _REALM)),
        qbo_company.opened,
        qbo.Qbo,
        lambda at: qbo_company.means(at, _REALM),
        "Id",
    ),
}


@dataclass
class Tally:
    invoices: int
    kills: int = 0
    lost: int = 0
    seconds: float = 0.0
    breaches: list[str] = field(default_factory=list)


def campaign(folder: Path, n: int, seed: int, *, to: str = "xero", without: str = "") -> Tally:
    """`n` faults, every other one a kill; `to` is one of THERE; `without="look"` sends again without looking first."""
    dice, began = random.Random(seed), time.monotonic()
    tally = Tally(n * FOR_EACH)
    service = THERE[to].service()
    service.limited, service.forgets_keys = False, True
    with THERE[to].opened(folder, service) as company:
        for at in range(tally.invoices):
            company.bring(f"F-{at - at % 10 // 9}", b"%%PDF bill %d" % at)
        with _losing(service, n // 2, tally, dice):
            while _live_once(
                folder, to, service.url, dice.randint(1, 100) if tally.kills < n - n // 2 else 0, without
            ):
                tally.kills += 1
        tally.breaches = list(_breaches(company, tally.invoices, THERE[to].id_name))
    tally.seconds = time.monotonic() - began
    return tally


@contextmanager
def _losing(service: Any, n: int, tally: Tally, dice: random.Random) -> Iterator[None]:
    """So many answers are lost, spread over all changes."""
    left = [dice.randint(1, 4 * FOR_EACH) for _ in range(n)]
    until = left.pop() if left else 0

    def loses() -> bool:
        nonlocal until
        until -= 1
        if until != 0:
            return False
        tally.lost += 1
        until = left.pop() if left else 0
        return True

    service.loses = loses
    yield
    service.loses = lambda: False


def _live_once(folder: Path, to: str, url: str, dies_at: int, without: str) -> bool:
    """A worker's life, which ends at its `dies_at`th step, or when all is sent; whether it was killed."""
    born = _WARM.Process(target=_live, args=(folder, to, url, dies_at, without))
    born.start()
    born.join()
    if born.exitcode not in (0, -signal.SIGKILL):
        raise RuntimeError(f"a worker ended with {born.exitcode}")
    return born.exitcode == -signal.SIGKILL


def _live(folder: Path, to: str, url: str, dies_at: int, without: str) -> None:
    database, at = Database(f"sqlite:///{folder / 'farm.db'}"), [connected.NOW]
    provider = providers.known({to: url}, to)
    target = THERE[to].target(database, archive.Archive(folder / "data"), provider, str.capitalize)
    if without == "look":
        delivering.look_up = lambda step, receipts: None
    steps = count(1)

    def step(act: Callable[..., Any]) -> Callable[..., Any]:
        """Death before or after what it does."""

        @wraps(act)
        def done(*args: Any, **more: Any) -> Any:
            _die(next(steps) == dies_at)
            outcome = act(*args, **more)
            _die(next(steps) == dies_at)
            return outcome

        return done

    books._Line.handle_request = step(books._Line.handle_request)  # type: ignore[method-assign]
    delivering._note, delivering.intend = step(delivering._note), step(delivering.intend)
    means = THERE[to].means(at)
    while _is_owed(database, at):
        with database.read() as session:
            place = session.get_one(models.Destination, 1)
        with suppress(errors.PartnerSilent):
            target.deliver(place, means)


def _die(now: bool) -> None:
    if now:
        os.kill(os.getpid(), signal.SIGKILL)


def _is_owed(database: Database, at: list[datetime]) -> bool:
    """Whether anything is to be sent by tomorrow; the clock goes on to when it may be."""
    with database.read() as session:
        while session.scalar(delivering.owed(1, at[0]).limit(1)) is None:
            if at[0] > connected.NOW + timedelta(days=1):
                return False
            at[0] += turns.FIRST_WAIT
    return True


def _breaches(company: books.Company, n: int, id_name: str) -> Iterator[str]:
    """What is there but once, with its own file, and as the ledger says it."""
    there = Counter(content for bill in company.bills for content in company.files(bill))
    for at in range(n):
        times = there.pop(b"%%PDF bill %d" % at, 0)
        if times != 1:
            yield f"the file of invoice {at} is there {times} times"
    if len(company.bills) != n:
        yield f"{len(company.bills)} bills of {n} invoices"
    known = {company.delivery(at + 1).receipts.get("record") for at in range(n)}
    if known != {bill[id_name] for bill in company.bills}:
        yield "the ledger knows other bills than those that are there"
    if unsent := sum(company.delivery(at + 1).sent_at is None for at in range(n)):
        yield f"{unsent} are not known as sent"
