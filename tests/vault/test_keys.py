from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from core import errors
from core.db import Database, models
from tests.vault.conftest import NOW, Farm
from vault import kek, keys, sealing

RIGHT = bytes(range(32))


def rows(database: Database) -> list[tuple[str, str]]:
    with database.read() as session:
        return sorted((row.name, row.value) for row in session.query(models.Installation))


def test_each_company_has_one_pair_of_its_own(database: Database, keyring: keys.Keyring) -> None:
    assert keyring.ensure_workspace_keys(NOW) == []
    with database.read() as session:
        pairs = {key.workspace_id: key.key_id for key in session.query(models.VaultKey)}
    assert pairs.keys() == {1, 2}
    assert keyring.private(pairs[1]).private_bytes_raw() != keyring.private(pairs[2]).private_bytes_raw()


def test_a_new_company_gets_its_pair_without_touching_the_others(
    database: Database, keyring: keys.Keyring
) -> None:
    with database.write() as session:
        session.add(models.Workspace(id=3, name="New", created_at=NOW))
    made = keyring.ensure_workspace_keys(NOW)
    with database.read() as session:
        assert [sealing.active_key(session, 3).key_id] == made


def test_the_same_key_opens_the_vault_again(database: Database, keyring: keys.Keyring) -> None:
    again = keys.Keyring.open(database, kek.Kek(RIGHT), now=NOW)
    assert again.trusted == keyring.trusted
    assert again.verify() == []


def test_a_wrong_key_closes_the_vault_and_writes_nothing(database: Database, keyring: keys.Keyring) -> None:
    before = rows(database)
    with pytest.raises(errors.VaultClosed, match="not the one"):
        keys.Keyring.open(database, kek.Kek(b"x" * 32), now=NOW)
    assert rows(database) == before


def test_a_key_check_that_was_removed_does_not_let_another_key_in(
    database: Database, keyring: keys.Keyring
) -> None:
    with database.write() as session:
        session.execute(delete(models.Installation).where(models.Installation.name == kek.KEY_CHECK))
    before = rows(database)
    with pytest.raises(errors.VaultClosed, match="restore a backup"):
        keys.Keyring.open(database, kek.Kek(b"x" * 32), now=NOW)
    assert rows(database) == before


def test_a_pair_planted_or_moved_by_a_database_writer_is_not_used(
    database: Database, keyring: keys.Keyring
) -> None:
    with database.write() as session:
        one, two = (sealing.active_key(session, n) for n in (1, 2))
        one.wrapped_private, two.wrapped_private = two.wrapped_private, one.wrapped_private
    fresh = keys.Keyring.open(database, kek.Kek(RIGHT), now=NOW)
    for key in (one, two):
        with pytest.raises(errors.VaultError):
            fresh.private(key.key_id)
    assert len(fresh.verify()) == 2


def test_a_pair_whose_signature_is_not_ours_is_not_used(database: Database, keyring: keys.Keyring) -> None:
    with database.write() as session:
        key = sealing.active_key(session, 1)
        key.signature = b"s" * 64
    fresh = keys.Keyring.open(database, kek.Kek(RIGHT), now=NOW)
    with pytest.raises(errors.VaultError):
        fresh.private(key.key_id)
    assert fresh.verify() == [f"key {key.key_id} (company 1) was damaged or is not ours"]


def test_two_halves_that_do_not_belong_together_are_not_used(
    database: Database, keyring: keys.Keyring
) -> None:
    with database.write() as session:
        key, other = (sealing.active_key(session, n) for n in (1, 2))
        key.public_key = other.public_key
        key.signature = keyring.sign(sealing.key_statement(key))
    with pytest.raises(errors.VaultError):
        keys.Keyring.open(database, kek.Kek(RIGHT), now=NOW).private(key.key_id)


def test_a_private_half_is_wrapped_for_its_company_and_its_number(
    database: Database, keyring: keys.Keyring
) -> None:
    with database.read() as session:
        key = sealing.active_key(session, 1)
    about = sealing.canonical("kw1", 1, key.key_id)
    assert (
        kek.Kek(RIGHT).unwrap(key.wrapped_private, about) == keyring.private(key.key_id).private_bytes_raw()
    )


def test_a_pair_that_was_given_to_another_company_is_not_used(
    database: Database, keyring: keys.Keyring
) -> None:
    with database.write() as session:
        key = sealing.active_key(session, 1)
        key.workspace_id = 2
    fresh = keys.Keyring.open(database, kek.Kek(RIGHT), now=NOW)
    with pytest.raises(errors.VaultError):
        fresh.private(key.key_id)


def test_an_unknown_key_says_no_more_than_a_damaged_one(keyring: keys.Keyring) -> None:
    with pytest.raises(errors.VaultError) as refused:
        keyring.private("0" * 16)
    assert str(refused.value) == "The vault cannot open this secret."


def test_verify_finds_a_record_that_no_key_here_can_open(farm: Farm) -> None:
    assert farm.keyring.verify() == []
    with farm.database.write() as session:
        session.execute(
            update(models.Credential).where(models.Credential.field == "password").values(record=b"gone")
        )
    assert farm.keyring.verify() == [
        f"a record in credentials of account {farm.account.id} is for no key of this installation"
    ]


def test_no_private_half_lies_open_in_the_database_file(
    database: Database, keyring: keys.Keyring, tmp_path: Path
) -> None:
    with database.read() as session:
        key = sealing.active_key(session, 1)
    database.close()
    stored = b"".join(file.read_bytes() for file in tmp_path.iterdir() if file.is_file())
    assert key.public_key in stored, "the file does hold the public half"
    assert keyring.private(key.key_id).private_bytes_raw() not in stored
    assert RIGHT not in stored


def test_the_web_pins_the_worker_s_key_at_first_sight(keyring: keys.Keyring, tmp_path: Path) -> None:
    published, pinned = tmp_path / "vault.pub", tmp_path / "web" / "pinned.pub"
    with pytest.raises(errors.VaultClosed, match="not made"):
        sealing.pin(published, pinned)
    keyring.publish(published)
    assert sealing.pin(published, pinned) == keyring.trusted
    assert stat.S_IMODE(pinned.stat().st_mode) == 0o600
    assert stat.S_IMODE(published.stat().st_mode) == 0o644
    published.unlink()
    assert sealing.pin(published, pinned) == keyring.trusted


def test_a_strict_umask_does_not_hide_the_published_key(keyring: keys.Keyring, tmp_path: Path) -> None:
    usual = os.umask(0o077)
    try:
        keyring.publish(tmp_path / "vault.pub")
    finally:
        os.umask(usual)
    assert stat.S_IMODE((tmp_path / "vault.pub").stat().st_mode) == 0o644


def test_a_published_key_that_changes_is_refused(keyring: keys.Keyring, tmp_path: Path) -> None:
    published, pinned = tmp_path / "vault.pub", tmp_path / "pinned.pub"
    keyring.publish(published)
    sealing.pin(published, pinned)
    published.write_bytes(sealing.TrustedKey(b"z" * 32).written())
    with pytest.raises(errors.VaultError, match="no longer"):
        sealing.pin(published, pinned)
    keyring.publish(published)
    assert sealing.pin(published, pinned) == keyring.trusted


def test_a_published_key_that_is_garbage_is_refused(tmp_path: Path) -> None:
    (tmp_path / "vault.pub").write_text("-----BEGIN")
    with pytest.raises(errors.VaultError, match="does not hold"):
        sealing.pin(tmp_path / "vault.pub", tmp_path / "pinned.pub")
    assert not (tmp_path / "pinned.pub").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="a Linux promise")
def test_a_hardened_process_leaves_no_core_and_is_closed_to_its_own_user() -> None:
    program = """
import ctypes, resource
from vault import kek, keys
before = ctypes.CDLL(None).prctl(3, 0, 0, 0, 0)
keys.harden()
print(before, ctypes.CDLL(None).prctl(3, 0, 0, 0, 0), resource.getrlimit(resource.RLIMIT_CORE))
"""
    told = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert told.stdout.split(" ", 1) == ["1", "0 (0, 0)\n"]


def test_a_file_is_whole_or_absent_when_writing_it_fails(
    keyring: keys.Keyring, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        keyring.publish(tmp_path / "out" / "vault.pub")
    assert list((tmp_path / "out").iterdir()) == []
