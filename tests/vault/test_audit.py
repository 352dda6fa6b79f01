from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from core.db import Database, models
from tests.vault.conftest import NOW
from vault import audit, keys, redact

MINUTE = timedelta(minutes=1)


@pytest.fixture
def trail(database: Database, keyring: keys.Keyring) -> Database:
    """Some 250 entries under three signed heads, and a few entries that no head covers yet."""
    for round_ in range(3):
        add(database, 80)
        with database.write() as session:
            assert audit.sign_head_if_due(session, keyring, NOW + (round_ + 1) * 10 * MINUTE)
    add(database, 5)
    return database


def add(database: Database, number: int) -> None:
    with database.write() as session:
        for n in range(number):
            audit.append(
                session,
                at=NOW,
                actor="person:1",
                action="account.added",
                object=f"account:{n}",
                detail={"n": n},
            )


def problems(database: Database, keyring: keys.Keyring) -> list[str]:
    with database.read() as session:
        return audit.verify(session, keyring.trusted)


def test_an_untouched_chain_has_no_problem(trail: Database, keyring: keys.Keyring) -> None:
    assert problems(trail, keyring) == []


EDITS = {
    "at": NOW + MINUTE,
    "workspace_id": 2,
    "actor": "person:2",
    "action": "account.removed",
    "object": "account:999",
    "outcome": "refused",
    "detail": {"n": -1},
    "prev_hash": "f" * 64,
    "hash": "f" * 64,
}


@pytest.mark.parametrize("column", EDITS)
def test_an_edited_entry_is_found(trail: Database, keyring: keys.Keyring, column: str) -> None:
    with trail.write() as session:
        session.execute(
            update(models.AuditEntry).where(models.AuditEntry.seq == 100).values({column: EDITS[column]})
        )
    assert any("entry 100 " in problem for problem in problems(trail, keyring))


def test_every_column_of_an_entry_is_tried() -> None:
    assert {*EDITS, "seq"} == set(models.AuditEntry.__table__.columns.keys())


def test_a_deleted_entry_is_found_wherever_it_was(trail: Database, keyring: keys.Keyring) -> None:
    for seq in (1, 100):
        with trail.write() as session:
            session.execute(delete(models.AuditEntry).where(models.AuditEntry.seq == seq))
        assert f"between entries {seq - 1} and {seq + 1} something is missing" in problems(trail, keyring)


def test_an_inserted_entry_is_found(trail: Database, keyring: keys.Keyring) -> None:
    with trail.write() as session:
        for seq in range(last(session), 99, -1):
            session.execute(update(models.AuditEntry).where(models.AuditEntry.seq == seq).values(seq=seq + 1))
        copied = session.get_one(models.AuditEntry, 50)
        values = {column: getattr(copied, column) for column in EDITS}
        session.add(models.AuditEntry(seq=100, **values))
    assert "entry 100 does not follow the one before it" in problems(trail, keyring)


def test_two_entries_that_changed_places_are_found(trail: Database, keyring: keys.Keyring) -> None:
    with trail.write() as session:
        for old, new in ((100, 9999), (101, 100), (9999, 101)):
            session.execute(update(models.AuditEntry).where(models.AuditEntry.seq == old).values(seq=new))
    assert "entry 100 was changed" in problems(trail, keyring)


def test_a_chain_cut_before_a_signed_head_is_found(trail: Database, keyring: keys.Keyring) -> None:
    with trail.write() as session:
        session.execute(delete(models.AuditEntry).where(models.AuditEntry.seq > 200))
    assert any("signed and is gone: the chain was cut" in problem for problem in problems(trail, keyring))


def test_a_chain_built_anew_does_not_fit_the_signed_heads(trail: Database, keyring: keys.Keyring) -> None:
    with trail.write() as session:
        length = last(session)
        session.execute(delete(models.AuditEntry))
    add(trail, length)
    assert problems(trail, keyring) == [f"entry {seq} is not the one that was signed" for seq in heads(trail)]


def test_a_head_signed_by_somebody_else_is_found(trail: Database, keyring: keys.Keyring) -> None:
    with trail.write() as session:
        session.execute(update(models.AuditHead).values(signature=b"s" * 64))
    assert problems(trail, keyring) == [
        f"the signature of the head at entry {seq} is not the worker's" for seq in heads(trail)
    ]


def test_a_head_is_due_after_a_hundred_entries_or_five_minutes(
    database: Database, keyring: keys.Keyring
) -> None:
    def due(after: timedelta) -> bool:
        with database.write() as session:
            return audit.sign_head_if_due(session, keyring, NOW + after)

    assert not due(4 * MINUTE)
    assert due(5 * MINUTE)
    assert not due(60 * MINUTE), "nothing new since"
    add(database, audit.HEAD_EVERY - 1)
    assert not due(MINUTE)
    add(database, 1)
    assert due(MINUTE)


def test_a_signed_head_is_in_the_log_as_well(trail: Database, keyring: keys.Keyring) -> None:
    with capture_logs() as lines, trail.write() as session:
        audit.sign_head_if_due(session, keyring, NOW + 60 * MINUTE)
        head = session.get_one(models.AuditEntry, last(session))
    assert [(line["seq"], line["hash"]) for line in lines] == [(head.seq, head.hash)]


def test_an_entry_lives_and_dies_with_what_it_tells_of(database: Database, keyring: keys.Keyring) -> None:
    with suppress(RuntimeError), database.write() as session:
        audit.append(session, at=NOW, actor="person:1", action="account.added", object="account:1")
        raise RuntimeError("the account could not be added after all")
    with database.read() as session:
        assert "account.added" not in session.scalars(select(models.AuditEntry.action)).all()


def test_an_instant_means_the_same_in_every_time_zone(database: Database, keyring: keys.Keyring) -> None:
    with database.write() as session:
        for at in (NOW, NOW.astimezone(ZoneInfo("Europe/Paris"))):
            audit.append(session, at=at, actor="person:1", action="account.added", object="account:1")
    assert problems(database, keyring) == []
    with database.write() as session, pytest.raises(StatementError, match="time zone"):
        audit.append(session, at=NOW.replace(tzinfo=None), actor="a", action="b", object="c")


def test_a_secret_cannot_get_into_the_audit(database: Database) -> None:
    with database.write() as session, pytest.raises(TypeError):
        audit.append(
            session,
            at=NOW,
            actor="person:1",
            action="account.added",
            object="account:1",
            detail={"password": redact.Secret("correct horse")},
        )


def last(session: Session) -> int:
    return session.scalar(select(func.max(models.AuditEntry.seq))) or 0


def heads(database: Database) -> list[int]:
    with database.read() as session:
        return [head.seq for head in session.query(models.AuditHead).order_by(models.AuditHead.seq)]
