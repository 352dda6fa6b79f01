from __future__ import annotations

import dataclasses
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from core import errors
from core.db import Database, models
from tests.vault import rfc9180
from vault import kek, keys, opening, sealing

BINDING = sealing.Binding(1, 42, "orange", "password", 3, ("https://id.orange.fr", "https://login.orange.fr"))

OTHERS: dict[str, Any] = {
    "workspace": 2,
    "account": 43,
    "supplier": "sfr",
    "field": "username",
    "version": 2,
    "origins": ("https://id.orange.fr",),
}


def key_of(database: Database, workspace: int = 1) -> models.VaultKey:
    with database.read() as session:
        return sealing.active_key(session, workspace)


def sealed(database: Database, keyring: keys.Keyring, secret: str | bytes = "correct horse") -> bytes:
    return sealing.seal(key_of(database), keyring.trusted, BINDING, secret)


def opened(keyring: keys.Keyring, binding: sealing.Binding, record: bytes) -> bytes:
    _, key_id, _ = sealing.taken_apart(record)
    return opening.unseal(keyring.private(key_id), binding, record)


def test_what_a_secret_belongs_to_is_written_in_one_way_for_ever() -> None:
    # "cv1", suite, key id, workspace, account, supplier, field, version, hash of the origins: each behind its length
    assert BINDING.info(1, "00112233445566aa").hex() == (
        "00000003" + b"cv1".hex()
        + "00000001" + b"1".hex()
        + "00000010" + b"00112233445566aa".hex()
        + "00000001" + b"1".hex()
        + "00000002" + b"42".hex()
        + "00000006" + b"orange".hex()
        + "00000008" + b"password".hex()
        + "00000001" + b"3".hex()
        + "00000020" + "9a96f5814255b0f9f8275fcf7c4fd766d8f1d18932ae63b21c46c769620d1bb3"
    )  # fmt: skip


def test_the_order_of_the_origins_and_the_form_of_an_accent_change_nothing() -> None:
    turned = dataclasses.replace(BINDING, origins=BINDING.origins[::-1])
    assert turned.info(1, "k") == BINDING.info(1, "k")
    composed, apart = (dataclasses.replace(BINDING, field=field) for field in ("cl\u00e9", "cle\u0301"))
    assert composed.info(1, "k") == apart.info(1, "k")


def test_no_separator_can_be_forged() -> None:
    one, other = (
        dataclasses.replace(BINDING, supplier=supplier, field=field)
        for supplier, field in (("ab", "c"), ("a", "bc"))
    )
    assert one.info(1, "k") != other.info(1, "k")


def test_what_is_sealed_opens_with_the_private_half(database: Database, keyring: keys.Keyring) -> None:
    for secret in ("", "é" * 40, "x" * 5000):
        assert opened(keyring, BINDING, sealed(database, keyring, secret)) == secret.encode()


def test_an_independent_reading_of_rfc_9180_agrees_with_its_own_vector_and_opens_our_records(
    database: Database, keyring: keys.Keyring
) -> None:
    assert rfc9180.opens_vector_a_1()
    record = sealed(database, keyring)
    version, suite, key_id, enc, ct = record[0], record[1], record[2:10], record[10:42], record[42:]
    private = keyring.private(key_id.hex()).private_bytes_raw()
    plain = rfc9180.open_base(private, enc, BINDING.info(1, key_id.hex()), b"", ct, aead=2)
    assert (version, suite) == (1, 1)
    assert plain == b"\0\0\0\x0dcorrect horse".ljust(64, b"\0")


def test_the_length_of_a_password_does_not_show(database: Database, keyring: keys.Keyring) -> None:
    sizes = {len(sealed(database, keyring, "x" * n)) for n in range(61)}
    assert sizes == {10 + 32 + 64 + 16}
    assert len(sealed(database, keyring, "x" * 61)) == 10 + 32 + 128 + 16


def test_every_seal_is_different(database: Database, keyring: keys.Keyring) -> None:
    assert len({sealed(database, keyring) for _ in range(50)}) == 50


def test_a_record_with_any_bit_turned_is_refused_in_the_same_words(
    database: Database, keyring: keys.Keyring
) -> None:
    record = sealed(database, keyring)
    words = set()
    for bit in range(len(record) * 8):
        turned = bytearray(record)
        turned[bit // 8] ^= 1 << bit % 8
        with pytest.raises(errors.VaultError) as refused:
            opened(keyring, BINDING, bytes(turned))
        words.add(str(refused.value))
    assert words == {"The vault cannot open this secret."}


def test_a_record_cut_anywhere_is_refused(database: Database, keyring: keys.Keyring) -> None:
    record = sealed(database, keyring)
    for size in range(len(record)):
        with pytest.raises(errors.VaultError):
            opened(keyring, BINDING, record[:size])


@pytest.mark.parametrize("dimension", OTHERS)
def test_a_record_moved_elsewhere_does_not_open_there(
    database: Database, keyring: keys.Keyring, dimension: str
) -> None:
    record = sealed(database, keyring)
    elsewhere = dataclasses.replace(BINDING, **{dimension: OTHERS[dimension]})
    with pytest.raises(errors.VaultError):
        opened(keyring, elsewhere, record)
    assert opened(keyring, BINDING, record) == b"correct horse"


def test_every_dimension_of_the_binding_is_tried() -> None:
    assert OTHERS.keys() == {field.name for field in dataclasses.fields(sealing.Binding)}


def test_nothing_is_sealed_with_a_key_that_somebody_planted_in_the_database(
    database: Database, keyring: keys.Keyring, tmp_path: Path
) -> None:
    thief = Database(f"sqlite:///{tmp_path / 'thief.db'}")
    models.Base.metadata.create_all(thief.engine)
    with thief.write() as session:
        session.add(models.Workspace(id=1, name="Thief", created_at=key_of(database).created_at))
    forger = keys.Keyring.open(thief, kek.Kek(b"f" * 32), now=key_of(database).created_at)
    forger.ensure_workspace_keys(key_of(database).created_at)
    planted = key_of(thief)
    assert sealing.seal(planted, forger.trusted, BINDING, "x"), "the forged row is sound in itself"
    with pytest.raises(errors.VaultError, match="not made by the worker"):
        sealing.seal(planted, keyring.trusted, BINDING, "x")
    thief.close()


@pytest.mark.parametrize("column", ["key_id", "public_key", "signature"])
def test_nothing_is_sealed_with_a_key_row_that_was_touched(
    database: Database, keyring: keys.Keyring, column: str
) -> None:
    key = key_of(database)
    setattr(key, column, getattr(key_of(database, 2), column))
    with pytest.raises(errors.VaultError):
        sealing.seal(key, keyring.trusted, BINDING, "x")


def test_another_company_s_key_is_refused_even_when_its_row_claims_to_be_ours(
    database: Database, keyring: keys.Keyring
) -> None:
    key = key_of(database, 2)
    with pytest.raises(errors.VaultError, match="another company"):
        sealing.seal(key, keyring.trusted, BINDING, "x")
    key.workspace_id = 1
    with pytest.raises(errors.VaultError, match="not made by the worker"):
        sealing.seal(key, keyring.trusted, BINDING, "x")


def test_a_company_without_a_key_is_told_to_wait_for_the_worker(database: Database) -> None:
    with database.read() as session, pytest.raises(errors.VaultClosed, match="start it"):
        sealing.active_key(session, 1)


def test_the_web_s_side_of_the_vault_loads_no_module_that_opens() -> None:
    loaded = modules_after("import vault.sealing, vault.audit, vault.redact")
    assert "vault.sealing" in loaded
    assert not loaded & {"vault.keys", "vault.kek", "vault.opening"}
    assert "vault.keys" in modules_after("import vault.opening"), "the test can see such a module"


def modules_after(statement: str) -> set[str]:
    told = subprocess.run(
        [sys.executable, "-c", f"import sys; {statement}; print(*sys.modules)"],
        check=True,
        capture_output=True,
        text=True,
    )
    return set(told.stdout.split())


@pytest.mark.parametrize(
    ("login", "shown"),
    [
        ("jean@firm.fr", "j•••@firm.fr"),
        ("j@firm.fr", "•••@firm.fr"),
        ("0612345612", "06•••12"),
        (" client7 ", "c•••7"),
        ("abc", "•••"),
        ("", "•••"),
    ],
)
def test_a_login_is_shown_so_that_its_owner_knows_it(login: str, shown: str) -> None:
    assert sealing.mask_login(login) == shown


def test_equal_logins_are_known_by_a_keyed_hash_only() -> None:
    known = sealing.login_hash(b"web key", 1, "orange", "Jean@Firm.fr")
    assert known == sealing.login_hash(b"web key", 1, "orange", " jean@firm.fr ")
    assert known == sealing.login_hash(b"web key", 1, "orange", "\uff4aean@firm.fr"), "full-width j"
    different = [(b"other", 1, "orange"), (b"web key", 2, "orange"), (b"web key", 1, "sfr")]
    assert known not in {sealing.login_hash(*place, "jean@firm.fr") for place in different}
