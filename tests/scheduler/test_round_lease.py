from __future__ import annotations

import threading
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from core import errors, nouns
from core.db import Database, models
from scheduler import destinations, lease, mailboxes, policy, round_lease
from tests.core.ledger import NOW

SOON, DICE = NOW + timedelta(minutes=10), Random(1)


def _boxes(database: Database, count: int = 1, **more: Any) -> list[int]:
    facts = {"kind": "imap", "role": "ap", "connected_at": NOW, "reads_from": NOW, "place": {}}
    with database.write() as session:
        boxes = [
            models.Mailbox(
                workspace_id=1,
                address=f"{n}@firm.fr",
                address_key=f"{n}",
                **{"next_check_at": NOW, **facts, **more},
            )
            for n in range(count)
        ]
        session.add_all(boxes)
        session.flush()
        return [box.id for box in boxes]


def _take(database: Database, worker: str, ids: list[int]) -> list[nouns.Round]:
    with database.write() as session:
        return round_lease.take(session, worker, "mailbox", ids)


def test_two_workers_at_once_never_hold_the_same_mailbox(database: Database) -> None:
    ids = _boxes(database, 30)
    taken: list[int] = []

    def worker(name: str) -> None:
        for one in ids:
            taken.extend(of.id for of in _take(database, name, [one]))

    threads = [threading.Thread(target=worker, args=(f"w{i}",)) for i in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == ids


def test_a_lease_that_lapsed_is_another_s_and_the_late_one_writes_nothing(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = _boxes(database)
    (late,) = _take(database, "slow", ids)
    start = lease.clock()
    monkeypatch.setattr(lease, "clock", lambda: start + lease.LEASE + 1)
    (of,) = _take(database, "quick", ids)
    assert of.fence == late.fence + 1
    with database.write() as session, pytest.raises(errors.LeaseLost):
        round_lease.release(session, late, error="late")
    with database.write() as session:
        round_lease.release(session, of, error=None)
        assert session.get_one(models.Mailbox, ids[0]).error is None


def test_a_heartbeat_keeps_it(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = _boxes(database)
    _take(database, "w", ids)
    start = lease.clock()
    monkeypatch.setattr(lease, "clock", lambda: start + lease.LEASE - 1)
    with database.write() as session:
        round_lease.beat(session, "w")
    monkeypatch.setattr(lease, "clock", lambda: start + lease.LEASE + 1)
    assert _take(database, "other", ids) == []
    with database.write() as session:
        assert round_lease.sweep(session, []) == []


def test_what_a_dead_worker_held_is_free_at_once(database: Database) -> None:
    ids = _boxes(database)
    (held,) = _take(database, "dead", ids)
    with database.write() as session:
        assert round_lease.sweep(session, ["dead"]) == [f"mailbox:{ids[0]}"]
    assert _take(database, "w", ids)[0].fence == held.fence + 2


def test_the_leases_of_an_earlier_boot_are_free(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = _boxes(database)
    _take(database, "w", ids)
    monkeypatch.setattr(lease, "boot", lambda: "another boot")
    assert len(_take(database, "w2", ids)) == 1


@pytest.mark.parametrize(
    "more",
    [
        {"paused_at": NOW},
        {"deleted_at": NOW},
        {"next_check_at": SOON},
        {"next_check_at": None},
        {"kind": "gmail"},
    ],
)
def test_a_mailbox_that_is_not_due_is_left_alone(database: Database, more: dict[str, Any]) -> None:
    _boxes(database, **more)
    assert _boxes_due(database) == []


def _boxes_due(database: Database) -> list[int]:
    with database.read() as session:
        return list(mailboxes.due(session, ["imap"], limit=9, now=NOW))


def test_the_next_look_is_planned_before_this_one(database: Database) -> None:
    (one,) = _boxes(database)
    assert _boxes_due(database) == [one]
    with database.write() as session:
        mailboxes.begin(session, one, now=NOW)
    assert _boxes_due(database) == []
    with database.read() as session:
        assert session.get_one(models.Mailbox, one).next_check_at == NOW + mailboxes.EVERY


def _place(database: Database, **more: object) -> int:
    with database.write() as session:
        place = models.Destination(
            **{
                "workspace_id": 1,
                "kind": "xero",
                "place": "",
                "created_at": NOW,
                "connected_at": NOW,
                "next_round_at": NOW,
                **more,
            }
        )
        session.add(place)
        session.flush()
        return place.id


@pytest.mark.parametrize(
    ("more", "gone_to"),
    [
        ({}, True),
        ({"next_round_at": None}, False),
        ({"paused_at": NOW}, False),
        ({"connected_at": None}, False),
        ({"removed_at": NOW}, False),
        ({"parked_until": SOON}, False),
        ({"parked_until": NOW}, True),
        ({"error": "ConsentEnded"}, False),
        ({"error": "PartnerRefused"}, False),
        ({"error": "PartnerDown"}, True),
        ({"kind": "folder"}, False),
    ],
)
def test_a_destination_is_gone_to_when_it_may_be(
    database: Database, more: dict[str, Any], gone_to: bool
) -> None:
    one = _place(database, **more)
    with database.read() as session:
        due = destinations.due(session, ["xero"], limit=9, now=NOW)
    assert list(due) == ([one] if gone_to else [])


def _again(error: errors.MoissonError | None, failures: int = 0) -> timedelta | None:
    at = policy.again(error, failures=failures, slot=SOON, now=NOW, dice=DICE)
    return at - NOW if at else None


def test_only_a_person_ends_what_only_a_person_can_end() -> None:
    for error in (errors.ConsentEnded(), errors.PartnerRefused(), errors.VaultError(), errors.ActionNeeded()):
        assert _again(error) is None
    assert {"ConsentEnded", "PartnerRefused", "VaultError"} <= set(policy.for_a_person())
    assert "PartnerBusy" not in policy.for_a_person()


@pytest.mark.parametrize("failures", [0, 3, 50])
def test_who_is_asked_to_wait_waits_at_least_that_long(failures: int) -> None:
    day = _again(errors.PartnerBusy(retry_after=66_975), failures)
    assert day
    assert day >= timedelta(seconds=66_975)


def test_what_nobody_knows_how_to_help_is_looked_at_again_hours_later() -> None:
    assert _again(None) == _again(errors.PartnerChanged()) == policy.CAP
