"""Invoices that are brought: by a form, by a secret address; in the inbox before it is said, and nothing of them looked into."""

from __future__ import annotations

import hashlib
import io
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient

from core import archive
from core.db import models
from demo import paper
from tests.core.extraction.einvoice import written
from tests.web import world
from web import brought, limits

PDF = paper.invoice("B-1", date(2026, 11, 3), Decimal("45.90"))


def upload_account(company: world.World, label: str = "Papeterie Durand") -> int:
    client = company.signed_in()
    place = "/suppliers/upload/new"
    answer = world.post(client, place, at=place, label=label)
    assert answer.status_code == 302, answer.text
    return int(answer.headers["Location"].split("/")[2])


def address(company: world.World, account_id: int) -> str:
    """A fresh secret address, as its page shows it."""
    place = f"/accounts/{account_id}"
    page = world.post(company.signed_in(), f"{place}/push-address", at=f"{place}/arrivals").text
    return str(page.split('id="address" readonly value="http://localhost', 1)[1].split('"', 1)[0])


def rows(company: world.World, kind: type[Any]) -> list[Any]:
    with company.database.read() as session:
        return session.query(kind).all()


def arrived(company: world.World) -> list[models.Arrival]:
    """What came since the company was arranged, which has files of every fate already."""
    return [row for row in rows(company, models.Arrival) if row.sha256 != "0" * 64]


def inbox(company: world.World) -> list[bytes]:
    kept = archive.Archive(company.settings.data)
    return [path.read_bytes() for path in sorted(kept.inbox.glob("*.arrival"))]


def send(company: world.World, place: str, body: Any = PDF, **how: Any) -> Any:
    client: FlaskClient = company.app.test_client()
    return client.post(place, data=body, **{"content_type": "application/pdf", **how})


def test_an_account_that_nobody_visits_has_a_name_and_no_secret(company: world.World) -> None:
    made = upload_account(company)
    account = next(row for row in rows(company, models.Account) if row.id == made)
    assert (account.supplier, account.label, account.trial, account.next_run_at) == (
        "upload",
        "Papeterie Durand",
        False,
        None,
    )
    assert [row for row in rows(company, models.Credential) if row.account_id == made] == []
    assert [row for row in rows(company, models.Wish) if row.account_id == made] == []


def test_two_suppliers_are_two_accounts_and_one_is_not_made_twice(company: world.World) -> None:
    assert upload_account(company) != upload_account(company, "Menuiserie Brun")
    place = "/suppliers/upload/new"
    assert world.post(company.signed_in(), place, at=place, label="papeterie  durand").status_code == 409
    assert world.post(company.signed_in(), place, at=place, label=" ").status_code == 422


@pytest.mark.parametrize("media_type", ["application/xml", "text/xml; charset=utf-8"])
def test_an_e_invoice_may_be_posted_to_the_address_too(company: world.World, media_type: str) -> None:
    place = address(company, upload_account(company))
    assert send(company, place, written.ubl(), content_type=media_type).status_code == 202
    assert written.ubl() in inbox(company)


def test_a_pdf_posted_to_the_address_lies_in_the_inbox_and_is_announced(company: world.World) -> None:
    made = upload_account(company)
    answer = send(company, address(company, made), query_string={"name": "../../Novembre.pdf"})
    assert answer.status_code == 202
    (arrival,) = arrived(company)
    assert answer.json == {
        "arrivals": [
            {
                "id": arrival.id,
                "name": "Novembre.pdf",
                "size": len(PDF),
                "sha256": hashlib.sha256(PDF).hexdigest(),
            }
        ]
    }
    assert (arrival.account_id, arrival.channel, arrival.taken_at) == (made, "push", None)
    assert inbox(company) == [PDF]


def test_a_form_of_a_program_brings_several(company: world.World) -> None:
    files = [
        (io.BytesIO(PDF), "a.pdf"),
        (io.BytesIO(b"not looked into"), "b.pdf"),
        (io.BytesIO(), "empty.pdf"),
    ]
    place = address(company, upload_account(company))
    answer = send(company, place, {"files": files}, content_type="multipart/form-data")
    assert (answer.status_code, len(answer.json["arrivals"])) == (202, 2)
    assert sorted(inbox(company)) == sorted([PDF, b"not looked into"])


def test_only_the_hash_of_the_address_is_kept_and_a_new_one_ends_it(company: world.World) -> None:
    made = upload_account(company)
    first = address(company, made)
    token = first.rpartition("/")[2]
    assert len(token) >= 43
    database = company.settings.data / "moisson.db"
    assert token.encode() not in b"".join(path.read_bytes() for path in database.parent.glob("moisson.db*"))
    second = address(company, made)
    assert [send(company, place).status_code for place in (first, second)] == [404, 202]
    client = company.signed_in()
    world.post(client, f"/accounts/{made}/push-address/revoke", at=f"/accounts/{made}/arrivals")
    assert send(company, second).status_code == 404
    actions = [row.action for row in rows(company, models.AuditEntry)]
    assert actions.count("push_address.made") == 2
    assert actions.count("push_address.revoked") == 1


def test_an_address_dies_with_its_account(company: world.World) -> None:
    made = upload_account(company)
    place = address(company, made)
    with company.database.write() as session:
        session.get_one(models.Account, made).deleted_at = world.NOW
    assert send(company, place).status_code == 404


@pytest.mark.parametrize(
    ("body", "how", "status"),
    [
        (PDF, {"content_type": "text/html"}, 415),
        (b"", {}, 415),
        (b"x" * (brought.LARGEST + 1), {}, 413),
        (b"x" * (brought.MOST + 1), {}, 413),
    ],
)
def test_what_cannot_be_taken_is_refused_and_leaves_nothing(
    company: world.World, body: bytes, how: dict[str, Any], status: int
) -> None:
    answer = send(company, address(company, upload_account(company)), body, **how)
    assert (answer.status_code, answer.mimetype) == (status, "application/json")
    assert inbox(company) == []
    assert arrived(company) == []


def test_one_file_too_large_keeps_its_companions_out_too(company: world.World) -> None:
    files = [(io.BytesIO(PDF), "a.pdf"), (io.BytesIO(b"x" * (brought.LARGEST + 1)), "b.pdf")]
    place = address(company, upload_account(company))
    assert send(company, place, {"files": files}, content_type="multipart/form-data").status_code == 413
    assert inbox(company) == []


def test_more_files_than_fit_are_refused_and_none_is_dropped_in_silence(company: world.World) -> None:
    files = [(io.BytesIO(PDF), f"{n}.pdf") for n in range(brought.AT_ONCE + 1)]
    place = address(company, upload_account(company))
    assert send(company, place, {"files": files}, content_type="multipart/form-data").status_code == 413
    assert inbox(company) == []


def test_a_program_that_runs_wild_is_slowed_down(
    company: world.World, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = address(company, upload_account(company))
    limits.limiter.enabled = True
    try:
        answers = [send(company, place, content_type="text/plain").status_code for _ in range(121)]
    finally:
        limits.limiter.enabled = False
        limits.limiter.reset()
    assert answers == [415] * 120 + [429]


def test_a_full_inbox_waits_for_the_worker(company: world.World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.pages.pushes.WAITING_AT_MOST", 1)
    place = address(company, upload_account(company))
    assert [send(company, place).status_code for _ in range(2)] == [202, 503]


def test_the_form_of_an_account_takes_several_files_from_finance(company: world.World) -> None:
    made = company.accounts["ok"]
    client = company.signed_in("finance@firm.fr")
    place = f"/accounts/{made}/arrivals"
    files = [(io.BytesIO(PDF + bytes([n])), f"Facture {n}.pdf") for n in range(3)]
    data = {"csrf_token": world.token_of(client, place), "files": files}
    answer = client.post(place, data=data, content_type="multipart/form-data")
    assert answer.status_code == 302
    assert [row.channel for row in arrived(company)] == ["upload"] * 3
    page = client.get(place).text
    assert page.count("attend d’être lu") == 3
    assert "Facture 2.pdf" in page


def test_a_form_without_a_file_says_so(company: world.World) -> None:
    place = f"/accounts/{company.accounts['ok']}/arrivals"
    answer = world.post(company.signed_in(), place, at=place)
    assert answer.status_code == 422
    assert "Choisissez au moins un fichier" in answer.text


def test_the_form_asks_for_its_token_and_the_address_for_none(company: world.World) -> None:
    client = company.signed_in()
    place = f"/accounts/{company.accounts['ok']}/arrivals"
    files = {"files": [(io.BytesIO(PDF), "a.pdf")]}
    assert client.post(place, data=files, content_type="multipart/form-data").status_code == 400
    assert arrived(company) == []


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("C:\\Users\\me\\Facture.pdf", "Facture.pdf"),
        ("../../etc/passwd", "passwd"),
        ("a\u202efdp.exe\x00", "afdp.exe"),
        ("", "invoice.pdf"),
        (" . ", "invoice.pdf"),
        ("x" * 500 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
def test_a_name_is_one_harmless_word(told: str, kept: str) -> None:
    assert brought.plain_name(told) == kept
