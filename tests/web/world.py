"""A small company with accounts in every kind of state, as the pages meet them. Real database, real keys, real archive."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import argon2
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from core import db, ledger, nouns, settings
from core.db import models
from tests.web import banked, papers, posted, states, visits
from vault import kek, keys
from web import create_app, limits

NOW = visits.NOW
SETUP_TOKEN = "only-once"
#: The token of a one-time address to the question of `asks_code`.
LINK = "the-one-time-address-of-the-test"
PASSWORD = "a farm full of wheat"
#: Fast on purpose: these are the tests' own people.
_HASH = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)

PEOPLE = {role: f"{role}@firm.fr" for role in nouns.Role}
STRANGER = "admin@other.fr"


@dataclass
class World:
    """`app` answers at `NOW`; `accounts` by state, `runs` of the last visit by the same names."""

    settings: settings.Settings
    database: db.Database
    keyring: keys.Keyring
    app: Flask
    accounts: dict[str, int]

    def signed_in(self, email: str = "admin@firm.fr", language: str = "fr") -> FlaskClient:
        client = self.app.test_client()
        answer = post(client, "/login", at="/login", email=email, password=PASSWORD)
        assert answer.status_code == 302, answer.text
        post(client, "/language", at="/help", language=language)
        return client

    def challenge(self, session: Session, name: str) -> models.Challenge:
        """The open question of an account."""
        found = ledger.open_challenge(session, self.accounts[name])
        assert found
        return found

    def question(self, name: str) -> int:
        with self.database.read() as session:
            return self.challenge(session, name).id

    def last_run(self, name: str) -> int:
        with self.database.read() as session:
            runs = session.query(models.Run).filter_by(account_id=self.accounts[name])
            return max(run.id for run in runs)


def token_of(client: FlaskClient, at: str) -> str:
    """The form token of a page."""
    page = client.get(at, follow_redirects=True).text
    return page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]


def post(client: FlaskClient, place: str, *, at: str, **fields: str) -> Any:
    """Fill in the form of the page `at` and send it to `place`."""
    return client.post(place, data={"csrf_token": token_of(client, at), **fields})


def empty(folder: Path, **changes: Any) -> World:
    """A farm just started: the vault has its key, nobody has signed up."""
    made = _settings(folder, **changes)
    made.data.mkdir(parents=True)
    database = db.Database.of(made)
    models.Base.metadata.create_all(database.engine)
    with database.write() as session:
        session.add(models.Workspace(id=1, name="Moisson", created_at=NOW))
    keyring = keys.Keyring.open(database, kek.key_from(made), now=NOW)
    keyring.publish(made.data / "vault.pub")
    keyring.ensure_workspace_keys(NOW)
    return _served(made, database, keyring)


def full(folder: Path, **changes: Any) -> World:
    """Ten accounts, four people, another company, invoices, a living worker: a copy of what `_company` made."""
    original, accounts = _company()
    shutil.copytree(original.name, folder, dirs_exist_ok=True)
    made = _settings(folder, **changes)
    database = db.Database.of(made)
    world = _served(made, database, keys.Keyring.open(database, kek.key_from(made), now=NOW))
    world.accounts.update(accounts)
    return world


def _settings(folder: Path, **changes: Any) -> settings.Settings:
    return settings.Settings(
        data=folder / "data",
        key_file=folder / "keys" / "vault.key",
        allow_loopback=True,
        _env_file=None,  # type: ignore[call-arg]
        **changes,
    )


def _served(made: settings.Settings, database: db.Database, keyring: keys.Keyring) -> World:
    limits.limiter.enabled = True  # an application that starts without it could not switch it on
    app = create_app(made, database=database, setup_token=SETUP_TOKEN, now=lambda: NOW)
    limits.limiter.enabled = False
    return World(made, database, keyring, app, {})


@cache
def _company() -> tuple[tempfile.TemporaryDirectory[str], dict[str, int]]:
    """The folder of the whole company, and its accounts by state: made once, for its papers take their time."""
    folder = tempfile.TemporaryDirectory(prefix="moisson-company-")
    world = empty(Path(folder.name))
    with world.database.write() as session:
        session.add(models.Installation(name="set_up_at", value=NOW.isoformat()))
        hire(session)
        session.add(_worker())
        for name, build in states.STATES.items():
            world.accounts[name] = build(session, name)
    last, bug = world.last_run("ok"), world.last_run("portal_changed")
    with world.database.write() as session:
        papers.bring(session, world.settings.data, owner=world.accounts["ok"], last=last, bug=bug)
        banked.bring(session)
        posted.bring(session)
        ledger.add_link(session, world.challenge(session, "asks_code"), ledger.link_hash(LINK), now=NOW)
    world.database.close()
    return folder, world.accounts


def _worker() -> models.Worker:
    facts = {"vault": "open", "browser": "chromium-headless-shell 156", "sandbox": True, "isolation": False}
    return models.Worker(
        id="worker-1", pid=1, started_at=NOW - timedelta(days=3), beat_at=NOW, stopped_at=None, facts=facts
    )


def hire(session: Session) -> None:
    """One person in each role, and a stranger in another company."""
    session.add(models.Workspace(id=2, name="Other", created_at=NOW))
    for email, workspace, role in [*((e, 1, r.value) for r, e in PEOPLE.items()), (STRANGER, 2, "admin")]:
        person = models.Person(email=email, password_hash=_HASH, language="fr", created_at=NOW)
        session.add(person)
        session.flush()
        session.add(models.Membership(workspace_id=workspace, person_id=person.id, role=role))


def sign_in_cookie(world: World, email: str = "admin@firm.fr", language: str = "fr") -> str:
    """The session cookie of a person, for a browser."""
    client = world.signed_in(email, language)
    cookie = client.get_cookie("moisson")
    assert cookie is not None
    return cookie.value
