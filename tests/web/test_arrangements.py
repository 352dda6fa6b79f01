"""When somebody can answer, which language, which way out: arranged when an account is added, and changed in place."""

from __future__ import annotations

from typing import Any

import pytest

from core.db import models
from tests.web import world
from vault import opening, sealing

PROXY = "http://moi:pr0xy-canary@proxy.firm.example:3128"
HOURS = {"attended": "yes", "from": "08:00", "to": "18:30"}


def _place(company: world.World) -> str:
    return f"/accounts/{company.accounts['ok']}/settings"


def _change(company: world.World, *days: str, **fields: str) -> Any:
    client = company.signed_in()
    token = world.token_of(client, "/help")
    data: dict[str, Any] = {"csrf_token": token, "owner": "2", "day": list(days), **fields}
    return client.post(_place(company), data=data)


def _account(company: world.World) -> models.Account:
    with company.database.read() as session:
        return session.get_one(models.Account, company.accounts["ok"])


def _sealed(company: world.World) -> list[str]:
    """What the worker would read of the proxy."""
    account = _account(company)
    with company.database.read() as session:
        rows = session.query(models.Credential).filter_by(account_id=account.id, field="proxy").all()
    found = []
    for row in rows:
        _, key_id, _ = sealing.taken_apart(row.record)
        binding = sealing.Binding.of(account, "proxy", row.version)
        found.append(opening.unseal(company.keyring.private(key_id), binding, row.record).decode())
    return found


def test_hours_language_and_owner_are_stored_and_told_on_the_account(company: world.World) -> None:
    assert _change(company, "0", "3", label="Siège", locale="en-GB", **HOURS).status_code == 302
    account = _account(company)
    assert account.attended == {"days": [0, 3], "from": "08:00", "to": "18:30"}
    assert (account.locale, account.owner_id, account.label) == ("en-GB", 2, "Siège")
    page = company.signed_in().get(f"/accounts/{account.id}").text
    assert "lun., jeu. 08:00 – 18:30" in page
    assert "anglais (Royaume-Uni)" in page


def test_without_the_tick_codes_are_possible_at_any_hour(company: world.World) -> None:
    _change(company, "0", **HOURS)
    _change(company, "0", **{**HOURS, "attended": ""})
    assert _account(company).attended is None
    assert "à toute heure" in company.signed_in().get(f"/accounts/{company.accounts['ok']}").text


@pytest.mark.parametrize(
    ("days", "hours", "told"),
    [
        ((), {}, "Choisissez au moins un jour"),
        (("9", "x"), {}, "Choisissez au moins un jour"),
        (("1",), {"from": "huit"}, "Indiquez deux heures"),
        (("1",), {"from": "19:00"}, "La première heure vient avant la seconde"),
    ],
)
def test_hours_that_cannot_be_are_told_at_their_field(
    company: world.World, days: tuple[str, ...], hours: dict[str, str], told: str
) -> None:
    answer = _change(company, *days, **{**HOURS, **hours})
    assert answer.status_code == 422
    assert told in answer.text
    assert _account(company).attended is None


def test_a_proxy_is_sealed_like_a_password_and_shown_without_its_login(
    company: world.World, capfd: pytest.CaptureFixture[str]
) -> None:
    assert _change(company, proxy=PROXY).status_code == 302
    assert _sealed(company) == [PROXY]
    assert _account(company).proxy_shown == "http://•••@proxy.firm.example:3128"
    client = company.signed_in()
    pages = client.get(_place(company)).text + client.get(f"/accounts/{company.accounts['ok']}").text
    assert "•••@proxy.firm.example:3128" in pages
    files = b"".join(path.read_bytes() for path in company.settings.data.rglob("*") if path.is_file())
    assert b"pr0xy-canary" not in files + pages.encode() + "".join(capfd.readouterr()).encode()


def test_a_proxy_is_kept_replaced_and_dropped(company: world.World) -> None:
    _change(company, proxy=PROXY)
    _change(company, label="Autre nom")
    assert _sealed(company) == [PROXY]
    _change(company, proxy="socks5://[2001:db8::1]:1080")
    assert _sealed(company) == ["socks5://[2001:db8::1]:1080"]
    assert _account(company).proxy_shown == "socks5://[2001:db8::1]:1080"
    _change(company, drop_proxy="yes")
    assert _sealed(company) == []
    assert _account(company).proxy_shown is None


@pytest.mark.parametrize(
    "typed", ["proxy.firm.example", "ftp://a:1", "http://moi:pr0xy-canary@", "http://a/b"]
)
def test_what_is_no_proxy_is_refused_and_not_shown_again(company: world.World, typed: str) -> None:
    answer = _change(company, proxy=typed)
    assert answer.status_code == 422
    assert "pr0xy-canary" not in answer.text
    assert _sealed(company) == []


def test_all_of_it_can_be_arranged_when_the_account_is_added(company: world.World) -> None:
    client = company.signed_in()
    place = "/suppliers/mandarine/new"
    fields = {"field-username": "jeanne@firm.fr", "field-password": "secret", "terms": "yes"}
    more = {"day": "4", "locale": "de-DE", "proxy": PROXY, **HOURS}
    answer = world.post(client, place, at=place, **fields, **more)
    assert answer.status_code == 302
    with company.database.read() as session:
        added = session.query(models.Account).order_by(models.Account.id.desc()).first()
    assert added
    assert added.attended == {"days": [4], "from": "08:00", "to": "18:30"}
    assert (added.locale, added.proxy_shown) == ("de-DE", "http://•••@proxy.firm.example:3128")


def test_that_it_was_changed_is_on_record(company: world.World) -> None:
    _change(company, proxy=PROXY)
    with company.database.read() as session:
        rows = session.query(models.AuditEntry).order_by(models.AuditEntry.seq.desc()).limit(2).all()
    assert [row.action for row in rows] == ["credential.sealed", "account.arranged"]
