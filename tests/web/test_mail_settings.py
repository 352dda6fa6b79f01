"""Mailbox settings go out without a secret and come back in, all of them or none."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from core.db import models
from core.ledger import mailboxes
from tests.web import posted, world

ROOM = "/mailboxes/settings"
SECRET = "canary-app-password-4417"


def _exported(company: world.World) -> dict[str, Any]:
    return dict(company.signed_in().get(f"{ROOM}/mailboxes.json").json or {})


def _bring(company: world.World, told: Any, who: str = world.STRANGER) -> Any:
    client = company.signed_in(who)
    content = told if isinstance(told, bytes) else json.dumps(told).encode()
    data = {"csrf_token": world.token_of(client, ROOM), "file": (io.BytesIO(content), "mailboxes.json")}
    return client.post(ROOM, data=data)


def _theirs(company: world.World) -> list[models.Mailbox]:
    with company.database.read() as session:
        return list(mailboxes.living(session, 2))


def test_the_file_holds_settings_and_nothing_that_signs_in(company: world.World) -> None:
    client = company.signed_in()
    typed = {"address": "x@firm.fr", "role": "ap", "password": SECRET, "host": "imap.firm.fr", "port": "993"}
    world.post(client, "/mailboxes/imap", at="/mailboxes/new?address=x@firm.fr", **typed)
    answer = client.get(f"{ROOM}/mailboxes.json")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert SECRET not in answer.text
    told = json.loads(answer.text)
    assert {one["address"] for one in told["mailboxes"]} >= {"ap@firm.fr", "x@firm.fr"}
    assert [one["on"] for one in told["rules"]] == [True, False]


def test_another_company_sets_up_the_same_and_each_waits_for_what_signs_in(company: world.World) -> None:
    page = _bring(company, _exported(company)).text
    assert "Boîtes mises en place\N{NO-BREAK SPACE}: 4" in page
    assert "Règles ajoutées\N{NO-BREAK SPACE}: 2" in page
    made = {one.address: one for one in _theirs(company)}
    assert made["ap@firm.fr"].place["host"] == "imap.firm.fr"
    assert all(one.next_check_at is None for one in made.values())
    client = company.signed_in(world.STRANGER)
    shown = client.get(f"/mailboxes/{made['ap@firm.fr'].id}").text
    assert "Mot de passe à donner" in shown
    assert "Donner le mot de passe" in shown
    assert "Autorisation à donner" in client.get(f"/mailboxes/{made['anne.b@gmail.com'].id}").text


def test_the_first_password_begins_the_reading(company: world.World) -> None:
    company.keyring.ensure_workspace_keys(world.NOW)
    _bring(company, _exported(company))
    box = next(one for one in _theirs(company) if one.address == "ap@firm.fr")
    client, place = company.signed_in(world.STRANGER), f"/mailboxes/{box.id}"
    world.post(client, f"{place}/password", at=place, password=SECRET)
    with company.database.read() as session:
        assert session.get_one(models.Mailbox, box.id).next_check_at == world.NOW


def test_what_is_here_already_stays_as_it_is(company: world.World) -> None:
    told = _exported(company)
    told["mailboxes"][1]["role"] = "ar" if told["mailboxes"][1]["role"] == "ap" else "ap"
    page = _bring(company, told, "admin@firm.fr").text
    assert "mises en place\N{NO-BREAK SPACE}: 0" in page
    assert "Règles ajoutées\N{NO-BREAK SPACE}: 0" in page
    with company.database.read() as session:
        assert session.get_one(models.Mailbox, posted.IN_ORDER).role == "ap"


def _with(told: dict[str, Any], **changes: Any) -> dict[str, Any]:
    box = next(one for one in told["mailboxes"] if one["kind"] == "imap")
    box.update(changes)
    return told


@pytest.mark.parametrize(
    "spoilt",
    [
        lambda told: b"\x00 not json",
        lambda told: b"[" * 100_000,
        lambda told: {**told, "version": 99},
        lambda told: {**told, "mailboxes": "all"},
        lambda told: _with(told, address="nobody"),
        lambda told: _with(told, kind="pop3"),
        lambda told: _with(told, role="both"),
        lambda told: _with(told, folders=[{"name": "INBOX", "shown": "INBOX", "read": "yes"}]),
        lambda told: _with(told, place={"host": "imap.firm.fr/../x", "port": 993, "security": "tls"}),
        lambda told: _with(told, place={"host": "imap.firm.fr", "port": 143, "security": "plain"}),
        lambda told: {**told, "rules": [{"act": "all", "on": True}]},
    ],
)
def test_a_file_with_one_wrong_entry_sets_nothing_up(company: world.World, spoilt: Any) -> None:
    answer = _bring(company, spoilt(_exported(company)))
    assert answer.status_code == 422
    assert "Rien n&#39;a été mis en place" in answer.text
    assert _theirs(company) == []
