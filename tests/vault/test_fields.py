from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import IntegrityError

from core import errors, nouns
from core.db import Database, models
from tests.vault.conftest import NOW
from vault import fields, keys, opening, sealing
from vault.field_opening import FieldOpener

ORIGINS = ("imaps://imap.firm.fr:993",)


@dataclass
class House:
    """Two mailboxes and a destination of one company, each held by a round."""

    database: Database
    keyring: keys.Keyring

    def seal(self, row: fields.Row, field: str, secret: str, origins: tuple[str, ...] = ORIGINS) -> None:
        with self.database.write() as session:
            fresh: Any = session.get_one(type(row), row.id)
            holder = fields.Holder.of(fresh, origins)
            fields.seal(session, self.keyring.trusted, holder, field, secret, actor="person:1", at=NOW)

    def rows(self) -> list[fields.Row]:
        with self.database.read() as session:
            return [
                *session.query(models.Mailbox).order_by(models.Mailbox.id),
                *session.query(models.Destination),
                *session.query(models.ProviderApp),
            ]

    def round(self, row: fields.Row) -> nouns.Round:
        what = "mailbox" if isinstance(row, models.Mailbox) else "destination"
        return nouns.Round(what, row.id, row.workspace_id, 3)

    def opened(self, row: fields.Row, origins: tuple[str, ...] = ORIGINS) -> dict[str, str]:
        opener = FieldOpener(self.database, self.keyring)
        found = opener.of_round(self.round(row), origins=origins, now=NOW)
        return {name: secret.reveal() for name, secret in found.items()}

    def change(self, row: fields.Row, **values: object) -> None:
        with self.database.write() as session:
            session.execute(update(type(row)).where(type(row).id == row.id).values(**values))

    def trail(self) -> list[str]:
        with self.database.read() as session:
            return [one.action for one in session.query(models.AuditEntry).order_by(models.AuditEntry.seq)]


@pytest.fixture
def house(database: Database, keyring: keys.Keyring) -> House:
    held = {"workspace_id": 1, "leased_by": "w", "fence": 3}
    with database.write() as session:
        for address in ("ap@firm.fr", "ar@firm.fr"):
            session.add(
                models.Mailbox(
                    **held,
                    kind="imap",
                    address=address,
                    address_key=address,
                    role="ap",
                    connected_at=NOW,
                    reads_from=NOW,
                    place={},
                )
            )
        session.add(models.Destination(**held, kind="xero", place="", created_at=NOW))
        session.add(models.ProviderApp(workspace_id=1, provider="xero", client_id="c", made_at=NOW))
    house = House(database, keyring)
    for row in house.rows()[:3]:
        house.seal(row, "password", f"secret of {type(row).__name__} {row.id}")
    return house


def test_the_round_that_holds_it_gets_what_was_sealed_and_it_is_on_record_first(house: House) -> None:
    assert house.opened(house.rows()[0]) == {"password": "secret of Mailbox 1"}
    assert house.trail()[-1] == "field.opened"


def test_a_record_moved_to_another_owner_does_not_open(house: House) -> None:
    """Also from a mailbox to a destination of the same number, and with its trace in the audit moved along."""
    first, second, third = house.rows()[:3]
    with house.database.write() as session:
        kept = {(one.owner, one.owner_id): one for one in session.query(models.SealedField)}
        traces = {one.object: one for one in session.query(models.AuditEntry) if one.action == "field.sealed"}
        for there in (("mailbox", second.id), ("destination", third.id)):
            kept[there].record = kept["mailbox", first.id].record
            traces["{}:{}".format(*there)].detail = traces[f"mailbox:{first.id}"].detail
    for row in (second, third):
        with pytest.raises(errors.VaultError):
            house.opened(row)
    assert house.opened(first) == {"password": "secret of Mailbox 1"}


def test_no_account_s_credential_opens_as_a_field_nor_a_field_as_a_credential(house: House) -> None:
    """A supplier called like a kind of mailbox would need a slash in its id."""
    bound = fields.Holder.of(house.rows()[0], ORIGINS).binding("password", 1)
    account = sealing.Binding(1, 1, "imap", "password", 1, ORIGINS)
    assert "/" in bound.supplier
    assert bound.info(1, "k") != account.info(1, "k")


def test_a_secret_goes_only_where_it_was_meant_to_go(house: House) -> None:
    box = house.rows()[0]
    with pytest.raises(errors.ActionNeeded) as asked:
        house.opened(box, ("imaps://imap.evil.example:993",))
    assert asked.value.wants == "origins"
    with house.database.write() as session:
        session.execute(update(models.SealedField).values(origins="imaps://imap.evil.example:993"))
    with pytest.raises(errors.VaultError):
        house.opened(box, ("imaps://imap.evil.example:993",))


def test_an_older_secret_put_back_is_refused(house: House) -> None:
    box = house.rows()[0]
    with house.database.read() as session:
        older = session.query(models.SealedField).filter_by(owner="mailbox", owner_id=box.id).one().record
    house.seal(box, "password", "the corrected one")
    assert house.opened(box) == {"password": "the corrected one"}
    with house.database.write() as session:
        kept = session.query(models.SealedField).filter_by(owner="mailbox", owner_id=box.id).one()
        kept.record = older
    with pytest.raises(errors.VaultError):
        house.opened(box)


def test_a_correction_leaves_the_other_fields_as_they_were_sealed(house: House) -> None:
    box = house.rows()[0]
    house.seal(box, "username", "ap@firm.fr")
    house.change(box, secret_version=2)
    house.seal(box, "password", "the corrected one")
    assert house.opened(box) == {"password": "the corrected one", "username": "ap@firm.fr"}


@pytest.mark.parametrize("change", [{"fence": 4}, {"leased_by": None}, {"deleted_at": NOW}])
def test_without_the_lease_nothing_opens(house: House, change: dict[str, object]) -> None:
    box = house.rows()[0]
    house.change(box, **change)
    with pytest.raises(errors.LeaseLost):
        house.opened(box)
    assert "field.opened" not in house.trail()


def test_no_audit_row_no_opening(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[object] = []
    monkeypatch.setattr(opening, "unseal", lambda *what: tried.append(what))
    full = "CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no room'); END"
    with house.database.write() as session:
        session.execute(text(full))
    with pytest.raises(IntegrityError, match="no room"):
        house.opened(house.rows()[0])
    assert tried == []


def test_another_company_s_app_is_not_opened(house: House) -> None:
    box, app = house.rows()[0], house.rows()[3]
    house.seal(app, "client_secret", "s")
    opener = FieldOpener(house.database, house.keyring)
    mine = opener.of_app(house.round(box), app.id, origins=ORIGINS, now=NOW)
    assert mine["client_secret"].reveal() == "s"
    house.change(app, workspace_id=2)
    with pytest.raises(errors.VaultError):
        opener.of_app(house.round(box), app.id, origins=ORIGINS, now=NOW)


def test_what_is_forgotten_is_gone_and_a_round_under_way_holds_nothing_more(house: House) -> None:
    box = house.rows()[0]
    with house.database.write() as session:
        fields.forget(session, session.get_one(models.Mailbox, box.id), actor="person:1", at=NOW)
    with house.database.read() as session:
        assert session.query(models.SealedField).filter_by(owner="mailbox", owner_id=box.id).all() == []
        assert fields.holds(session, house.rows()[1], "password") == NOW
    assert house.trail()[-1] == "fields.forgotten"
    with pytest.raises(errors.LeaseLost):
        house.opened(box)


def test_verify_names_the_field_that_does_not_open(house: House) -> None:
    opener = FieldOpener(house.database, house.keyring)
    assert opener.verify() == []
    with house.database.write() as session:
        session.query(models.SealedField).filter_by(owner="destination").one().version = 9
    assert opener.verify() == [f"the password of destination {house.rows()[2].id} does not open"]


def test_the_secret_is_in_no_file_of_the_database(house: House, tmp_path: Path) -> None:
    stored = b"".join(file.read_bytes() for file in tmp_path.glob("farm.db*"))
    assert b"field.sealed" in stored
    assert b"secret of" not in stored


def test_the_web_never_loads_what_opens() -> None:
    loaded = "import sys, web.app; print(*sys.modules)"
    told = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True).stdout
    there = set(told.split())
    assert "vault.fields" in there
    assert there.isdisjoint({"vault.field_opening", "vault.opening", "vault.keys", "httpx"})
