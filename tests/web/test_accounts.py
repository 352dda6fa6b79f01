"""Adding an account, correcting it, pausing and leaving: what is stored, and what is not."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest
from flask.testing import FlaskClient

from core import nouns
from core.db import models
from tests.web import visits, world
from vault import opening

CANARY = "kiwi-canary-7731"
FORM = "/suppliers/mandarine/new"
FILLED = {"field-username": "jeanne@firm.fr", "field-password": CANARY, "label": "Atelier", "terms": "yes"}


def _add(client: FlaskClient, **changes: str) -> Any:
    fields = {name: value for name, value in {**FILLED, **changes}.items() if value}
    return world.post(client, FORM, at=FORM, **fields)


def _rows(company: world.World, kind: Any) -> list[Any]:
    with company.database.read() as session:
        return list(session.query(kind))


def _opened(company: world.World, account_id: int) -> dict[str, str]:
    """What the worker would get: the proof that what was typed is what was sealed."""
    with company.database.write() as session:
        account = session.get_one(models.Account, account_id)
        session.query(models.Run).filter(
            models.Run.account_id == account_id, models.Run.state.in_(nouns.ACTIVE_STATES)
        ).delete()
        origins = tuple(account.origins.splitlines())
        run = models.Run(
            workspace_id=1, account_id=account_id, state="login", cause="person", fence=1, queued_at=world.NOW
        )
        session.add(run)
    opener = opening.Opener(company.database, company.keyring)
    found = opener.credentials_for_run(run.id, 1, origins=origins, now=world.NOW)
    return {name: secret.reveal() for name, secret in found.items()}


def test_test_and_save_stores_the_account_its_sealed_secrets_and_the_wish_to_visit_it(
    company: world.World,
) -> None:
    answer = _add(company.signed_in())
    account = _rows(company, models.Account)[-1]
    assert answer.headers["Location"] == f"/accounts/{account.id}/test"
    assert (account.trial, account.label, account.masked_login) == (True, "Atelier", "j•••@firm.fr")
    assert (account.terms_version, account.terms_accepted_at) == ("2026-11", world.NOW)
    assert [(w.kind, w.account_id) for w in _rows(company, models.Wish)] == [("collect", account.id)]
    assert _opened(company, account.id) == {"username": "jeanne@firm.fr", "password": CANARY}


def test_the_password_is_nowhere_in_the_clear(
    company: world.World, capfd: pytest.CaptureFixture[str]
) -> None:
    client = company.signed_in()
    _add(client)
    account = _rows(company, models.Account)[-1]
    pages = [client.get(f"/accounts/{account.id}{part}").text for part in ("", "/credentials", "/test")]
    wrong = _add(client, terms="").text
    files = b"".join(path.read_bytes() for path in company.settings.data.rglob("*") if path.is_file())
    said = "".join(capfd.readouterr())
    everything = "".join([*pages, wrong, said]).encode() + files
    assert CANARY.encode() not in everything
    assert b"jeanne@firm.fr" not in files
    assert b"Atelier" in files, "the search must find what is there"


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"terms": ""}, "terms"), ({"field-username": ""}, "username"), ({"field-password": ""}, "password")],
)
def test_a_form_that_lacks_something_stores_nothing_and_marks_the_field(
    company: world.World, changes: dict[str, str], field: str
) -> None:
    before = len(_rows(company, models.Account))
    answer = _add(company.signed_in(), **changes)
    assert answer.status_code == 422
    assert f'id="wrong-{field}"' in answer.text
    assert "aria-invalid" in answer.text
    assert CANARY not in answer.text
    assert len(_rows(company, models.Account)) == before
    assert _rows(company, models.Credential) == []
    assert _rows(company, models.Wish) == []


@pytest.mark.parametrize("login", ["JEANNE@firm.fr", "  jeanne@firm.fr  "])
def test_the_same_login_in_another_spelling_leads_to_the_account_that_is_there(
    company: world.World, login: str
) -> None:
    client = company.signed_in()
    _add(client)
    first = _rows(company, models.Account)[-1]
    answer = _add(client, **{"field-username": login})
    assert answer.status_code == 409
    assert f'href="/accounts/{first.id}"' in answer.text
    assert "admin@firm.fr" in answer.text
    assert _rows(company, models.Account)[-1].id == first.id


def test_without_the_worker_s_key_the_form_waits_and_says_so(company: world.World) -> None:
    (company.settings.data / "vault.pub").unlink()
    client = company.signed_in()
    page = client.get(FORM).text
    assert "pas encore créé la clé" in page
    assert "disabled" in page
    assert _add(client).status_code == 422
    assert _rows(company, models.Credential) == []


def test_a_key_that_a_stranger_put_in_the_database_seals_nothing(company: world.World) -> None:
    client = company.signed_in()
    client.get(FORM)
    with company.database.write() as session:
        session.query(models.VaultKey).filter_by(workspace_id=1).one().public_key = bytes(31) + b"\x09"
    before = len(_rows(company, models.Account))
    assert _add(client).status_code == 422
    assert len(_rows(company, models.Account)) == before


def test_until_the_worker_takes_it_up_the_test_page_waits_then_leads_to_the_run(company: world.World) -> None:
    client = company.signed_in()
    place = _add(client).headers["Location"]
    assert "En attente de la partie qui collecte" in client.get(place).text
    account = _rows(company, models.Account)[-1]
    with company.database.write() as session:
        run = visits.run(session, account.id, "queued", hours=0, cause="trial")
    assert client.get(place).headers["Location"] == f"/runs/{run.id}"
    polled = client.get(place, headers={"HX-Request": "true"})
    assert (polled.status_code, polled.headers["HX-Redirect"]) == (204, f"/runs/{run.id}")


def test_cancelling_a_first_try_leaves_no_row_and_no_secret(company: world.World) -> None:
    client = company.signed_in()
    _add(client)
    account = _rows(company, models.Account)[-1]
    with company.database.write() as session:
        visits.run(session, account.id, "login", hours=0, cause="trial")
    answer = world.post(client, f"/accounts/{account.id}/abandon", at="/help")
    assert answer.headers["Location"] == "/suppliers"
    for kind in (models.Credential, models.PortalSession, models.Run, models.Wish):
        assert [row for row in _rows(company, kind) if row.account_id == account.id] == [], kind
    assert account.id not in [row.id for row in _rows(company, models.Account)]


def test_an_account_that_is_stored_for_good_cannot_be_abandoned(company: world.World) -> None:
    place = f"/accounts/{company.accounts['ok']}/abandon"
    assert world.post(company.signed_in(), place, at="/help").status_code == 404


def test_a_refused_password_is_corrected_in_place(company: world.World) -> None:
    client, refused = company.signed_in(), company.accounts["needs_password"]
    place = f"/accounts/{refused}/credentials"
    page = client.get(place).text
    assert "Identifiant ou mot de passe incorrect." in page
    assert f'href="{place}"' in client.get("/").text
    answer = world.post(client, place, at=place, **{"field-password": CANARY})
    assert answer.headers["Location"].startswith(f"/accounts/{refused}/test?after=")
    account = next(row for row in _rows(company, models.Account) if row.id == refused)
    assert (account.secret_version, account.refused_version, account.label) == (2, None, "Needs password")
    assert [(w.kind, w.account_id) for w in _rows(company, models.Wish)] == [("collect", refused)]


def test_a_correction_keeps_the_login_as_it_was_sealed(company: world.World) -> None:
    client = company.signed_in()
    _add(client)
    account = _rows(company, models.Account)[-1]
    place = f"/accounts/{account.id}/credentials"
    world.post(client, place, at=place, **{"field-password": "another one"})
    assert _opened(company, account.id) == {"username": "jeanne@firm.fr", "password": "another one"}


@pytest.mark.parametrize(("login", "left"), [("jeanne@firm.fr", 1), ("paul@firm.fr", 0)])
def test_the_device_that_a_portal_trusts_is_its_customers_own(
    company: world.World, login: str, left: int
) -> None:
    client = company.signed_in()
    _add(client)
    account = _rows(company, models.Account)[-1]
    with company.database.write() as session:
        session.add(
            models.PortalSession(
                workspace_id=account.workspace_id,
                account_id=account.id,
                version=1,
                record=b"x",
                saved_at=world.NOW,
            )
        )
    place = f"/accounts/{account.id}/credentials"
    both = {"field-username": login, "field-password": "another one"}
    world.post(client, place, at=place, **both)
    assert len(_rows(company, models.PortalSession)) == left


def test_after_a_refusal_the_password_must_be_typed_again(company: world.World) -> None:
    client, place = company.signed_in(), f"/accounts/{company.accounts['needs_password']}/credentials"
    answer = world.post(client, place, at=place, **{"field-username": "jeanne@firm.fr"})
    assert answer.status_code == 422
    assert 'id="wrong-password"' in answer.text
    assert _rows(company, models.Credential) == []


def test_an_empty_correction_changes_nothing(company: world.World) -> None:
    client, place = company.signed_in(), f"/accounts/{company.accounts['ok']}/credentials"
    answer = world.post(client, place, at=place)
    assert answer.status_code == 422
    assert "rien n&#39;a changé" in answer.text


def test_when_the_supplier_signs_in_elsewhere_everything_is_typed_again(company: world.World) -> None:
    with company.database.write() as session:
        session.get_one(models.Account, company.accounts["ok"]).origins = "http://127.0.0.1:1"
    client, place = company.signed_in(), f"/accounts/{company.accounts['ok']}/credentials"
    assert world.post(client, place, at=place, **{"field-password": CANARY}).status_code == 422
    both = {"field-username": "jeanne@firm.fr", "field-password": CANARY}
    assert world.post(client, place, at=place, **both).status_code == 302
    assert _opened(company, company.accounts["ok"])["password"] == CANARY


def test_what_is_not_typed_again_for_the_new_origins_is_forgotten(company: world.World) -> None:
    client, form = company.signed_in(), "/suppliers/nimbus/new"
    world.post(client, form, at=form, **FILLED, **{"field-totp": "JBSWY3DPEHPK3PXP"})
    account = _rows(company, models.Account)[-1].id
    assert "totp" in _opened(company, account)
    with company.database.write() as session:
        session.get_one(models.Account, account).origins = "http://127.0.0.1:1"
    place = f"/accounts/{account}/credentials"
    both = {"field-username": "jeanne@firm.fr", "field-password": "another one"}
    assert world.post(client, place, at=place, **both).status_code == 302
    assert _opened(company, account) == {"username": "jeanne@firm.fr", "password": "another one"}


def test_collect_now_is_a_wish(company: world.World) -> None:
    fine = company.accounts["ok"]
    world.post(company.signed_in("finance@firm.fr"), f"/accounts/{fine}/collect", at="/help")
    assert [(w.kind, w.account_id, w.asked_by) for w in _rows(company, models.Wish)] == [("collect", fine, 2)]


def test_an_open_question_is_answered_before_anything_is_collected(company: world.World) -> None:
    client, asked = company.signed_in(), company.accounts["needs_consent"]
    place = f"/accounts/{asked}/collect"
    assert world.post(client, place, at="/help").status_code == 403
    assert _rows(company, models.Wish) == []


def test_pause_and_resume(company: world.World) -> None:
    client, fine = company.signed_in(), company.accounts["ok"]
    world.post(client, f"/accounts/{fine}/pause", at="/help")
    assert "En pause" in client.get(f"/accounts/{fine}").text
    world.post(client, f"/accounts/{fine}/resume", at="/help")
    assert "En pause" not in client.get(f"/accounts/{fine}").text


def test_deleting_says_what_goes_and_stays_then_does_it(company: world.World) -> None:
    client, fine = company.signed_in(), company.accounts["ok"]
    with company.database.write() as session:
        session.add(
            models.Credential(
                workspace_id=1, account_id=fine, field="password", version=1, record=b"x", sealed_at=world.NOW
            )
        )
        session.add(
            models.PortalSession(workspace_id=1, account_id=fine, version=1, record=b"x", saved_at=world.NOW)
        )
    page = client.get(f"/accounts/{fine}/delete").text
    assert "1 session ouverte" in page
    assert "37 factures et leurs documents" in page
    world.post(client, f"/accounts/{fine}/delete", at="/help")
    assert client.get(f"/accounts/{fine}").status_code == 404
    assert _rows(company, models.Credential) == []
    assert _rows(company, models.PortalSession) == []
    assert len(_rows(company, models.Invoice)) == 37
    assert client.get("/invoices/1").status_code == 200


def test_what_people_do_is_in_the_audit_trail(company: world.World) -> None:
    client = company.signed_in()
    _add(client)
    fine = company.accounts["ok"]
    for act in ("pause", "resume", "delete"):
        world.post(client, f"/accounts/{fine}/{act}", at="/help")
    told = [(row.actor, row.action) for row in _rows(company, models.AuditEntry) if row.actor == "person:1"]
    expected = [
        "account.added",
        "credential.sealed",
        "credential.sealed",
        "account.paused",
        "account.resumed",
        "account.removed",
    ]
    assert [action for _, action in told if action.startswith(("account", "credential"))] == expected


def test_the_search_for_the_password_would_find_it_in_the_database(company: world.World) -> None:
    """The positive control of the search above: a secret written in the clear is found."""
    with sqlite3.connect(company.settings.data / "moisson.db") as raw:
        raw.execute("UPDATE accounts SET label = ? WHERE id = 1", (CANARY,))
    files = b"".join(path.read_bytes() for path in company.settings.data.rglob("*") if path.is_file())
    assert CANARY.encode() in files
