"""Payments in, as pages: a file is looked at, tried, taken in once, undone; and the feed of programs."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from core import archive
from core.db import models
from core.ledger import tokens
from tests.core.ledger import statements
from tests.core.payments import written
from tests.core.payments.written import IBAN, LINES, Paid
from tests.web import banked, world

METRO = Paid(LINES[0].day, -215, "METRO")


@pytest.fixture
def company(tmp_path: Path) -> world.World:
    made = world.empty(tmp_path)
    with made.database.write() as session:
        world.hire(session)
    return made


def bring(client: FlaskClient, content: bytes, name: str = "octobre.csv") -> Any:
    data = {"csrf_token": world.token_of(client, "/payments/import"), "file": (io.BytesIO(content), name)}
    return client.post("/payments/import", data=data, content_type="multipart/form-data")


def counted(page: str) -> str:
    found = re.search(r'id="counted">(.*?)</p>', page)
    assert found, page
    return found[1]


def take(client: FlaskClient, place: str, **said: str) -> Any:
    """Send the page's own form, with what a person adds to it."""
    page = client.get(place).text
    form = page.split('aria-labelledby="taking"', 1)[1]
    fields = dict(re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)"', form))
    return client.post(place.partition("?")[0], data={**fields, **said})


def taken_in(client: FlaskClient, content: bytes, **said: str) -> Any:
    answer = bring(client, content)
    assert answer.status_code == 302, answer.text
    return take(client, answer.headers["Location"], **said)


def payments(company: world.World) -> list[models.Payment]:
    with company.database.read() as session:
        return session.query(models.Payment).order_by(models.Payment.id).all()


def inbox(company: world.World) -> list[Path]:
    return list(archive.Archive(company.settings.data).inbox.glob("*.arrival"))


def test_looking_at_a_file_stores_nothing(company: world.World) -> None:
    client = company.signed_in("finance@firm.fr")
    answer = bring(client, written.qif(LINES).replace(b"D13/10/2026", b"D13/13/2026"), "octobre.qif")
    page = client.get(answer.headers["Location"]).text
    assert counted(page) == "3 lignes\N{NO-BREAK SPACE}: 2 nouvelles, aucune déjà connue, 1 illisible."
    assert "pas de date" in page
    assert "-45,90" in page
    assert payments(company) == []


def test_a_file_is_taken_in_and_the_second_time_nothing_is_new(company: world.World) -> None:
    client = company.signed_in()
    answer = taken_in(client, written.french_csv(LINES), new_name="Compte courant")
    assert answer.headers["Location"] == "/payments/batches/1"
    assert [one.amount_minor for one in payments(company)] == [line.cents for line in LINES]
    assert inbox(company) == []
    again = bring(client, written.french_csv(LINES)).headers["Location"]
    page = client.get(again).text
    assert counted(page) == "3 lignes\N{NO-BREAK SPACE}: aucune nouvelle, 3 déjà connues, aucune illisible."
    assert "0 nouvelle ligne" in page
    assert take(client, again, account="1").status_code == 422
    assert len(payments(company)) == 3


def test_the_account_is_asked_for_once_and_recognised_by_its_number_after(company: world.World) -> None:
    client = company.signed_in()
    assert taken_in(client, written.qif(LINES[:1])).status_code == 422
    assert taken_in(client, written.camt(LINES[:1]), new_name="Courant").status_code == 302
    page = client.get(bring(client, written.ofx(LINES)).headers["Location"]).text
    assert "Compte reconnu à son numéro" in page
    assert IBAN not in page


def test_a_file_of_another_account_is_not_taken_into_this_one(company: world.World) -> None:
    client = company.signed_in()
    taken_in(client, written.camt(LINES[:1]), new_name="Courant")
    other = written.camt(LINES).replace(IBAN.encode(), b"DE02120300000000202051")
    answer = taken_in(client, other, account="1")
    assert answer.status_code == 422
    assert "d&#39;un autre compte" in answer.text
    assert len(payments(company)) == 1


def test_two_equal_lines_are_decided_by_a_person(company: world.World) -> None:
    client = company.signed_in()
    file = written.qif([METRO, METRO])
    place = bring(client, file).headers["Location"]
    assert counted(client.get(place).text).startswith(
        "2 lignes\N{NO-BREAK SPACE}: 1 nouvelle, aucune déjà connue, 1 à décider"
    )
    assert take(client, place, new_name="Courant").status_code == 422
    assert payments(company) == []
    assert take(client, place, new_name="Courant", twins="keep").status_code == 302
    assert [one.label for one in payments(company)] == ["METRO", "METRO"]


def test_one_of_several_look_alikes_is_kept_by_its_tick(company: world.World) -> None:
    client = company.signed_in()
    answer = taken_in(client, written.qif([METRO] * 3), new_name="Courant", twins="choose", real="0.10")
    assert answer.status_code == 302
    assert len(payments(company)) == 2
    page = client.get(answer.headers["Location"]).text
    assert "ressemble à une autre, laissée" in page


def test_columns_that_are_said_are_kept_for_the_account(company: world.World) -> None:
    client = company.signed_in()
    file = b"Quand;Quoi;Combien\n03/10/2026;CARTE A;45,90\n14/10/2026;CARTE B;12,00\n"
    place = bring(client, file).headers["Location"].partition("?")[0]
    told = "c-encoding=utf-8&c-separator=;&c-skip=1&c-day=0&c-order=dmy&c-mark=,&c-amount=2&c-label=1&c-inverted=1&before=utf-8;"
    page = client.get(f"{place}?name=carte.csv&{told}").text
    assert "-45,90" in page
    assert take(client, f"{place}?name=carte.csv&{told}", new_name="Carte", kind="card").status_code == 302
    more = b"Quand;Quoi;Combien\n20/10/2026;CARTE C;7,00\n21/10/2026;CARTE D;8,00\n"
    taken_in(client, more)
    assert [one.amount_minor for one in payments(company)] == [-4590, -1200, -700, -800]


def test_another_separator_makes_other_columns(company: world.World) -> None:
    client = company.signed_in()
    place = bring(client, written.american_csv(LINES)).headers["Location"].partition("?")[0]
    wrong = client.get(f"{place}?c-encoding=utf-8&c-separator=;&c-day=0&before=utf-8;").text
    assert "Aucune ligne" in wrong or "illisible" in wrong
    right = client.get(f"{place}?c-encoding=utf-8&c-separator=,&c-day=0&before=utf-8;").text
    assert counted(right).startswith("3 lignes\N{NO-BREAK SPACE}: 3 nouvelles")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "Le fichier est vide"),
        (b"%PDF-1.7", "que la ferme sait lire"),
        (written.camt(LINES)[:-30], "abîmé ou incomplet"),
        (b"x;y\n" * 300_000, "plus grand"),
    ],
)
def test_what_is_no_statement_is_refused_with_the_reason(
    company: world.World, content: bytes, said: str
) -> None:
    answer = bring(company.signed_in(), content)
    assert answer.status_code == 422
    assert said in answer.text


def test_a_file_belongs_to_the_company_that_brought_it(company: world.World) -> None:
    place = banked.address(company, written.qif(LINES))
    assert company.signed_in().get(f"/payments/import/{place}").status_code == 200
    assert company.signed_in(world.STRANGER).get(f"/payments/import/{place}").status_code == 404
    for wrong in ("../moisson.db", f"{place[:-1]}x", "0" * 32, f"{'0' * 32}-{place[33:]}"):
        assert company.signed_in().get(f"/payments/import/{wrong}").status_code == 404


def test_a_label_is_words_only_on_every_page(company: world.World) -> None:
    client = company.signed_in()
    evil = [Paid(LINES[0].day, -100, "<script>alert(1)</script>"), LINES[2]]
    place = bring(client, written.qif(evil)).headers["Location"]
    answer = take(client, place, new_name="<b>Courant</b>")
    for page in (place, answer.headers["Location"], "/payments", "/payments/accounts"):
        text = client.get(page).text
        assert "<script>alert" not in text
        assert "<b>Courant" not in text


def test_a_batch_is_undone_from_its_page_and_its_file_can_come_again(company: world.World) -> None:
    client = company.signed_in()
    taken_in(client, written.qif(LINES), new_name="Courant")
    answer = world.post(client, "/payments/batches/1/undo", at="/payments/batches/1")
    assert answer.status_code == 302
    assert payments(company) == []
    page = client.get("/payments/batches/1").text
    assert "Annuler cet import" not in page
    assert taken_in(client, written.qif(LINES), account="1").status_code == 302
    assert len(payments(company)) == 3
    with company.database.read() as session:
        actions = [row.action for row in session.query(models.AuditEntry)]
    assert actions.count("payments.brought") == 2
    assert actions.count("payments.undone") == 1


def test_a_batch_with_a_line_in_the_books_stays_and_says_which(company: world.World) -> None:
    client = company.signed_in()
    taken_in(client, written.qif(LINES), new_name="Courant")
    before = payments(company)
    with company.database.write() as session:
        statements.pushed(session, session.get_one(models.Payment, before[0].id))
    page = client.get("/payments/batches/1").text
    blocking = page.split('id="blocking"', 1)[1]
    assert before[0].label in blocking
    assert before[1].label not in blocking
    assert "Annuler cet import" not in page
    token = world.token_of(client, "/payments/import")
    answer = client.post("/payments/batches/1/undo", data={"csrf_token": token})
    assert answer.status_code == 409
    assert len(payments(company)) == len(before)


def test_the_list_is_narrowed_by_its_address(company: world.World) -> None:
    client = company.signed_in()
    taken_in(client, written.qif(LINES), new_name="Courant")
    assert "3 paiements" in client.get("/payments").text
    page = client.get("/payments?q=bleu&amount=45,90&state=alone&since=2026-10-01").text
    assert "1 paiement<" in page
    assert "PRLV SEPA BLEU ENERGIE" in page
    assert "VIR CLIENT" not in page
    assert "Aucun paiement ne correspond" in client.get("/payments?state=linked").text
    assert "Aucun paiement encore" in company.signed_in(world.STRANGER).get("/payments").text


def test_an_account_is_renamed(company: world.World) -> None:
    client = company.signed_in()
    taken_in(client, written.qif(LINES), new_name="Courant")
    world.post(client, "/payments/accounts/1", at="/payments/accounts", name="  Compte  joint ")
    assert "Compte joint" in client.get("/payments/accounts").text


def token(company: world.World, *scopes: str) -> dict[str, str]:
    client = company.signed_in()
    fields = {"csrf_token": world.token_of(client, "/tokens"), "name": "Flux", "scope": list(scopes)}
    page = client.post("/tokens", data=fields).text
    found = re.search(r'id="token" readonly value="([^"]+)"', page)
    assert found
    assert found[1] not in client.get("/tokens").text
    return {"Authorization": f"Bearer {found[1]}"}


def told(answer: Any) -> dict[str, Any]:
    """What a call was answered."""
    return dict(answer.json)


CALL: dict[str, Any] = {
    "bank_account": {"number": IBAN, "name": "Courant"},
    "lines": [
        {"id": "b1", "booked_on": "2026-10-03", "amount": "-45.90", "label": "PRLV SEPA BLEU ENERGIE"},
        {"booked_on": "2026-10-04", "amount": -2.15, "label": "METRO"},
        {"booked_on": "hier", "amount": "x"},
    ],
}


def test_a_feed_brings_each_line_once_and_tells_what_became_of_it(company: world.World) -> None:
    client, key = company.app.test_client(), token(company, "payments:write")
    first = client.post("/api/v1/payments", json=CALL, headers=key)
    assert first.status_code == 200
    assert [one["outcome"] for one in told(first)["outcomes"]] == ["new", "new", "unreadable"]
    assert "booked_on" in told(first)["outcomes"][2]["why"]
    again = told(client.post("/api/v1/payments", json=CALL, headers=key))
    assert (again["new"], again["known"], again["batch"]) == (0, 2, None)
    assert [(one.amount_minor, one.currency) for one in payments(company)] == [(-4590, "EUR"), (-215, "EUR")]


def test_a_feed_and_a_file_of_one_account_are_not_doubled(company: world.World) -> None:
    key = token(company, "payments:write")
    company.app.test_client().post("/api/v1/payments", json=CALL, headers=key)
    client = company.signed_in()
    page = client.get(bring(client, written.ofx(LINES)).headers["Location"]).text
    assert counted(page).startswith(
        "3 lignes\N{NO-BREAK SPACE}: 2 nouvelles, aucune déjà connue, 1 à décider"
    )


def test_a_second_equal_line_of_a_feed_is_left_until_it_is_said_to_be_real(company: world.World) -> None:
    client, key = company.app.test_client(), token(company, "payments:write")
    line = {"booked_on": "2026-10-04", "amount": "-2.15", "label": "METRO"}
    call = {"bank_account": {"name": "Courant"}, "lines": [line, line]}
    assert [
        one["outcome"] for one in told(client.post("/api/v1/payments", json=call, headers=key))["outcomes"]
    ] == ["new", "twin"]
    call["lines"] = [line, {**line, "real": True}]
    assert [
        one["outcome"] for one in told(client.post("/api/v1/payments", json=call, headers=key))["outcomes"]
    ] == ["known", "new"]
    call["lines"] = [line, line]
    assert told(client.post("/api/v1/payments", json=call, headers=key))["known"] == 2


@pytest.mark.parametrize(
    ("call", "status"),
    [
        ({}, 422),
        ({"bank_account": {}, "lines": CALL["lines"]}, 422),
        ({"bank_account": {"name": "x"}, "lines": []}, 422),
        ({"bank_account": {"name": "x"}, "lines": [{}] * 5_001}, 422),
        ({"bank_account": {"name": "x", "currency": "euro"}, "lines": CALL["lines"]}, 422),
    ],
)
def test_a_call_that_makes_no_sense_is_refused_in_json(
    company: world.World, call: dict[str, Any], status: int
) -> None:
    answer = company.app.test_client().post(
        "/api/v1/payments", json=call, headers=token(company, "payments:write")
    )
    assert (answer.status_code, answer.mimetype) == (status, "application/json")
    assert told(answer)["error"]
    assert payments(company) == []


def test_letters_that_cannot_be_stored_are_left_out_of_a_line(company: world.World) -> None:
    line = {"booked_on": "2026-10-04", "amount": "-2.15", "label": "ME\x00TRO\ud800 \u202e7"}
    call = {"bank_account": {"name": "Cou\ud800rant"}, "lines": [line]}
    key = token(company, "payments:write")
    assert told(company.app.test_client().post("/api/v1/payments", json=call, headers=key))["new"] == 1
    assert [one.label for one in payments(company)] == ["METRO 7"]


def test_only_a_living_token_with_the_scope_opens_the_feed(company: world.World) -> None:
    client, key = company.app.test_client(), token(company, "documents:read")
    assert client.post("/api/v1/payments", json=CALL).status_code == 401
    assert (
        client.post("/api/v1/payments", json=CALL, headers={"Authorization": "Bearer moisson_x"}).status_code
        == 401
    )
    assert client.post("/api/v1/payments", json=CALL, headers=key).status_code == 403
    good = token(company, "payments:write")
    admin = company.signed_in()
    world.post(admin, "/tokens/2/revoke", at="/tokens")
    assert client.post("/api/v1/payments", json=CALL, headers=good).status_code == 401
    assert admin.post("/api/v1/payments", json=CALL).status_code == 401
    assert payments(company) == []


def test_a_token_is_kept_as_its_hash_only(company: world.World) -> None:
    secret = token(company, "payments:write")["Authorization"].split()[1]
    files = company.settings.data.glob("moisson.db*")
    assert secret.startswith(tokens.MARK)
    assert secret.encode() not in b"".join(path.read_bytes() for path in files)


def test_a_token_needs_a_name_and_a_scope(company: world.World) -> None:
    client = company.signed_in()
    assert world.post(client, "/tokens", at="/tokens", name="", scope="payments:write").status_code == 422
    assert world.post(client, "/tokens", at="/tokens", name="x").status_code == 422
    assert world.post(client, "/tokens", at="/tokens", name="x", scope="vault:open").status_code == 422


def test_the_interface_describes_itself(company: world.World) -> None:
    described = told(company.app.test_client().get("/api/v1/openapi.json"))
    assert described["openapi"].startswith("3.")
    assert set(described["paths"]["/api/v1/payments"]) == {"post"}
    line = described["components"]["schemas"]["FeedLine"]
    assert {"booked_on", "amount", "label"} == set(line["required"])
    assert described["components"]["securitySchemes"]["token"]["scheme"] == "bearer"


def test_a_page_that_does_not_exist_is_still_a_page(company: world.World) -> None:
    assert company.signed_in().get("/nowhere").mimetype == "text/html"
