from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from datetime import UTC
from pathlib import Path

import pytest
from sqlalchemy import select

from core import errors, ledger, nouns
from core.db import Database, models
from scheduler import lease
from tests.core.ledger import NOW, account, file, line


def _queued(database: Database, count: int = 1) -> list[int]:
    with database.write() as session:
        runs = [
            ledger.queue_run(session, account(session, f"n{i}"), cause="schedule", now=NOW)
            for i in range(count)
        ]
        session.flush()
        return [run.id for run in runs if run]


def test_two_workers_at_once_never_hold_the_same_run(database: Database) -> None:
    _queued(database, 40)
    taken: list[int] = []

    def worker(name: str) -> None:
        for _ in range(10):
            with database.write() as session:
                taken.extend(one.run_id for one in lease.take(session, name, limit=3, now=NOW))

    threads = [threading.Thread(target=worker, args=(f"w{i}",)) for i in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == 40
    assert len(set(taken)) == 40


def test_a_persons_run_goes_before_the_schedules(database: Database) -> None:
    _queued(database, 2)
    with database.write() as session:
        asked = ledger.queue_run(session, account(session, "asked"), cause="person", now=NOW)
        assert asked is not None
        assert [one.run_id for one in lease.take(session, "w", limit=1, now=NOW)] == [asked.id]


def test_a_lapsed_lease_is_lost_its_account_due_again_and_its_old_holder_writes_nothing(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    (run_id,) = _queued(database)
    with database.write() as session:
        (held,) = lease.take(session, "slow", limit=1, now=NOW)
    later = lease.clock() + lease.LEASE + 1
    monkeypatch.setattr(lease, "clock", lambda: later)
    with database.write() as session:
        assert lease.sweep(session, [], now=NOW) == [run_id]
        assert ledger.due_accounts(session, now=NOW, zone=UTC) == [held.account_id]
        one = session.get_one(models.Account, held.account_id)
    with pytest.raises(errors.LeaseLost), database.write() as session:
        ledger.receive(session, run_id, held.fence, one, line("1"), file(), now=NOW)


def test_a_heartbeat_keeps_the_lease(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    _queued(database)
    with database.write() as session:
        lease.take(session, "w", limit=1, now=NOW)
    start = lease.clock()
    monkeypatch.setattr(lease, "clock", lambda: start + lease.LEASE - 1)
    with database.write() as session:
        lease.beat(session, "w", now=NOW)
    monkeypatch.setattr(lease, "clock", lambda: start + lease.LEASE + 1)
    with database.write() as session:
        assert lease.sweep(session, [], now=NOW) == []


def test_a_jump_of_the_wall_clock_frees_no_lease(database: Database) -> None:
    _queued(database)
    with database.write() as session:
        lease.take(session, "w", limit=1, now=NOW)
        assert lease.sweep(session, [], now=NOW.replace(year=2031)) == []


def test_the_leases_of_an_earlier_boot_are_lost(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    _queued(database)
    with database.write() as session:
        lease.take(session, "w", limit=1, now=NOW)
    monkeypatch.setattr(lease, "boot", lambda: "another boot")
    with database.write() as session:
        assert len(lease.sweep(session, [], now=NOW)) == 1


def _sit(folder: str, seated: object) -> None:
    held = lease.Presence(Path(folder), "victim")
    assert held
    seated.set()  # type: ignore[attr-defined]
    signal.pause()


def test_a_killed_worker_is_known_to_be_gone_at_once(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    seated = context.Event()
    process = context.Process(target=_sit, args=(str(tmp_path), seated))
    process.start()
    assert seated.wait(120)
    assert lease.Presence.gone(tmp_path) == []
    assert process.pid
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    assert lease.Presence.gone(tmp_path) == ["victim"]


def test_a_visit_that_somebody_stopped_is_disturbed(database: Database) -> None:
    stopped, going = _queued(database, 2)
    with database.write() as session:
        held = {one.run_id: one.fence for one in lease.take(session, "w", limit=2, now=NOW)}
        session.get_one(models.Run, stopped).stop_asked = True
    with database.read() as session:
        assert lease.disturbed(session, held) == {stopped}
        assert session.scalars(select(models.Run.state)).all() == [nouns.RunState.LEASED] * 2
    assert going in held
