"""kill -9 at points spread over every state of a run, and at random moments; another worker takes over; nothing may be lost or doubled."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle
from multiprocessing.process import BaseProcess
from pathlib import Path
from random import Random

import psutil
from sqlalchemy import select, update

from core.db import models
from tests.prove import points, witness, world
from tests.prove.points import Point
from tests.prove.world import Client, World

#: Seconds a worker may take to come to an armed point, and a farm to come to rest.
REACH, REST = 180.0, 300.0
MOMENT, FREEZE = Point("a random moment", ""), Point("frozen past its lease", "")


@dataclass
class Tally:
    """What a campaign saw. `states`: of the run that was struck, as its row tells; `missed`: points that nobody came by."""

    n: int
    seed: int
    points: Counter[str] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    breaches: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    bills: int = 0
    logins: int = 0
    seconds: float = 0.0

    @property
    def in_window(self) -> int:
        return sum(self.points[point.name] for point in points.WINDOW)

    @property
    def clean(self) -> bool:
        return not self.breaches and not self.missed


def plan(n: int, dice: Random) -> list[Point]:
    """Of `n` kills every third between fsync and commit, one in seven at a random moment, the rest everywhere; and one freeze to twenty."""
    window, elsewhere = (cycle(dice.sample(among, len(among))) for among in (points.WINDOW, points.ELSEWHERE))
    chosen = []
    for place in range(n):
        if place % 7 == 5:
            chosen.append(MOMENT)
        else:
            chosen.append(next(window if place % 3 == 1 else elsewhere))
        if place % 20 == 9:
            chosen.append(FREEZE)
    return chosen


class Campaign:
    def __init__(self, farm: World, seed: int) -> None:
        self.farm, self.dice = farm, Random(seed)
        self.tally = Tally(0, seed)
        self._ended: dict[int, tuple[object, ...]] = {}
        self._cast = cycle(["mandarine", "mandarine", "nimbus"])

    def prepare(self, clients: int) -> None:
        """Customers whose census is over and whose session lives."""
        self.worker = self.farm.start_worker()
        self.warm = [self.newcomer() for _ in range(clients)]
        for client in self.warm:
            self.farm.call(client, person=True)
        self.settle(self.warm)
        self._turn = cycle(self.warm)

    def newcomer(self) -> Client:
        return self.farm.new_client(next(self._cast))

    def go_through(self, plan: list[Point]) -> Iterator[Point]:
        """One kill after the other, up to the first breach."""
        began = time.monotonic()
        for point in plan:
            self.tally.n += point is not FREEZE
            act = {MOMENT: self.at_a_moment, FREEZE: self.frozen}.get(point)
            if act:
                act()
            else:
                self.at(point)
            self.tally.seconds = time.monotonic() - began
            yield point
            if self.tally.breaches:
                return

    def at(self, point: Point) -> None:
        """The worker dies at the point; the next one goes on."""
        client = self.newcomer() if point.fresh else next(self._turn)
        if not point.fresh:
            self.farm.publish(client)
        points.arm(self.farm.folder / "armed", "die", point)
        if point.name == "queued":
            self.farm.queue(client)
        else:
            self.farm.call(client, person=self.dice.random() < 0.5)
        self.worker.join(REACH)
        if self.worker.is_alive():
            self.tally.missed.append(point.name)
            self.farm.folder.joinpath("armed").unlink(missing_ok=True)
        else:
            self._struck(point, [client])
            self.worker = self.farm.start_worker()
        self.settle([client])

    def at_a_moment(self) -> None:
        """Several visits at once, among them a first one; the whole worker dies somewhere in them."""
        clients = [self.newcomer(), *(next(self._turn) for _ in range(3))]
        for client in clients[1:]:
            self.farm.publish(client)
        for client in clients:
            self.farm.call(client, person=self.dice.random() < 0.5)
        time.sleep(self.dice.uniform(0.02, 1.5))
        self.worker.kill()
        self.worker.join()
        self._struck(MOMENT, clients)
        self.worker = self.farm.start_worker()
        self.settle(clients)

    def frozen(self) -> None:
        """The worker freezes in a census until its lease is over; another does the census; then the first one wakes up."""
        client = self.newcomer()
        points.arm(self.farm.folder / "armed", "freeze", points.named("before the list"))
        self.farm.call(client, person=False)
        sleeper, self.worker = self.worker, self.worker
        if not world.until(lambda: _sleeps(sleeper), REACH):
            self.tally.missed.append(FREEZE.name)
            return
        self._struck(FREEZE, [client])
        self.farm.lapse(client)
        self.worker = self.farm.start_worker()
        self.settle([client])
        self.farm.publish(client)
        _wake(sleeper)
        self.farm.call(client, person=False)
        self.settle([client])

    def settle(self, clients: list[Client]) -> None:
        """Wait until all is quiet, then look. A visit that the portal put off is asked for again: days pass quickly here."""
        if self.tally.breaches:
            return
        if not world.until(lambda: self._is_over(clients), REST):
            self.tally.breaches.append(f"the farm did not come to rest in {REST:.0f} seconds")
        self.tally.breaches += witness.breaches(self.farm)
        over = witness.ended(self.farm)
        self.tally.breaches += [
            f"run {run} had ended {was[0]} and was written again"
            for run, was in self._ended.items()
            if over.get(run) != was
        ]
        self._ended = over
        self.tally.bills = sum(map(len, self.farm.owed.values()))

    def _is_over(self, clients: list[Client]) -> bool:
        self._ask_again()
        return witness.at_rest(self.farm) and witness.visited(self.farm, clients)

    def _ask_again(self) -> None:
        """What the farm put off to a later minute, because of a portal or because its worker died in the act."""
        for kind, due, put_off in (
            (models.Account, "next_run_at", models.Account.failures > 0),
            (
                models.Delivery,
                "next_try_at",
                models.Delivery.sent_at.is_(None) & models.Delivery.tried_at.is_not(None),
            ),
        ):
            later = put_off & (getattr(kind, due) > world.now())
            with self.farm.database.read() as session:
                found = session.scalar(select(kind.id).where(later).limit(1))
            if found:
                with self.farm.database.write() as session:
                    session.execute(update(kind).where(later).values({due: world.now()}))

    def _struck(self, point: Point, clients: list[Client]) -> None:
        self.tally.points[point.name] += 1
        self.tally.breaches += witness.rows_without_file(self.farm)
        with self.farm.database.read() as session:
            for client in clients:
                last = select(models.Run.state).where(models.Run.account_id == client.account)
                state = session.scalar(last.order_by(models.Run.id.desc()).limit(1))
                self.tally.states[state or "not yet queued"] += 1


def _sleeps(worker: BaseProcess) -> bool:
    return bool(psutil.Process(worker.pid).status() == psutil.STATUS_STOPPED)


def _wake(worker: BaseProcess) -> None:
    """It goes on where it was, and is asked to stop when it is done."""
    assert worker.pid is not None
    os.kill(worker.pid, signal.SIGCONT)
    os.kill(worker.pid, signal.SIGTERM)
    worker.join(REACH)


def campaign(folder: Path, n: int, seed: int, *, clients: int = 8) -> Iterator[tuple[Point, Tally]]:
    """Gives the tally after each kill."""
    with world.opened(folder) as farm:
        strikes = Campaign(farm, seed)
        strikes.prepare(clients)
        for point in strikes.go_through(plan(n, strikes.dice)):
            yield point, strikes.tally
        strikes.tally.logins = sum(sum(typed.values()) for typed in witness.typed_passwords(farm).values())


#: What the campaign does to find out that a guard was taken away.
CONTROLS = {
    "order": [points.named("before its place"), points.named("in its place")],
    "fence": [FREEZE],
}


def control(folder: Path, without: str = "", seed: int = 1) -> Tally:
    """A farm without its order of ingest, or without its fence: breaches must be found. With both, at the same instants, none."""
    instants = CONTROLS[without] if without else [point for each in CONTROLS.values() for point in each]
    with world.opened(folder, without=without) as farm:
        strikes = Campaign(farm, seed)
        strikes.prepare(2)
        for _ in strikes.go_through(instants):
            pass
        return strikes.tally
