from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import delete, text, update
from sqlalchemy.exc import IntegrityError

from core import errors
from core.db import models
from tests.vault.conftest import FENCE, NOW, ORIGINS, Farm
from vault import audit, opening, sealing

STATE = b'{"cookies": [{"name": "sid", "value": "canary-cookie"}]}'


def test_a_run_that_holds_its_lease_gets_what_signs_in(farm: Farm) -> None:
    assert farm.credentials() == {"username": "jean@firm.fr", "password": "correct horse"}


def test_every_opening_is_on_record_with_the_run_that_asked(farm: Farm) -> None:
    farm.credentials()
    with farm.database.read() as session:
        entry = session.query(models.AuditEntry).order_by(models.AuditEntry.seq.desc()).first()
        assert entry is not None
        assert (entry.action, entry.actor, entry.object) == (
            "credential.opened",
            f"run:{farm.run_id}",
            f"account:{farm.account.id}",
        )
        assert entry.detail == {"fields": ["password", "username"]}
        assert audit.verify(session, farm.keyring.trusted) == []


def test_a_stale_fence_opens_nothing(farm: Farm) -> None:
    for fence in (FENCE - 1, FENCE + 1):
        with pytest.raises(errors.LeaseLost):
            farm.credentials(fence=fence)
    assert "credential.opened" not in farm.trail()


@pytest.mark.parametrize("state", ["queued", "done", "waiting", "refused", "retry_at", "cancelled", "lost"])
def test_a_run_that_is_not_visiting_opens_nothing(farm: Farm, state: str) -> None:
    with farm.database.write() as session:
        session.execute(update(models.Run).values(state=state))
    with pytest.raises(errors.LeaseLost):
        farm.credentials()


def test_a_deleted_account_opens_nothing(farm: Farm) -> None:
    farm.change(deleted_at=NOW)
    with pytest.raises(errors.LeaseLost):
        farm.credentials()


def test_a_refused_version_is_not_handed_out_again(farm: Farm) -> None:
    farm.change(refused_version=1)
    with pytest.raises(errors.BadCredentials):
        farm.credentials()
    farm.change(secret_version=2)
    farm.seal("password", "battery staple")
    assert farm.credentials() == {"username": "jean@firm.fr", "password": "battery staple"}


def test_a_supplier_that_signs_in_elsewhere_waits_for_an_admin(farm: Farm) -> None:
    with pytest.raises(errors.ActionNeeded) as asked:
        farm.credentials(origins=(*ORIGINS, "https://new.orange.fr"))
    assert asked.value.wants == "origins"
    assert farm.credentials(origins=ORIGINS[::-1]), "their order means nothing"


def test_origins_changed_in_the_database_do_not_carry_the_secret_along(farm: Farm) -> None:
    farm.change(origins="https://evil.example")
    with pytest.raises(errors.VaultError):
        farm.credentials(origins=("https://evil.example",))


def test_a_proxy_is_typed_at_no_portal_and_outlives_a_change_of_origins(farm: Farm) -> None:
    moved = ("https://new.orange.fr",)
    farm.seal(sealing.PROXY, "http://firm:p4ss@proxy.example:3128")
    farm.change(origins="\n".join(moved))
    proxy = farm.opener.proxy_for_run(farm.run_id, FENCE, origins=moved, now=NOW)
    assert proxy is not None
    assert proxy.reveal() == "http://firm:p4ss@proxy.example:3128"


def test_an_older_password_put_back_is_refused(farm: Farm) -> None:
    farm.change(secret_version=2)
    farm.seal("password", "battery staple")
    with farm.database.write() as session:
        newest = models.Credential.version == 2
        session.execute(delete(models.Credential).where(newest))
    with pytest.raises(errors.VaultError):
        farm.credentials()


def test_a_record_that_was_never_seen_sealed_is_refused(farm: Farm) -> None:
    """Whoever can write the database knows the public key: he can seal, but not into the audit chain unnoticed."""
    with farm.database.write() as session:
        key = sealing.active_key(session, 1)
        planted = sealing.seal(
            key, farm.keyring.trusted, sealing.Binding.of(farm.account, "password", 1), "x"
        )
        session.execute(
            update(models.Credential).where(models.Credential.field == "password").values(record=planted)
        )
    with pytest.raises(errors.VaultError):
        farm.credentials()


def test_a_new_account_under_a_removed_one_s_number_is_not_taken_for_it(farm: Farm) -> None:
    farm.seal("totp", "JBSWY3DPEHPK3PXP")
    with farm.database.write() as session:
        session.execute(delete(models.Credential))
    farm.seal("password", "another one's")
    assert farm.credentials() == {"password": "another one's"}


def test_two_records_that_changed_places_are_refused(farm: Farm) -> None:
    with farm.database.write() as session:
        one, two = session.query(models.Credential).order_by(models.Credential.id)
        one.record, two.record = two.record, one.record
    with pytest.raises(errors.VaultError):
        farm.credentials()


def test_an_account_without_credentials_opens_nothing(farm: Farm) -> None:
    with farm.database.write() as session:
        session.execute(delete(models.Credential))
    with pytest.raises(errors.VaultError):
        farm.credentials()


@pytest.fixture
def trail_at_openings(farm: Farm, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What stood in the audit, as another connection sees it, each time a record was about to be opened."""
    seen: list[list[str]] = []
    unseal = opening.unseal

    def look(private: X25519PrivateKey, binding: sealing.Binding, record: bytes) -> bytes:
        seen.append(farm.trail())
        return unseal(private, binding, record)

    monkeypatch.setattr(opening, "unseal", look)
    return seen


def test_the_audit_row_is_committed_before_anything_is_decrypted(
    farm: Farm, trail_at_openings: list[list[str]]
) -> None:
    farm.credentials()
    assert [trail[-1] for trail in trail_at_openings] == ["credential.opened"] * 2


def test_no_audit_row_no_opening(farm: Farm, trail_at_openings: list[list[str]]) -> None:
    full = "CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no room'); END"
    with farm.database.write() as session:
        session.execute(text(full))
    with pytest.raises(IntegrityError, match="no room"):
        farm.credentials()
    assert trail_at_openings == []


def test_a_session_comes_back_byte_for_byte(farm: Farm) -> None:
    state = STATE * 5000
    assert session_of(farm) is None
    farm.opener.seal_session(farm.run_id, FENCE, STATE, origins=ORIGINS, now=NOW, signed_in_at=NOW)
    farm.opener.seal_session(farm.run_id, FENCE, state, origins=ORIGINS, now=NOW, signed_in_at=NOW)
    assert session_of(farm) == state
    assert farm.trail()[-3:] == ["session.sealed", "session.sealed", "session.opened"]


def test_a_session_is_sealed_for_its_account_only(farm: Farm, tmp_path: Path) -> None:
    farm.opener.seal_session(farm.run_id, FENCE, STATE, origins=ORIGINS, now=NOW, signed_in_at=NOW)
    stored = b"".join(file.read_bytes() for file in tmp_path.glob("farm.db*"))
    assert b"session.sealed" in stored
    assert b"canary-cookie" not in stored
    assert b"correct horse" not in stored


def test_an_older_session_put_back_is_refused(farm: Farm) -> None:
    farm.opener.seal_session(farm.run_id, FENCE, STATE, origins=ORIGINS, now=NOW, signed_in_at=NOW)
    with farm.database.read() as session:
        older = session.get_one(models.PortalSession, farm.account.id).record
    farm.opener.seal_session(farm.run_id, FENCE, STATE, origins=ORIGINS, now=NOW, signed_in_at=NOW)
    with farm.database.write() as session:
        session.execute(update(models.PortalSession).values(record=older))
    with pytest.raises(errors.VaultError):
        session_of(farm)


def test_what_an_older_password_brought_is_not_taken_up_again(farm: Farm) -> None:
    farm.opener.seal_session(farm.run_id, FENCE, STATE, origins=ORIGINS, now=NOW, signed_in_at=NOW)
    farm.change(secret_version=2)
    assert session_of(farm) is None


def test_the_device_of_a_failed_sign_in_is_trusted_with_the_corrected_password_too(farm: Farm) -> None:
    farm.opener.seal_session(farm.run_id, FENCE, STATE, origins=ORIGINS, now=NOW, signed_in_at=None)
    farm.change(secret_version=2)
    kept = farm.opener.session_for_run(farm.run_id, FENCE, origins=ORIGINS, now=NOW)
    assert kept == opening.Kept(STATE, None)


def test_a_stale_fence_neither_reads_nor_writes_a_session(farm: Farm) -> None:
    farm.opener.seal_session(farm.run_id, FENCE, STATE, origins=ORIGINS, now=NOW, signed_in_at=NOW)
    stale = FENCE - 1
    with pytest.raises(errors.LeaseLost):
        farm.opener.session_for_run(farm.run_id, stale, origins=ORIGINS, now=NOW)
    with pytest.raises(errors.LeaseLost):
        farm.opener.seal_session(farm.run_id, stale, b"mine", origins=ORIGINS, now=NOW, signed_in_at=NOW)
    assert session_of(farm) == STATE


def test_verify_tries_every_record_and_says_so_in_the_audit(farm: Farm) -> None:
    farm.opener.seal_session(farm.run_id, FENCE, STATE, origins=ORIGINS, now=NOW, signed_in_at=NOW)
    assert farm.opener.verify(now=NOW) == []
    assert farm.trail()[-1] == "vault.verified"
    with farm.database.write() as session:
        session.execute(update(models.PortalSession).values(version=9))
    assert farm.opener.verify(now=NOW) == [f"the portal session of account {farm.account.id} does not open"]


def session_of(farm: Farm) -> bytes | None:
    kept = farm.opener.session_for_run(farm.run_id, FENCE, origins=ORIGINS, now=NOW)
    return kept.state if kept else None
